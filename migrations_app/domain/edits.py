"""What a person wrote into a manifest by hand, laid over every later rendering.

An edit keeps both texts: what was generated, and what the person made of it. What is generated
anew is merged with both (``manifests.three_way``), so that the edit stays and news arrives; where
they contradict each other the person's value stands, and EDT-01 says so until it is decided.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from migrations_app.domain.bundle import Object, Objects, object_label
from migrations_app.domain.checks.base import Rule
from migrations_app.domain.findings import Finding, Severity
from migrations_app.domain.manifests.resources import group, name_of, namespace_of
from migrations_app.domain.manifests.three_way import (
    ABSENT,
    Conflict,
    located,
    merge_object,
)
from migrations_app.domain.messages import msg
from migrations_app.domain.places import Place, pointer
from migrations_app.domain.provenance import Step, StepKind
from migrations_app.domain.transforms.base import Running

EDT_01 = Rule(
    "EDT-01",
    Severity.BLOCKER,
    msg("The manifest holds an edit that was made before what is generated changed."),
    msg("Open the edit on the page of the manifest: keep it, or take what is generated."),
    waivable=False,
)


@dataclass(frozen=True, slots=True)
class Edit:
    """Objects as generated and as edited, both with markers where secret values stand.

    ``environment`` is empty for an edit that holds in all of them.
    """

    author: str
    generated: Objects
    edited: Objects
    environment: str = ""


@dataclass(frozen=True, slots=True)
class Laid:
    """The objects after an edit, in their places (None: taken out), and what contradicts it."""

    objects: tuple[Object | None, ...]
    conflicts: tuple[Conflict, ...]


@dataclass(frozen=True, slots=True)
class ApplyEdit:
    """Lay one edit over the objects."""

    edit: Edit

    @property
    def step(self) -> Step:
        name = self.edit.author
        return Step(StepKind.EDIT, name, msg("Edited by hand by %(name)s.", name=name))

    def __call__(self, objects: Objects) -> Sequence[Object | None]:
        return lay(self.edit, objects).objects


def apply_edits(running: Running, edits: Iterable[Edit]) -> list[Finding]:
    """Lay edits over the objects, those of all environments first; what contradicts them."""
    found: list[Finding] = []
    for edit in sorted(edits, key=lambda edit: edit.environment):
        conflicts = lay(edit, running.bodies).conflicts
        running.run([ApplyEdit(edit)])
        by_label = {object_label(body): body for body in running.bodies}
        found += [contradicted_edit(item, edit, by_label.get(item.object)) for item in conflicts]
    return found


def contradicted_edit(conflict: Conflict, edit: Edit, body: Object | None) -> Finding:
    """EDT-01: an edit contradicts what is generated now.

    Somebody edited a value of the manifest by hand. Since then a source, a preset or an answer
    made it another one. The edit stands in the manifest until a person keeps it or takes what is
    generated.
    """
    return Finding(
        code=EDT_01.code,
        severity=EDT_01.severity,
        place=Place(object=conflict.object, path=pointer(located(body, conflict.path))),
        message=msg(
            "%(name)s edited %(path)s of %(object)s, and something else is generated there now.",
            name=edit.author,
            path=conflict.path or "/",
            object=conflict.object,
        ),
        why=EDT_01.why,
        fix=EDT_01.fix,
        waivable=False,
        subject=f"{edit.environment}{conflict.path}",
    )


def lay(edit: Edit, objects: Sequence[Object]) -> Laid:
    """The objects with an edit. What the edit tells of and is not there any more stays away."""
    result: list[Object | None] = list(objects)
    conflicts: list[Conflict] = []
    for before in edit.generated:
        index = _find(before, objects)
        if index is None:
            continue
        theirs_at = _find(before, edit.edited)
        theirs = ABSENT if theirs_at is None else edit.edited[theirs_at]
        value, found = merge_object(before, theirs, objects[index])
        result[index] = None if value is ABSENT else value
        conflicts += found
    return Laid(tuple(result), tuple(conflicts))


def _find(wanted: Object, objects: Sequence[Object]) -> int | None:
    """Where an object is in another rendering, which may have put it into a namespace."""
    alike = [index for index, body in enumerate(objects) if _thing(body) == _thing(wanted)]
    if len(alike) == 1:
        return alike[0]
    same_place = (i for i in alike if namespace_of(objects[i]) == namespace_of(wanted))
    return next(same_place, None)


def _thing(body: Object) -> tuple[str, str, str]:
    return group(body), str(body.get("kind")), name_of(body)

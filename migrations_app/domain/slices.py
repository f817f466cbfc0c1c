"""One service's part of what was rendered: its objects, and everything that was said of them.

A bundle is always rendered whole, so that references between its services can be followed. What
is stored, shown and gated is the part of one service, or the shared set.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from migrations_app.domain.bundle import SourceObject
from migrations_app.domain.engine import Made, services_of
from migrations_app.domain.findings import Finding
from migrations_app.domain.loss import LossRow
from migrations_app.domain.manifests.digests import digest
from migrations_app.domain.manifests.ownership import OwnedService, Ownership
from migrations_app.domain.manifests.render import to_yaml
from migrations_app.domain.places import Place
from migrations_app.domain.questions import Question
from migrations_app.domain.transforms.base import Recorded


@dataclass(frozen=True, slots=True)
class Wanted:
    """How a service is found again in a manifest: member file, kind and name of its workload.

    An answer or an accepted fix may change the kind; file and name then decide.
    """

    file: str
    kind: str
    name: str


@dataclass(frozen=True, slots=True)
class Slice:
    """A part of a manifest with its own text and digest."""

    objects: tuple[SourceObject, ...]
    text: str
    digest: str
    findings: tuple[Finding, ...]
    questions: tuple[Question, ...]
    loss: tuple[LossRow, ...]
    changes: tuple[Recorded, ...]
    renames: tuple[Mapping[str, str], ...]


def find(ownership: Ownership, wanted: Wanted) -> OwnedService | None:
    """The service that is wanted, None if the manifest has it no more."""
    here = [s for s in ownership.services if s.objects[0].file == wanted.file]
    named = [s for s in here if s.name == wanted.name]
    same = [s for s in named if s.kind == wanted.kind]
    return next(iter(same or named), None)


def of_service(made: Made, ownership: Ownership, service: OwnedService) -> Slice:
    """The part that one service owns."""
    return _cut(made, service.objects, _Owners(ownership, service))


def of_shared(made: Made, ownership: Ownership) -> Slice:
    """The part that no service owns alone."""
    return _cut(made, ownership.shared, _Owners(ownership, None))


def divided(made: Made) -> Ownership:
    """Who owns what in a manifest."""
    return services_of(made)


class _Owners:
    """Decides whether something said about a place is said about this part of the manifest."""

    def __init__(self, ownership: Ownership, service: OwnedService | None) -> None:
        self.name = service.name if service else ""
        mine = service.objects if service else ownership.shared
        self.labels = {item.label for item in mine}
        self.others = {item.label for other in ownership.services for item in other.objects}
        self.others |= {item.label for item in ownership.shared}
        self.others -= self.labels
        self.files: dict[str, set[str]] = {}
        for other in ownership.services:
            for item in other.objects[:1]:
                self.files.setdefault(item.file, set()).add(other.name)
                self.files.setdefault(_folder(item.file), set()).add(other.name)

    def concerns(self, place: Place, *hints: str) -> bool:
        """By the object where one is named, else by the file, or by the folder of a capture."""
        labels = {place.object, *(hint.partition("/")[0] for hint in hints)}
        labels |= {"/".join(hint.split("/")[:2]) for hint in hints if hint}
        if labels & self.labels:
            return True
        if labels & self.others or not self.name:
            return False
        owners = self.files.get(place.file) or self.files.get(_folder(place.file)) or set()
        if self.name not in owners:
            return False
        return len(owners) == 1 or not self._is_of_another(owners, place, hints)

    def _is_of_another(self, owners: set[str], place: Place, hints: Iterable[str]) -> bool:
        """Several services come from one file: the place or a hint names one of the others."""
        text = " ".join((place.object, place.path, *hints))
        words = set(text.replace("/", " ").replace(":", " ").split())
        return bool(words & (owners - {self.name})) and self.name not in words


def _folder(file: str) -> str:
    """The folder of a member file, as a key that no file has."""
    return file.rpartition("/")[0] + "/" if "/" in file else "\0"


def _cut(made: Made, objects: tuple[SourceObject, ...], owners: _Owners) -> Slice:
    bodies = [item.body for item in objects]
    text = to_yaml(bodies)
    return Slice(
        objects=objects,
        text=text,
        digest=digest(bodies),
        findings=tuple(f for f in made.findings if owners.concerns(f.place)),
        questions=tuple(q for q in made.questions if owners.concerns(q.place, q.id)),
        loss=tuple(row for row in made.loss if owners.concerns(row.place, row.target)),
        changes=tuple(item for item in made.changes if item.label in owners.labels),
        renames=tuple(item for item in made.renames if _renamed_here(item, owners)),
    )


def _renamed_here(item: Mapping[str, Any], owners: _Owners) -> bool:
    if item.get("object"):
        return item["object"] in owners.labels
    return f"{item['kind']}/{item['to']}" in owners.labels

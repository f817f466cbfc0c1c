"""Findings about a source that its result no longer has: what rendering mended."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from migrations_app.domain.findings import Finding, Severity
from migrations_app.domain.mends import server_fields, volumes
from migrations_app.domain.mends.naming import ValidNames
from migrations_app.domain.messages import msg
from migrations_app.domain.places import Place, pointer
from migrations_app.domain.provenance import Change, Step, StepKind
from migrations_app.domain.relabelling import Relabelling
from migrations_app.domain.transforms.base import Recorded, Running

_ASIDE: tuple[Step, ...] = (
    server_fields.MEND.step,
    ValidNames().step,
    volumes.MISSING.step,
)
"""What no server refuses, and what a check of its own finds wherever the cause stands."""

_WHY = msg("A cluster refuses the object otherwise.")
_FIX = msg("Take over what rendering makes of it.")


def mended_sources(running: Running) -> frozenset[int]:
    """The positions of the source objects that some mend has touched."""
    return frozenset(
        item.source
        for item in running.record
        if item.change.step.kind is StepKind.MENDED and item.source >= 0
    )


def mended_findings(
    on_source: Iterable[Finding], final: Sequence[Finding], new: Relabelling
) -> list[Finding]:
    """Findings about the source that the result no longer has, under the object's present label.

    A field that nobody knows was meant to say something: its loss stays open, though waivable,
    until a person has seen it.
    """
    read = list(on_source)
    if not read:
        return []
    left = {(item.code, item.place.file, item.place.line, item.place.column) for item in final}
    known = {item.fingerprint for item in final}
    result: list[Finding] = []
    for item in read:
        place = replace(item.place, object=new.label(item.place.object))
        is_lost = item.code == "SCH-01" and bool(item.subject)
        moved = replace(item, place=place, mended=not is_lost, waivable=item.waivable or is_lost)
        spot = (item.code, place.file, place.line, place.column)
        if moved.fingerprint not in known and not (place.line and spot in left):
            result.append(moved)
    return result


def untold_mends(
    record: Iterable[Recorded], told: Sequence[Finding], new: Relabelling
) -> list[Finding]:
    """A finding for each mend of an object that no check has named: none is done in silence."""
    groups: dict[tuple[int, str, str], list[Recorded]] = {}
    for item in record:
        step = item.change.step
        is_mend = step.kind is StepKind.MENDED and item.source >= 0 and step not in _ASIDE
        if is_mend and not (item.change.before is None and item.change.after is None):
            groups.setdefault((item.source, step.by, str(step.why)), []).append(item)
    return [
        _finding(items[0], new)
        for items in groups.values()
        if not any(_tells(finding, item, new) for finding in told for item in items)
    ]


def _tells(finding: Finding, item: Recorded, new: Relabelling) -> bool:
    """Whether the finding is about the changed field, what is in it, or what holds it."""
    if finding.place.object != new.label(item.label):
        return False
    changed, found = pointer(item.change.path), finding.place.path
    return (
        changed == found or found.startswith(f"{changed}/") or changed.rpartition("/")[0] == found
    )


def _finding(item: Recorded, new: Relabelling) -> Finding:
    change: Change = item.change
    origin = change.origin
    path = pointer(change.path)
    return Finding(
        change.step.by,
        Severity.BLOCKER,
        Place(origin.file, origin.line, origin.column, new.label(item.label), path),
        change.step.why,
        why=_WHY,
        fix=_FIX,
        waivable=False,
        mended=True,
        subject=str(change.step.why),
    )

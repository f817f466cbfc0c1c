"""The loss report of Kubernetes input: what became of every field, derived from what was done.

A reader of Podman-like input reports its own rows. For objects that were read as they are, every
leaf of the source is followed through the record of changes: what nobody touched was kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from migrations_app.domain.bundle import SourceObject
from migrations_app.domain.loss import LossRow, Outcome
from migrations_app.domain.messages import msg
from migrations_app.domain.places import Path, Place, pointer
from migrations_app.domain.provenance import Change, leaves
from migrations_app.domain.transforms.base import Recorded

_KEPT = msg("")


def loss_rows(
    sources: Sequence[SourceObject],
    results: Mapping[int, SourceObject],
    record: Iterable[Recorded],
) -> list[LossRow]:
    """One row for every leaf of every source object, in source order.

    ``results`` maps the index of a source to what became of it; absent: it was dropped.
    """
    by_source: dict[int, list[Change]] = {}
    for entry in record:
        by_source.setdefault(entry.source, []).append(entry.change)
    rows: list[LossRow] = []
    for index, source in enumerate(sources):
        rows.extend(_rows(source, results.get(index), by_source.get(index, [])))
    return rows


def _rows(
    source: SourceObject, result: SourceObject | None, changes: list[Change]
) -> Iterable[LossRow]:
    label = source.label
    target_label = result.label if result else ""
    for path, _value in leaves(source.body):
        origin = source.origin.at(path)
        place = Place(source.file, origin.line, origin.column, label, pointer(path))
        here, change = _follow(path, changes)
        name = f"{label}{pointer(path)}"
        if change is None:
            yield LossRow(name, Outcome.KEPT, f"{target_label}{pointer(path)}", _KEPT, place)
        elif here is None:
            yield LossRow(name, Outcome.DROPPED, "", change.step.why, place)
        else:
            target = f"{target_label}{pointer(here)}"
            yield LossRow(name, Outcome.CONVERTED, target, change.step.why, place)


def _follow(path: Path, changes: list[Change]) -> tuple[Path | None, Change | None]:
    """Where a source leaf is now (None: gone), and the last change that concerned it.

    Changes are in order; the path of a removed field is that of the value before the change.
    """
    here: Path = path
    last: Change | None = None
    for change in changes:
        shared = len(change.path)
        if here[:shared] == change.path:
            last = change
            if change.after is None and change.before is not None:
                return None, change
            if change.before is not None:
                here = _nearest(here, change)
    return here, last


def _nearest(here: Path, change: Change) -> Path:
    """The leaf's path after its value was replaced: as deep as the new value still goes."""
    value = change.after
    depth = len(change.path)
    for step in here[depth:]:
        if isinstance(value, dict) and step in value:
            value = value[step]
        elif isinstance(value, list) and isinstance(step, int) and step < len(value):
            value = value[step]
        else:
            break
        depth += 1
    return here[:depth]

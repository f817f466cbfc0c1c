"""The loss report of Kubernetes input, derived from what rendering did to it.

Every leaf of a source object gets exactly one row. Where it went is read off the origin tree of
the final object, in which each value still knows its place in the source; why it changed or went
is what the step said that did it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from migrations_app.domain.bundle import SourceObject
from migrations_app.domain.loss import LossRow, Outcome
from migrations_app.domain.manifests.resources import name_of
from migrations_app.domain.messages import msg
from migrations_app.domain.places import Path, Place, pointer
from migrations_app.domain.provenance import Change, Origin, Step, leaves, traced
from migrations_app.domain.transforms.base import Running

Spot = tuple[str, int, int]


class _Landed(NamedTuple):
    """Where a value of the source ended up, and what was done to it on the way."""

    label: str
    path: Path
    steps: tuple[Step, ...]
    value: Any


Written = tuple[int, type, Any]
Fresh = Mapping[Written, list[_Landed]]
"""A step (by identity) and a value, with its type → where the step wrote this very value."""


_MOST = 20
"""Places that are looked at for a value that no object of the same name has."""


def _written(step: Step, value: Any) -> Written:
    """Looked up and not searched for: a step may write a thousand objects."""
    return id(step), type(value), repr(value) if isinstance(value, dict | list) else value


def loss_rows(sources: Sequence[SourceObject], running: Running) -> Iterator[LossRow]:
    """One row for each leaf of each source object, in source order."""
    final = dict(zip(running.sources, running.objects, strict=True))
    changes: dict[int, list[Change]] = defaultdict(list)
    for item in running.record:
        changes[item.source].append(item.change)
    elsewhere = _Elsewhere.of(running)
    for index, source in enumerate(sources):
        yield from _object_rows(source, final.get(index), changes[index], elsewhere)


def _object_rows(
    source: SourceObject,
    made: SourceObject | None,
    changes: Sequence[Change],
    elsewhere: _Elsewhere,
) -> Iterator[LossRow]:
    if made is not None and made.body is source.body:
        yield from _kept(source)
        return
    fate = _Fate.of(made, changes, elsewhere)
    label = source.label
    for path, value, origin in traced(source.body, source.origin):
        if not _is_leaf(value):
            continue
        place = Place(origin.file, origin.line, origin.column, label, pointer(path))
        yield fate.row(path, origin, place)


def _kept(source: SourceObject) -> Iterator[LossRow]:
    label = source.label
    for path, value, origin in traced(source.body, source.origin):
        if not _is_leaf(value):
            continue
        place = Place(origin.file, origin.line, origin.column, label, pointer(path))
        target = label + place.path
        yield LossRow(target, Outcome.KEPT, target, place=place)


def _is_leaf(value: Any) -> bool:
    return not value or not isinstance(value, dict | list)


@dataclass(frozen=True, slots=True)
class _Fate:
    """What became of the values of one source object.

    landed:  spot → where values from there are now. An alias puts one spot in several places.
    removed: spot → the step that took the value away, and what it was.
    fresh:   where each step wrote which value, to find what it only moved.
    """

    landed: Mapping[Spot, list[_Landed]]
    removed: Mapping[Spot, tuple[Change, Path, Any]]
    fresh: Fresh
    elsewhere: _Elsewhere
    name: str

    @classmethod
    def of(
        cls, made: SourceObject | None, changes: Sequence[Change], elsewhere: _Elsewhere
    ) -> _Fate:
        landed: dict[Spot, list[_Landed]] = defaultdict(list)
        fresh: dict[Written, list[_Landed]] = defaultdict(list)
        holders: list[tuple[Spot, _Landed]] = []
        for here, origin in _values(made) if made is not None else ():
            spot = (origin.file, origin.line, origin.column)
            if not origin.line and origin.steps:
                fresh[_written(origin.steps[0], here.value)].append(here)
            elif isinstance(here.value, dict | list) and here.value:
                holders.append((spot, here))
            else:
                landed[spot].append(here)
        for spot, here in holders:
            if spot not in landed and here.steps:
                landed[spot].append(here)
        name = name_of(made.body) if made is not None else ""
        return cls(landed, _removed(changes), fresh, elsewhere, name)

    def row(self, path: Path, origin: Origin, place: Place) -> LossRow:
        """The row of the leaf at ``path``."""
        shown = place.object + place.path
        spot = (origin.file, origin.line, origin.column)
        here = _nearest(self.landed.get(spot, ()), path)
        if here is not None:
            target = here.label + pointer(here.path)
            done = here.steps[len(origin.steps) :]
            if done:
                return LossRow(shown, Outcome.CONVERTED, target, done[-1].why, place)
            return LossRow(shown, Outcome.KEPT, target, place=place)
        if spot not in self.removed:
            return LossRow(shown, Outcome.DROPPED, "", _UNTOLD, place)
        change, inner, value = self.removed[spot]
        target = self._taken_over(spot, change, inner) or self._moved_to(
            change, (*change.path, *inner), value
        )
        outcome = Outcome.CONVERTED if target else Outcome.DROPPED
        return LossRow(shown, outcome, target, change.step.why, place)

    def _taken_over(self, spot: Spot, change: Change, inner: Path) -> str:
        """Where an object that no source has keeps the value, or that whose name it was."""
        here = self.elsewhere.landed.get(spot)
        if here is None and inner[-1:] == ("name",):
            origin = change.origin.at((*inner[:-1], "value"))
            here = self.elsewhere.landed.get((origin.file, origin.line, origin.column))
        return here.label + pointer(here.path) if here is not None else ""

    def _moved_to(self, change: Change, path: Path, value: Any) -> str:
        """Where the step that took a value away wrote it again, ``""`` if it did not.

        The longest common end of both paths decides. Under another key only text and numbers
        count, since a mere ``true`` is no sign of anything.
        """
        telling = isinstance(value, str | int | float) and not isinstance(value, bool)
        best, target = 0 if telling and value != "" else 1, ""
        written = _written(change.step, value)
        for item in (*self.fresh.get(written, ()), *self.elsewhere.written(written, self.name)):
            common = _common_end(item.path, path)
            if common > best or (common == best and not target):
                best, target = common, item.label + pointer(item.path)
        return target


def _common_end(one: Path, other: Path) -> int:
    """How many of the last steps of two paths are the same."""
    pairs = zip(reversed(one), reversed(other), strict=False)
    return next((n for n, (a, b) in enumerate(pairs) if a != b), min(len(one), len(other)))


_UNTOLD = msg("It stood in a part of the object that was replaced as a whole.")


def _nearest(found: Iterable[_Landed], path: Path) -> _Landed | None:
    """Of several values from one spot the one at the same path, else any."""
    listed = list(found)
    return next((item for item in listed if item.path == path), listed[0] if listed else None)


@dataclass(frozen=True, slots=True)
class _Elsewhere:
    """What stands in objects that no source has: values can have moved there, too.

    landed: spot → where a value from there is now.
    fresh:  where each step wrote which other value, the first of them.
    named:  the same by the name of the object too.
    """

    landed: Mapping[Spot, _Landed]
    fresh: Fresh
    named: Mapping[tuple[Written, str], list[_Landed]]

    def written(self, what: Written, name: str) -> Sequence[_Landed]:
        """Where a step wrote a value: into the object of the same name, if there is one. The same
        number may stand in a thousand others."""
        return self.named.get((what, name)) or self.fresh.get(what, [])

    @classmethod
    def of(cls, running: Running) -> _Elsewhere:
        landed: dict[Spot, _Landed] = {}
        fresh: dict[Written, list[_Landed]] = defaultdict(list)
        named: dict[tuple[Written, str], list[_Landed]] = defaultdict(list)
        for source, item in zip(running.sources, running.objects, strict=True):
            name = name_of(item.body)
            for here, origin in _values(item) if source < 0 else ():
                if origin.line:
                    landed.setdefault((origin.file, origin.line, origin.column), here)
                elif origin.steps:
                    written = _written(origin.steps[0], here.value)
                    named[written, name].append(here)
                    if len(fresh[written]) < _MOST:
                        fresh[written].append(here)
        return cls(landed, fresh, named)


def _values(item: SourceObject) -> Iterator[tuple[_Landed, Origin]]:
    label = item.label
    for path, value, origin in traced(item.body, item.origin):
        yield _Landed(label, path, origin.steps, value), origin


def _removed(changes: Sequence[Change]) -> dict[Spot, tuple[Change, Path, Any]]:
    found: dict[Spot, tuple[Change, Path, Any]] = {}
    for change in changes:
        for path, value in leaves(change.before):
            origin = change.origin.at(path)
            spot = (origin.file, origin.line, origin.column)
            found.setdefault(spot, (change, path, value))
    return found

"""A person's edits carried over to what was generated anew.

Three sides: the ``base`` was generated before, ``theirs`` is what a person made of it, ``ours`` is
generated now. What only one side changed is taken from that side. Where both changed one value in
different ways there is a conflict: the person's value stays, and all three are told.

Lists are merged element by element where Kubernetes knows what tells their elements apart (the
``patchMergeKey`` of its API types); any other list is one value.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from migrations_app.domain.bundle import Object, Objects, object_label
from migrations_app.domain.manifests.resources import (
    get,
    group,
    mapping,
    name_of,
    namespace_of,
    sequence,
)
from migrations_app.domain.manifests.secret_markers import is_marker, scrubbed, take
from migrations_app.domain.places import Path, pointer
from migrations_app.domain.same import same


class _Absent:
    """Stands where a side has no such value."""

    def __repr__(self) -> str:
        return "absent"


ABSENT: Any = _Absent()

_KEYS: Mapping[str, tuple[Path, ...]] = {
    "containers": (("name",),),
    "initContainers": (("name",),),
    "ephemeralContainers": (("name",),),
    "env": (("name",),),
    "volumes": (("name",),),
    "imagePullSecrets": (("name",),),
    "volumeMounts": (("mountPath",),),
    "volumeDevices": (("devicePath",),),
    "hostAliases": (("ip",),),
    "topologySpreadConstraints": (("topologyKey",), ("whenUnsatisfiable",)),
    "volumeClaimTemplates": (("metadata", "name"),),
    "items": (("key",),),
    "subjects": (("kind",), ("namespace",), ("name",)),
}
"""List → the fields that tell its elements apart."""

_PORTS: tuple[tuple[Path, ...], ...] = (
    (("containerPort",), ("protocol",)),
    (("port",), ("protocol",)),
)

Thing = tuple[str, str, str, str, int]


@dataclass(frozen=True, slots=True)
class Conflict:
    """One value that both sides changed.

    ``path`` is a pointer in which elements of keyed lists go by what tells them apart:
    ``/spec/template/spec/containers/web/image``. A side that does not have the value is
    :data:`ABSENT`.
    """

    object: str
    path: str
    base: Any
    theirs: Any
    ours: Any


@dataclass(frozen=True, slots=True)
class Merged:
    objects: Objects
    conflicts: tuple[Conflict, ...]


@dataclass(frozen=True, slots=True)
class MergedValue:
    value: Any
    conflicts: tuple[Conflict, ...]


def merge(base: Sequence[Object], theirs: Sequence[Object], ours: Sequence[Object]) -> Merged:
    """Objects of three sides made into one; those that are generated keep their order."""
    sides = [dict(zip(_things(side), side, strict=True)) for side in (base, theirs, ours)]
    _before, edited, made = sides
    merged: list[Object] = []
    conflicts: list[Conflict] = []
    for thing in [*made, *(thing for thing in edited if thing not in made)]:
        value, found = merge_object(*(side.get(thing, ABSENT) for side in sides))
        if value is not ABSENT:
            merged.append(value)
        conflicts += found
    return Merged(tuple(merged), tuple(conflicts))


def merge_object(base: Any, theirs: Any, ours: Any) -> tuple[Any, tuple[Conflict, ...]]:
    """One object of three sides, each of which may be :data:`ABSENT`; so may be the result."""
    found = _Merging(object_label(ours if theirs is ABSENT else theirs))
    value = found.value(base, theirs, ours, ())
    return value, tuple(_concealed(found.conflicts, (base, theirs, ours)))


def located(body: Any, keyed: str) -> Path:
    """The path of a conflict as it is in an object: positions in place of keys, as far as it is."""
    path: Path = ()
    here = body
    for step in keyed.split("/")[1:]:
        key: str | int = step.replace("~1", "/").replace("~0", "~")
        if isinstance(here, list):
            names = list(_keyed(here, path) or ())
            if key not in names:
                break
            key = names.index(str(key))
            here = here[key]
        elif isinstance(here, dict) and key in here:
            here = here[key]
        else:
            break
        path = (*path, key)
    return path


def put_at(body: Any, keyed: str, value: Any) -> Any:
    """A body with another value at the path of a conflict; :data:`ABSENT` takes it away."""
    steps = [step.replace("~1", "/").replace("~0", "~") for step in keyed.split("/")[1:]]
    return _put(body, steps, value, ())


def _put(here: Any, steps: Sequence[str], value: Any, path: Path) -> Any:
    if not steps:
        return value
    step, rest = steps[0], steps[1:]
    if isinstance(here, list):
        known = dict(_keyed(here, path) or {})
        new = _put(known.get(step, ABSENT), rest, value, (*path, step))
        kept = known | {step: new}
        return [item for item in kept.values() if item is not ABSENT]
    known = dict(mapping(here))
    new = _put(known.get(step, ABSENT), rest, value, (*path, step))
    return {key: item for key, item in (known | {step: new}).items() if item is not ABSENT}


def merge_values(label: str, base: Any, theirs: Any, ours: Any) -> MergedValue:
    """Three sides of one document that is no object."""
    found = _Merging(label)
    value = found.value(base, theirs, ours, ())
    return MergedValue(value, tuple(found.conflicts))


def _things(objects: Iterable[Object]) -> list[Thing]:
    seen: dict[tuple[str, str, str, str], int] = {}
    found: list[Thing] = []
    for body in objects:
        thing = (group(body), str(body.get("kind")), namespace_of(body), name_of(body))
        seen[thing] = seen.get(thing, -1) + 1
        found.append((*thing, seen[thing]))
    return found


def _concealed(conflicts: Iterable[Conflict], three: Iterable[Any]) -> list[Conflict]:
    """Conflicts with a marker wherever they would show a secret."""
    values = (take([body])[1].values() for body in three if body is not ABSENT)
    secrets = frozenset(value for side in values for value in side)
    return [
        Conflict(
            item.object,
            item.path,
            scrubbed(item.base, secrets),
            scrubbed(item.theirs, secrets),
            scrubbed(item.ours, secrets),
        )
        for item in conflicts
    ]


@dataclass(slots=True)
class _Merging:
    """Merges the values of one object, and notes where it cannot."""

    label: str
    conflicts: list[Conflict] = field(default_factory=list)

    def value(self, base: Any, theirs: Any, ours: Any, path: Path) -> Any:
        if same(theirs, ours) or same(base, theirs):
            return ours
        if same(base, ours):
            return theirs
        if isinstance(theirs, dict) and isinstance(ours, dict):
            keys = dict.fromkeys([*ours, *theirs])
            return self._mapping(mapping(base), theirs, ours, path, keys)
        if isinstance(theirs, list) and isinstance(ours, list):
            old, mine, new = (_keyed(side, path) for side in (sequence(base), theirs, ours))
            if old is not None and mine is not None and new is not None:
                return list(self._mapping(old, mine, new, path, _in_order(mine, new)).values())
        if _alike(base, ours):
            return _refilled(theirs, base, ours)
        self.conflicts.append(Conflict(self.label, pointer(path), base, theirs, ours))
        return theirs

    def _mapping(
        self,
        base: dict[str, Any],
        theirs: dict[str, Any],
        ours: dict[str, Any],
        path: Path,
        keys: Iterable[str],
    ) -> dict[str, Any]:
        merged: dict[str, Any] = {}
        for key in keys:
            old, mine, new = (side.get(key, ABSENT) for side in (base, theirs, ours))
            value = self.value(old, mine, new, (*path, key))
            if value is not ABSENT:
                merged[key] = value
        return merged


def _alike(base: Any, ours: Any) -> bool:
    """Whether two values are the same but for markers in the first where secrets are."""
    if is_marker(base) and isinstance(ours, str):
        return True
    if isinstance(base, list) and isinstance(ours, list):
        return len(base) == len(ours) and all(map(_alike, base, ours))
    return same(base, ours)


def _refilled(theirs: Any, base: Any, ours: Any) -> Any:
    """An edited list with the secrets that its markers stand for, in their order."""
    if not isinstance(theirs, list) or not isinstance(base, list):
        return theirs
    secrets = iter([new for old, new in zip(base, ours, strict=True) if is_marker(old)])
    return [next(secrets, item) if is_marker(item) else item for item in theirs]


def _in_order(theirs: Iterable[str], ours: Iterable[str]) -> list[str]:
    """Keys as they were generated; one that a person added follows the one it followed there."""
    order = list(ours)
    before = -1
    for key in theirs:
        if key in order:
            before = order.index(key)
        else:
            before += 1
            order.insert(before, key)
    return order


def _keyed(items: list[Any], path: Path) -> dict[str, Any] | None:
    """The elements of a list by their key; None for a list that has none, or one twice."""
    last = path[-1] if path else ""
    ways = _PORTS if last == "ports" else (_KEYS.get(str(last), ()),)
    for fields in ways:
        keys = [_key(item, fields) for item in items] if fields else [""]
        if all(keys) and len(set(keys)) == len(keys):
            return dict(zip(keys, items, strict=True)) if fields else None
    return None


def _key(item: Any, fields: tuple[Path, ...]) -> str:
    """What an element is told apart by; empty if it lacks the first of the fields."""
    if not isinstance(item, dict) or get(item, fields[0]) is None:
        return ""
    values = [get(item, one) for one in fields]
    if fields[-1] == ("protocol",):
        values = values[:1] if values[1] in (None, "TCP") else values
    return "·".join(str(value) for value in values if value is not None)

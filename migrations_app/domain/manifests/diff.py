"""What differs between two manifests: field by field, and as lines.

Objects are matched by kind, namespace and name; elements of lists by what Kubernetes merges them
by (a container by its name, a port by its number), so that an element that moved is no change.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from migrations_app.domain.bundle import Object
from migrations_app.domain.manifests.render import to_yaml
from migrations_app.domain.manifests.secret_markers import reference
from migrations_app.domain.places import Path, pointer

_CONTEXT_LINES = 3
_MERGE_KEYS: tuple[tuple[str, ...], ...] = (
    ("name",),
    ("containerPort", "protocol"),
    ("port", "protocol"),
    ("mountPath",),
    ("devicePath",),
    ("ip",),
    ("topologyKey", "whenUnsatisfiable"),
)
"""Source: ``x-kubernetes-list-map-keys`` in the OpenAPI document of Kubernetes."""


class DiffState(StrEnum):
    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class FieldDiff:
    """One field: its JSON pointer (in the newer object where it is there), before and after.

    None stands for a field that is not there.
    """

    path: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class ObjectDiff:
    """One object that differs. ``lines`` is a unified diff of its YAML."""

    label: str
    state: DiffState
    fields: tuple[FieldDiff, ...]
    lines: tuple[str, ...]


def compare(before: Sequence[Object], after: Sequence[Object]) -> tuple[ObjectDiff, ...]:
    """Every object that was added, removed or changed, in the order of the newer manifest.

    Removed objects come last.
    """
    old = {_identity(body): body for body in before}
    result: list[ObjectDiff] = []
    for body in after:
        earlier = old.pop(_identity(body), None)
        if earlier is None:
            result.append(_whole(DiffState.ADDED, None, body))
        elif fields := tuple(_fields(earlier, body, ())):
            result.append(_changed(earlier, body, fields))
    result.extend(_whole(DiffState.REMOVED, body, None) for body in old.values())
    return tuple(result)


def unified(before: Iterable[Object], after: Iterable[Object]) -> str:
    """Both manifests as one unified diff, ``""`` if they are the same."""
    return "\n".join(_lines(to_yaml(before), to_yaml(after)))


def _identity(body: Object) -> str:
    """An object keeps its identity when its API version moves."""
    group = str(body.get("apiVersion") or "").rpartition("/")[0]
    return f"{group}/{reference(body)}"


def _whole(state: DiffState, before: Object | None, after: Object | None) -> ObjectDiff:
    lines = _lines(to_yaml([before]) if before else "", to_yaml([after]) if after else "")
    body = after or before or {}
    return ObjectDiff(reference(body), state, (FieldDiff("", before, after),), tuple(lines))


def _changed(before: Object, after: Object, fields: tuple[FieldDiff, ...]) -> ObjectDiff:
    lines = tuple(_lines(to_yaml([before]), to_yaml([after])))
    return ObjectDiff(reference(after), DiffState.CHANGED, fields, lines)


def _lines(before: str, after: str) -> list[str]:
    return list(
        difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=_CONTEXT_LINES)
    )[2:]


def _fields(before: Any, after: Any, path: Path) -> Iterator[FieldDiff]:
    if isinstance(before, dict) and isinstance(after, dict):
        for key in dict.fromkeys([*after, *before]):
            yield from _child(before, after, key, (*path, key))
    elif isinstance(before, list) and isinstance(after, list):
        yield from _elements(before, after, path)
    elif type(before) is not type(after) or before != after:
        yield FieldDiff(pointer(path), before, after)


def _child(before: Any, after: Any, key: str, path: Path) -> Iterator[FieldDiff]:
    if key not in before:
        yield FieldDiff(pointer(path), None, after[key])
    elif key not in after:
        yield FieldDiff(pointer(path), before[key], None)
    else:
        yield from _fields(before[key], after[key], path)


def _elements(before: list[Any], after: list[Any], path: Path) -> Iterator[FieldDiff]:
    keys = next((keys for keys in _MERGE_KEYS if _identifies(keys, before, after)), None)
    if keys is None:
        yield from _by_position(before, after, path)
        return
    old = {_key(item, keys): (index, item) for index, item in enumerate(before)}
    for index, item in enumerate(after):
        found = old.pop(_key(item, keys), None)
        if found is None:
            yield FieldDiff(pointer((*path, index)), None, item)
        else:
            yield from _fields(found[1], item, (*path, index))
    for index, item in old.values():
        yield FieldDiff(pointer((*path, index)), item, None)


def _by_position(before: list[Any], after: list[Any], path: Path) -> Iterator[FieldDiff]:
    for index in range(max(len(before), len(after))):
        place = (*path, index)
        if index >= len(before):
            yield FieldDiff(pointer(place), None, after[index])
        elif index >= len(after):
            yield FieldDiff(pointer(place), before[index], None)
        else:
            yield from _fields(before[index], after[index], place)


def _identifies(keys: tuple[str, ...], *lists: list[Any]) -> bool:
    """Whether every element has these keys (the first one at least), and none has them twice."""
    for items in lists:
        if not all(isinstance(item, dict) and keys[0] in item for item in items):
            return False
        if len({_key(item, keys) for item in items}) != len(items):
            return False
    return True


def _key(item: dict[str, Any], keys: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(repr(item.get(key)) for key in keys)

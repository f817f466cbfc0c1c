"""What a step did to a value, and where the fields of what it made came from.

The next tree of origins is derived from the difference, by identity: what a transform did not touch
keeps its subtree, and costs nothing.
"""

from __future__ import annotations

from typing import Any

from migrations_app.domain.places import Path
from migrations_app.domain.provenance import Change, Origin, Step, StepKind, made, whereabouts

_ABSENT = object()
_NAMING_KEYS = ("name", "mountPath", "containerPort", "port")
"""What tells the elements of a list apart, where they have it."""


def follow(before: Any, after: Any, origin: Origin, step: Step, changes: list[Change]) -> Origin:
    """The origin tree of ``after``, given that ``step`` made it from ``before``.

    Every difference is appended to ``changes``, with paths of the value *after* the step for what
    is there and of the value *before* it for what was removed.
    """
    return _follow(before, after, origin, step, changes, ())


def _follow(
    before: Any, after: Any, origin: Origin, step: Step, changes: list[Change], path: Path
) -> Origin:
    if before is after:
        return origin
    if isinstance(before, dict) and isinstance(after, dict):
        return _follow_mapping(before, after, origin, step, changes, path)
    if isinstance(before, list) and isinstance(after, list):
        return _follow_list(before, after, origin, step, changes, path)
    if type(before) is type(after) and before == after:
        return origin
    changes.append(Change(step, path, before, after, origin))
    fresh = made(after, step)
    return Origin(origin.file, origin.line, origin.column, (*origin.steps, step), fresh.children)


def _follow_mapping(
    before: dict[str, Any],
    after: dict[str, Any],
    origin: Origin,
    step: Step,
    changes: list[Change],
    path: Path,
) -> Origin:
    known = origin.children if isinstance(origin.children, dict) else {}
    children = dict(known)
    moved: dict[int, Origin] | None = None
    for key, value in after.items():
        old = before.get(key, _ABSENT)
        if old is value:
            continue
        if old is _ABSENT:
            changes.append(Change(step, (*path, key), None, value, origin))
            if (
                moved is None
                and (step.moves or step.kind is not StepKind.PRESET)
                and isinstance(value, dict | list)
            ):
                moved = whereabouts(before, origin)  # what a preset writes was nowhere before
            children[key] = made(value, step, moved)
        else:
            child = known.get(key, origin)
            children[key] = _follow(old, value, child, step, changes, (*path, key))
    for key, value in before.items():
        if key not in after:
            changes.append(Change(step, (*path, key), value, None, known.get(key, origin)))
            children.pop(key, None)
    return Origin(origin.file, origin.line, origin.column, origin.steps, children)


def _follow_list(
    before: list[Any],
    after: list[Any],
    origin: Origin,
    step: Step,
    changes: list[Change],
    path: Path,
) -> Origin:
    known = origin.children if isinstance(origin.children, list) else []
    partner = _match(before, after)
    children: list[Origin] = []
    for index, value in enumerate(after):
        old = partner.get(index)
        if old is None:
            changes.append(Change(step, (*path, index), None, value, origin))
            children.append(made(value, step))
        else:
            child = known[old] if old < len(known) else origin
            children.append(_follow(before[old], value, child, step, changes, (*path, index)))
    for index in sorted(set(range(len(before))) - set(partner.values())):
        child = known[index] if index < len(known) else origin
        changes.append(Change(step, (*path, index), before[index], None, child))
    return Origin(origin.file, origin.line, origin.column, origin.steps, children)


def _match(before: list[Any], after: list[Any]) -> dict[int, int]:
    """Which element of ``before`` each element of ``after`` continues: the same, else its namesake.

    With equal lengths what is left over is matched by position.
    """
    if len(before) == len(after) and _keep_their_places(before, after):
        return dict(enumerate(range(len(before))))
    free = dict(enumerate(before))
    partner: dict[int, int] = {}
    for same in (_identical, _namesake):
        for index, value in enumerate(after):
            if index in partner:
                continue
            found = next((old for old, item in free.items() if same(item, value)), None)
            if found is not None:
                partner[index] = found
                del free[found]
    if len(before) == len(after):
        for index in range(len(after)):
            if index not in partner and index in free:
                partner[index] = index
    return partner


def _keep_their_places(before: list[Any], after: list[Any]) -> bool:
    """Whether each element is the one that was there, or its namesake and nobody else's."""
    names: set[Any] = set()
    for old, new in zip(before, after, strict=True):
        if old is new:
            continue
        name = new.get("name") if isinstance(new, dict) and isinstance(old, dict) else None
        if not isinstance(name, str) or old.get("name") != name or name in names:
            return False
        names.add(name)
    return True


def _identical(old: Any, new: Any) -> bool:
    return old is new or (
        not isinstance(old, dict | list) and type(old) is type(new) and old == new
    )


def _namesake(old: Any, new: Any) -> bool:
    if not (isinstance(old, dict) and isinstance(new, dict)):
        return False
    return any(key in old and old[key] == new.get(key) for key in _NAMING_KEYS)

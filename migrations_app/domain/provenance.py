"""Where every field of an object came from.

A :class:`Origin` tree has the shape of the value it describes. Readers make the first one while
they build the value; after every transform :func:`follow` derives the next one from the
difference, by identity: what a transform did not touch keeps its subtree, and costs nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from migrations_app.domain.messages import UNSAID, Message
from migrations_app.domain.places import Path

_COLLECTIONS = (dict, list)


class StepKind(StrEnum):
    BUILT = "built"
    MENDED = "mended"
    PRESET = "preset"
    ENVIRONMENT = "environment"
    ANSWER = "answer"
    FIX = "fix"
    EDIT = "edit"
    DEFAULT = "default"


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that was done to a field after it was read, and by what.

    ``by`` is a transform's code, a preset as ``name@version`` or a question's id. ``moves``: what
    it writes may have been elsewhere before; of a preset that is the exception.
    """

    kind: StepKind
    by: str
    why: Message = UNSAID
    moves: bool = field(default=False, compare=False)


class Origin:
    """Where one value stands in a source (line 0: in none) and what was done to it since."""

    __slots__ = ("children", "column", "file", "line", "steps")

    def __init__(
        self,
        file: str = "",
        line: int = 0,
        column: int = 0,
        steps: tuple[Step, ...] = (),
        children: dict[str, Origin] | list[Origin] | None = None,
    ) -> None:
        self.file = file
        self.line = line
        self.column = column
        self.steps = steps
        self.children = children

    def child(self, step: str | int) -> Origin:
        """The origin of one field, or this one if that has none."""
        children = self.children
        if isinstance(children, dict):
            return children.get(step, self)  # type: ignore[arg-type]
        if isinstance(children, list) and isinstance(step, int) and step < len(children):
            return children[step]
        return self

    def at(self, path: Path) -> Origin:
        """The origin of the field at ``path``, or of its nearest ancestor that has one."""
        here = self
        for step in path:
            children = here.children
            if isinstance(children, dict) and step in children:
                here = children[str(step)]
            elif isinstance(children, list) and isinstance(step, int) and step < len(children):
                here = children[step]
            else:
                break
        return here


@dataclass(frozen=True, slots=True)
class Change:
    """One field that one step added, altered or removed (``before``/``after`` None: absent)."""

    step: Step
    path: Path
    before: Any
    after: Any
    origin: Origin


_ABSENT = object()
_NAMING_KEYS = ("name", "mountPath", "containerPort", "port")
"""What tells the elements of a list apart, where they have it."""


def made(value: Any, step: Step, moved: Mapping[int, Origin] | None = None) -> Origin:
    """The origin tree of a value that no source holds.

    ``moved`` knows mappings and lists, by identity, that were elsewhere before the step: they
    keep their origin.
    """
    return _made(value, moved or {}, Origin(steps=(step,)))


def _made(value: Any, moved: Mapping[int, Origin], leaf: Origin) -> Origin:
    """All values that are no collections share one origin: there is nothing to tell apart."""
    if not isinstance(value, _COLLECTIONS):
        return leaf
    if id(value) in moved:
        return moved[id(value)]
    origin = Origin(steps=leaf.steps)
    if isinstance(value, dict):
        origin.children = {key: _made(item, moved, leaf) for key, item in value.items()}
    else:
        origin.children = [_made(item, moved, leaf) for item in value]
    return origin


_LABELS = frozenset({"labels", "selector"})
"""What tells objects apart is made for each of them, whatever words are in it."""
_OF_THE_OBJECT = frozenset({"apiVersion", "kind", "metadata", "type"})
"""What an object is, and not what it holds."""


def taken_over(
    value: Mapping[str, Any], step: Step, before: Any, left: Iterable[Change], at: Origin
) -> Origin:
    """The origin tree of a new object that has texts which ``step`` took away in another.

    ``before`` is the other one as it was, ``at`` its origin, ``left`` what was changed in it.
    Mappings and lists are known again by identity. A text is known again by what it was called
    there and what it was, else by its name, else by what it was.
    """
    moved = _whereabouts(before, at)
    known: dict[tuple[str, str], Origin] = {}
    for change in left:
        for inner, text in leaves(change.before):
            if isinstance(text, str):
                origin = change.origin.at(inner)
                name = _called(before, (*change.path, *inner))
                for key in ((name, text), (name, ""), ("", text)):
                    known.setdefault(key, origin)
    leaf = Origin(steps=(step,))
    own = {key: _made(item, {}, leaf) for key, item in value.items() if key in _OF_THE_OBJECT}
    rest = {key: item for key, item in value.items() if key not in _OF_THE_OBJECT}
    children = {key: _taken_over(item, key, known, leaf, moved) for key, item in rest.items()}
    return Origin(steps=(step,), children={**own, **children})


def _called(body: Any, path: Path) -> str:
    """The name of a value: its key, or what stands as the name beside it."""
    *holder, key = path
    if key == "value":
        for inner in holder:
            body = body[inner]
        return str(body.get("name"))
    return str(key)


def _taken_over(
    value: Any,
    name: str,
    known: Mapping[tuple[str, str], Origin],
    leaf: Origin,
    moved: Mapping[int, Origin],
) -> Origin:
    if value and isinstance(value, _COLLECTIONS) and id(value) in moved:
        return moved[id(value)]
    if isinstance(value, dict):
        children = {
            key: made(item, leaf.steps[0])
            if key in _LABELS
            else _taken_over(item, _name_of(value, key), known, leaf, moved)
            for key, item in value.items()
        }
        return Origin(steps=leaf.steps, children=children)
    if isinstance(value, list):
        items = [_taken_over(item, name, known, leaf, moved) for item in value]
        return Origin(steps=leaf.steps, children=items)
    if not isinstance(value, str):
        return made(value, leaf.steps[0])
    old = known.get((name, value)) or known.get((name, "")) or known.get(("", value))
    if old is None:
        return leaf
    return Origin(old.file, old.line, old.column, (*old.steps, *leaf.steps))


def _name_of(holder: Mapping[str, Any], key: str) -> str:
    """What a value is called: what stands as the name beside it, else its key."""
    return str(holder["name"]) if key == "value" and "name" in holder else key


def _whereabouts(value: Any, origin: Origin) -> dict[int, Origin]:
    """Identity of each mapping and list in a value → its origin."""
    found: dict[int, Origin] = {}
    waiting = [(value, origin)]
    while waiting:
        here, at = waiting.pop()
        found[id(here)] = at
        for key, item in here.items() if isinstance(here, dict) else enumerate(here):
            if item and isinstance(item, _COLLECTIONS):
                waiting.append((item, at.child(key)))
    return found


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
                moved = _whereabouts(before, origin)  # what a preset writes was nowhere before
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


def traced(value: Any, origin: Origin) -> list[tuple[Path, Any, Origin]]:
    """Every value within a value, itself first, with its path and origin."""
    found: list[tuple[Path, Any, Origin]] = []
    _trace(value, origin, (), found)
    return found


def _trace(value: Any, origin: Origin, path: Path, found: list[tuple[Path, Any, Origin]]) -> None:
    found.append((path, value, origin))
    children = origin.children
    if isinstance(value, dict):
        known = children if isinstance(children, dict) else {}
        for key, item in value.items():
            below = known.get(key, origin)
            if isinstance(item, _COLLECTIONS):
                _trace(item, below, (*path, key), found)
            else:
                found.append(((*path, key), item, below))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            _trace(item, origin.child(index), (*path, index), found)


def leaves(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Every scalar and every empty collection of a value, with its path."""
    if isinstance(value, dict) and value:
        for key, item in value.items():
            yield from leaves(item, (*path, key))
    elif isinstance(value, list) and value:
        for index, item in enumerate(value):
            yield from leaves(item, (*path, index))
    else:
        yield path, value

"""Where every field of an object came from.

A :class:`Origin` tree has the shape of the value it describes. Readers make the first one while
they build the value; after every transform ``following`` derives the next one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from migrations_app.domain.messages import UNSAID, Message
from migrations_app.domain.places import Path

COLLECTIONS = (dict, list)


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


def nearest(root: Origin, path: Path, file: str) -> Origin | None:
    """What stands in a file and is nearest to a path: below it, else below what holds it."""
    way = [root]
    for step in path:
        below = way[-1].child(step)
        if below is way[-1]:
            break
        way.append(below)
    return next((found for here in reversed(way) if (found := _first(here, file))), None)


def _first(origin: Origin, file: str) -> Origin | None:
    if origin.line and origin.file == file:
        return origin
    children = origin.children or ()
    below = children.values() if isinstance(children, dict) else children
    return next((found for child in below if (found := _first(child, file))), None)


@dataclass(frozen=True, slots=True)
class Change:
    """One field that one step added, altered or removed (``before``/``after`` None: absent)."""

    step: Step
    path: Path
    before: Any
    after: Any
    origin: Origin


def made(value: Any, step: Step, moved: Mapping[int, Origin] | None = None) -> Origin:
    """The origin tree of a value that no source holds.

    ``moved`` knows mappings and lists, by identity, that were elsewhere before the step: they
    keep their origin.
    """
    return made_within(value, moved or {}, Origin(steps=(step,)))


def made_within(value: Any, moved: Mapping[int, Origin], leaf: Origin) -> Origin:
    """All values that are no collections share one origin: there is nothing to tell apart."""
    if not isinstance(value, COLLECTIONS):
        return leaf
    if id(value) in moved:
        return moved[id(value)]
    origin = Origin(steps=leaf.steps)
    if isinstance(value, dict):
        origin.children = {key: made_within(item, moved, leaf) for key, item in value.items()}
    else:
        origin.children = [made_within(item, moved, leaf) for item in value]
    return origin


def whereabouts(value: Any, origin: Origin) -> dict[int, Origin]:
    """Identity of each mapping and list in a value → its origin."""
    found: dict[int, Origin] = {}
    waiting = [(value, origin)]
    while waiting:
        here, at = waiting.pop()
        found[id(here)] = at
        for key, item in here.items() if isinstance(here, dict) else enumerate(here):
            if item and isinstance(item, COLLECTIONS):
                waiting.append((item, at.child(key)))
    return found


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
            if isinstance(item, COLLECTIONS):
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

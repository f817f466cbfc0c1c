"""Where the fields of a new object came from that holds what a step took away in another."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from migrations_app.domain.places import Path
from migrations_app.domain.provenance import (
    COLLECTIONS,
    Change,
    Origin,
    Step,
    leaves,
    made,
    made_within,
    whereabouts,
)

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
    moved = whereabouts(before, at)
    known: dict[tuple[str, str], Origin] = {}
    for change in left:
        for inner, text in leaves(change.before):
            if isinstance(text, str):
                origin = change.origin.at(inner)
                name = _called(before, (*change.path, *inner))
                for key in ((name, text), (name, ""), ("", text)):
                    known.setdefault(key, origin)
    leaf = Origin(steps=(step,))
    own = {key: made_within(item, {}, leaf) for key, item in value.items() if key in _OF_THE_OBJECT}
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
    if value and isinstance(value, COLLECTIONS) and id(value) in moved:
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

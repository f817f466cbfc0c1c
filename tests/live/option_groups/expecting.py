"""What a group of options must become: fields of objects, or words that say why not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from migrations_app.domain.engine import Made
from migrations_app.domain.manifests.resources import pod_spec


@dataclass(frozen=True, slots=True)
class Expected:
    """One thing that must be there: ``what`` (pod, container, object, row, finding, question).

    ``where`` is a path of keys, with a kind before it for objects; for the others the part of a
    path, a code, or the beginning of an id.
    """

    what: str
    where: str
    value: Any = None

    @property
    def is_field(self) -> bool:
        return self.what in ("pod", "container", "object")

    def __str__(self) -> str:
        if self.is_field:
            return f"`{self.where.replace('/', '.')}`"
        return {
            "row": "the loss report",
            "finding": f"finding {self.where}",
            "question": f"question `{self.where}`",
        }[self.what]


def pod(where: str, value: Any) -> Expected:
    """A field of the pod."""
    return Expected("pod", where, value)


def container(where: str, value: Any) -> Expected:
    """A field of a container of the pod."""
    return Expected("container", where, value)


def kind(where: str, value: Any) -> Expected:
    """A field of an object: ``Service/spec/ports``."""
    return Expected("object", where, value)


def row(where: str, outcome: str = "dropped") -> Expected:
    """A row of the loss report with a reason."""
    return Expected("row", where, outcome)


def finding(code: str) -> Expected:
    return Expected("finding", code)


def question(code: str) -> Expected:
    return Expected("question", code)


def missing_in(made: Made, expected: Sequence[Expected]) -> list[str]:
    """What was expected of our own result and is not there."""
    bodies = [item.body for item in made.objects]
    wanting: list[str] = []
    for item in expected:
        if item.is_field:
            there = holds(bodies, item)
        elif item.what == "row":
            there = any(
                item.where in found.path and found.outcome.value == item.value and found.reason.text
                for found in made.loss
            )
        elif item.what == "finding":
            there = any(found.code == item.where for found in made.findings)
        else:
            there = any(found.code == item.where for found in made.questions)
        if not there:
            wanting.append(f"{item.what} {item.where} {item.value if item.value else ''}".strip())
    return wanting


def holds(bodies: Sequence[Mapping[str, Any]], expected: Expected) -> bool:
    """Whether a field is there as expected, in any object or container that can have it."""
    keys = expected.where.split("/")
    if expected.what == "object":
        name, keys = keys[0], keys[1:]
        holders: list[Any] = [body for body in bodies if body.get("kind") == name]
    else:
        specs = [found[1] for body in bodies if (found := pod_spec(dict(body))) is not None]
        holders = [*specs]
        if expected.what == "container":
            holders = [
                item for spec in specs for item in (*spec.get("initContainers", ()), *_of(spec))
            ]
    return any(fits(expected.value, value) for holder in holders for value in _values(holder, keys))


def _of(spec: Mapping[str, Any]) -> Sequence[Any]:
    return spec.get("containers") or ()


def _values(value: Any, keys: Sequence[str]) -> Iterator[Any]:
    """What stands at a path; ``*`` is any item of a list or a mapping."""
    if not keys:
        yield value
        return
    first, rest = keys[0].replace("~1", "/"), keys[1:]
    if first == "*":
        items = value.values() if isinstance(value, dict) else value or ()
        for item in items if not isinstance(value, str) else ():
            yield from _values(item, rest)
    elif isinstance(value, dict) and first in value:
        yield from _values(value[first], rest)
    elif isinstance(value, list) and first.isdigit() and int(first) < len(value):
        yield from _values(value[int(first)], rest)


def fits(expected: Any, value: Any) -> bool:
    """Whether a value holds all that is expected of it; ``...`` is satisfied by any."""
    if expected is ...:
        return True
    if isinstance(expected, dict):
        return isinstance(value, dict) and all(
            key in value and fits(wanted, value[key]) for key, wanted in expected.items()
        )
    if isinstance(expected, list):
        return isinstance(value, list) and all(
            any(fits(wanted, item) for item in value) for wanted in expected
        )
    return type(expected) is type(value) and bool(expected == value)

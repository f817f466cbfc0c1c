"""What becomes a value of a chart, and what it is called there."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from migrations_app.domain.bundle import Object
from migrations_app.domain.manifests.resources import pod_spec_path
from migrations_app.domain.outputs.base import is_exact, is_plain
from migrations_app.domain.places import Path
from migrations_app.domain.same import same

ABSENT: Any = object()
"""Stands for a key that one of the renderings does not have."""

_WORDS = re.compile(r"[^A-Za-z0-9]+")
_REPLICAS = ("spec", "replicas")
_CONTAINERS = ("initContainers", "containers")
_OF_A_CONTAINER = ("image", "resources")


@dataclass(frozen=True, slots=True)
class Slot:
    """One value: its path in the values, and what it is in each rendering.

    ``optional``: some rendering does not have the key at all. ``raw``: the value is kept as text
    in JSON, because YAML values would not survive being merged (nulls vanish, large numbers and
    fractions are rounded, a mapping cannot take the place of a scalar), or being written again.
    """

    name: tuple[str, ...]
    values: Mapping[str, Any]
    optional: bool

    @property
    def raw(self) -> bool:
        present = [value for value in self.values.values() if value is not ABSENT]
        kinds = {isinstance(value, dict) for value in present}
        return len(kinds) > 1 or any(map(_is_delicate, present))


@dataclass(slots=True)
class Slots:
    """Collects the values of a chart while its templates are made.

    ``mark`` begins what stands for a value until the template is text; no object may hold it.
    """

    mark: str
    made: list[Slot] = field(default_factory=list)
    _taken: set[tuple[str, ...]] = field(default_factory=set)

    def place(self, name: tuple[str, ...], values: Mapping[str, Any]) -> str:
        """A new value; the mark that stands for it in the object."""
        unique = self._unique(name)
        optional = any(value is ABSENT for value in values.values())
        self.made.append(Slot(unique, dict(values), optional))
        return f"{self.mark}{len(self.made) - 1}-"

    def _unique(self, name: tuple[str, ...]) -> tuple[str, ...]:
        number = 1
        while True:
            last = f"{name[-1]}{number if number > 1 else ''}"
            unique = (*name[:-1], last)
            if not any(_overlap(unique, taken) for taken in self._taken):
                self._taken.add(unique)
                return unique
            number += 1


def fresh_mark(text: str) -> str:
    """A mark that is nowhere in a text."""
    number = 0
    while f"slot{number}-" in text:
        number += 1
    return f"slot{number}-"


def _overlap(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    shorter = min(len(one), len(other))
    return one[:shorter] == other[:shorter]


def _is_delicate(value: Any) -> bool:
    if isinstance(value, dict):
        return any(map(_is_delicate, value.values()))
    if isinstance(value, list):
        return any(map(_is_delicate, value))
    if isinstance(value, float):
        return True
    return value is None or not is_exact(value) or not is_plain(value)


def identifier(*words: str) -> str:
    """A name that templates may write after a dot: ``my-web Deployment`` is ``myWebDeployment``."""
    parts = [part for word in words for part in _WORDS.split(word) if part]
    joined = "".join(part[:1].upper() + part[1:] for part in parts)
    plain = joined[:1].lower() + joined[1:]
    return plain if plain[:1].isalpha() else f"x{plain}"


@dataclass(frozen=True, slots=True)
class Spot:
    """Where in an object a value stands: its path, and the same path in words for its name."""

    pod: Path
    path: Path = ()
    words: tuple[str, ...] = ()

    def key(self, key: str) -> Spot:
        return Spot(self.pod, (*self.path, key), (*self.words, key))

    def item(self, index: int, value: Any) -> Spot:
        name = value.get("name") if isinstance(value, dict) else None
        word = name if isinstance(name, str) else f"item{index}"
        return Spot(self.pod, (*self.path, index), (*self.words, word))

    @property
    def in_pod(self) -> Path | None:
        """The path within the specification of the pod, None outside of it."""
        depth = len(self.pod)
        return self.path[depth:] if self.pod and self.path[:depth] == self.pod else None

    @property
    def is_value(self) -> bool:
        """What people change most: it is a value even where no environment differs."""
        inner = self.in_pod
        if self.path == _REPLICAS:
            return True
        return (
            inner is not None
            and len(inner) == 3
            and inner[0] in _CONTAINERS
            and inner[2] in _OF_A_CONTAINER
        )

    @property
    def holds_values(self) -> bool:
        """Whether something below may be such a value."""
        inner = self.in_pod
        if inner:
            return len(inner) <= 2 and inner[0] in _CONTAINERS
        return self.path in ((), ("spec",)) or self.path == self.pod[: len(self.path)]

    @property
    def name(self) -> tuple[str, ...]:
        """What the value is called below its object; what every pod has in common is left out."""
        words = self.words[len(self.pod) :] if self.in_pod else self.words
        if words[:1] == ("spec",) and len(words) > 1:
            words = words[1:]
        return tuple(map(identifier, words)) or ("whole",)


@dataclass(frozen=True, slots=True)
class Templating:
    """Makes one object of its renderings: what is alike as it is, marks where they differ.

    ``owner`` is what the object is called in the values.
    """

    owner: str
    slots: Slots

    def template(self, renderings: Mapping[str, Object]) -> Any:
        first = next(iter(renderings.values()))
        return self._made(renderings, Spot(pod_spec_path(first) or ()))

    def _made(self, values: Mapping[str, Any], spot: Spot) -> Any:
        first, *rest = values.values()
        if spot.is_value:
            return self._slot(values, spot)
        if all(same(first, other) for other in rest) and not spot.holds_values:
            return first
        if all(isinstance(value, dict) for value in values.values()):
            return self._mapping(values, spot)
        if isinstance(first, list) and all(_goes_along(first, other) for other in rest):
            return [
                self._made({s: value[index] for s, value in values.items()}, spot.item(index, item))
                for index, item in enumerate(first)
            ]
        return first if all(same(first, other) for other in rest) else self._slot(values, spot)

    def _mapping(self, values: Mapping[str, Any], spot: Spot) -> Any:
        """Keys that come and go stand in conditions, as long as some line before them stays."""
        keys = list(dict.fromkeys(key for value in values.values() for key in value))
        steady = {key for key in keys if all(key in value for value in values.values())}
        in_list = bool(spot.path) and isinstance(spot.path[-1], int)
        anchored = "name" in steady if in_list else bool(steady)
        if len(steady) != len(keys) and not anchored:
            return self._slot(values, spot)
        made: dict[str, Any] = {}
        for key in keys:
            inner = {scope: value.get(key, ABSENT) for scope, value in values.items()}
            below = spot.key(key)
            made[key] = self._made(inner, below) if key in steady else self._slot(inner, below)
        return made

    def _slot(self, values: Mapping[str, Any], spot: Spot) -> str:
        return self.slots.place((self.owner, *spot.name), values)


def _goes_along(first: list[Any], other: Any) -> bool:
    """Whether two lists hold the same things, which may differ inside."""
    return (
        isinstance(other, list)
        and len(other) == len(first)
        and all(
            same(one, two) or _namesakes(one, two) for one, two in zip(first, other, strict=True)
        )
    )


def _namesakes(one: Any, other: Any) -> bool:
    both = isinstance(one, dict) and isinstance(other, dict)
    return both and "name" in one and same(one["name"], other.get("name"))

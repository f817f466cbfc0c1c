"""What a writer gets, and what it gives back."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from migrations_app.domain.bundle import Object, Objects
from migrations_app.domain.loss import LossRow, Outcome
from migrations_app.domain.manifests.resources import group, name_of, pod_spec
from migrations_app.domain.messages import Message

_NOT_IN_FILE_NAMES = re.compile(r"[^a-z0-9.]+")
Identity = tuple[str, str, str, int]
"""API group, kind, name, and which one of those that share them (counted from 0)."""


@dataclass(frozen=True, slots=True)
class Manifests:
    """One application or service to be written.

    ``base`` is the rendering without any environment, ``environments`` what each of them makes of
    it: there is at least one. What is written for one environment alone is that of the first.
    """

    name: str
    base: Objects
    environments: Mapping[str, Objects]

    @property
    def chosen(self) -> Objects:
        return next(iter(self.environments.values()))


@dataclass(frozen=True, slots=True)
class Written:
    """Files by their relative path, and what the format could not say."""

    files: Mapping[str, str]
    loss: tuple[LossRow, ...] = ()


@dataclass(slots=True)
class Losses:
    """Collects what a format cannot say, each thing once."""

    rows: dict[tuple[str, str], LossRow] = field(default_factory=dict)

    def dropped(self, path: str, reason: Message) -> None:
        self.rows.setdefault((path, ""), LossRow(path, Outcome.DROPPED, "", reason))

    def converted(self, path: str, target: str, reason: Message) -> None:
        self.rows.setdefault((path, target), LossRow(path, Outcome.CONVERTED, target, reason))

    def all(self) -> tuple[LossRow, ...]:
        return tuple(self.rows.values())


def name_for(objects: Iterable[Object]) -> str:
    """What the whole is called: as its first workload, else its first object."""
    bodies = list(objects)
    named = [body for body in bodies if name_of(body)]
    workload = next((body for body in named if pod_spec(body) is not None), None)
    first = workload or next(iter(named), None)
    return name_of(first) if first else "manifests"


def identities(objects: Iterable[Object]) -> list[Identity]:
    """What each object is recognised by in another rendering, whatever namespace it is in there."""
    seen: dict[tuple[str, str, str], int] = {}
    found: list[Identity] = []
    for body in objects:
        thing = (group(body), str(body.get("kind")), name_of(body))
        seen[thing] = seen.get(thing, -1) + 1
        found.append((*thing, seen[thing]))
    return found


def file_names(identified: Iterable[Identity]) -> dict[Identity, str]:
    """A file name without ending for each object, no two alike: ``deployment-web``."""
    names: dict[Identity, str] = {}
    taken: set[str] = set()
    for identity in identified:
        plain = _NOT_IN_FILE_NAMES.sub("-", f"{identity[1]}-{identity[2]}".lower()).strip("-.")
        names[identity] = next(name for name in _numbered(plain or "object") if name not in taken)
        taken.add(names[identity])
    return names


def _numbered(plain: str) -> Iterator[str]:
    yield plain
    number = 2
    while True:
        yield f"{plain}-{number}"
        number += 1


def is_exact(value: Any) -> bool:
    """Whether a tool that takes every number for a double keeps it as it is."""
    if isinstance(value, dict):
        return all(map(is_exact, value.values()))
    if isinstance(value, list):
        return all(map(is_exact, value))
    return not isinstance(value, int) or abs(value) <= 2**53


NOT_IN_YAML = re.compile("[\x7f-\x9f\ufffe\uffff]")
"""Characters that YAML takes only as an escape, and that JSON does not escape."""


def is_plain(value: Any) -> bool:
    """Whether a tool that writes texts of its own accord writes YAML that can be read again."""
    if isinstance(value, dict):
        return all(map(is_plain, value)) and all(map(is_plain, value.values()))
    if isinstance(value, list):
        return all(map(is_plain, value))
    return not isinstance(value, str) or NOT_IN_YAML.search(value) is None

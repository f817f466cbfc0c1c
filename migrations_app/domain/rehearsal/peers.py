"""Who takes part in a rehearsal: a service, and the peers that it reaches by name."""

from __future__ import annotations

import graphlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from migrations_app.domain.bundle import Object
from migrations_app.domain.manifests.resources import (
    containers,
    mapping,
    name_of,
    sequence,
)


@dataclass(frozen=True, slots=True)
class Part:
    """One service that takes part: its objects (secret values filled in) and its local images.

    ``images`` maps a reference as written to the local image it is played with.
    """

    service: str
    objects: tuple[Object, ...]
    images: Mapping[str, str] = field(default_factory=dict)


def needed_peers(subject: Part, peers: Sequence[Part]) -> list[Part]:
    """The peers that the subject reaches by Service name, each after what it needs itself."""
    by_service = {part.service: part for part in peers}
    names = {part.service: service_names(part.objects) for part in peers}
    graph: dict[str, set[str]] = {}
    waiting = [subject]
    while waiting:
        part = waiting.pop()
        texts = "\n".join(_texts(part.objects))
        needs = {
            other
            for other, aliases in names.items()
            if other != part.service and any(_mentions(texts, alias) for alias in aliases)
        }
        graph[part.service] = needs
        waiting.extend(by_service[name] for name in needs if name not in graph)
    order = _order(graph)
    return [by_service[name] for name in order if name in by_service and name != subject.service]


def _order(graph: Mapping[str, set[str]]) -> list[str]:
    try:
        return list(graphlib.TopologicalSorter(graph).static_order())
    except graphlib.CycleError:
        return sorted(graph)


def service_names(objects: Iterable[Object]) -> tuple[str, ...]:
    """The names of the Services among the objects."""
    return tuple(name_of(body) for body in objects if body.get("kind") == "Service")


def _texts(objects: Iterable[Object]) -> Iterable[str]:
    """Every text in which one service may name another: variables, arguments, configuration."""
    for body in objects:
        if body.get("kind") in ("ConfigMap", "Secret"):
            for section in ("data", "stringData"):
                yield from (str(value) for value in mapping(body.get(section)).values())
        for _path, container in containers(body):
            for key in ("command", "args"):
                yield from (str(word) for word in sequence(container.get(key)))
            for variable in sequence(container.get("env")):
                yield str(mapping(variable).get("value") or "")


def _mentions(text: str, name: str) -> bool:
    """The name stands in the text as a host name: not as a part of a longer word."""
    return bool(name) and re.search(rf"(?<![\w.-]){re.escape(name)}(?![\w-])", text) is not None

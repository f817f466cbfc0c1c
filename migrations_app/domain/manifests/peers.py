"""Who names whom: hosts in the settings of containers, and the Services and addresses they are."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from ipaddress import ip_address
from typing import Any

from migrations_app.domain.bundle import Object
from migrations_app.domain.manifests.resources import get, mapping, name_of, namespace_of, sequence
from migrations_app.domain.manifests.topology import Topology, Workload

_WORD = re.compile(r"[A-Za-z0-9](?:[-A-Za-z0-9.]*[A-Za-z0-9])?")
_OUTSIDE = re.compile(
    r"(?:[a-z][a-z0-9+]*://(?:[^\s/@]*@)?)(?P<host>[a-z0-9][-a-z0-9.]*\.[a-z]{2,})(?![-\w.])",
    re.IGNORECASE,
)
"""A host that can be nobody in the cluster: it stands in an address with a scheme."""

_NUMERIC = re.compile(r"(?<![\w.])(?:[0-9]{1,3}\.){3}[0-9]{1,3}(?![\w.])")
_INSIDE = (".svc", ".cluster.local", ".local", ".internal", ".localhost")


@dataclass(frozen=True, slots=True)
class Named:
    """services: places (among the topology's) of Services; addresses: of hosts; outside: names."""

    services: tuple[int, ...] = ()
    addresses: tuple[str, ...] = ()
    outside: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Peers:
    """For each workload (by its place among the workloads) what it names."""

    named: Mapping[int, Named] = field(default_factory=dict)

    @classmethod
    def of(cls, objects: Sequence[Object], topology: Topology) -> Peers:
        by_name: dict[str, list[int]] = defaultdict(list)
        for place, service in enumerate(topology.services):
            by_name[service.name].append(place)
        texts = {
            (namespace_of(body), name_of(body)): [
                value for value in mapping(body.get("data")).values() if isinstance(value, str)
            ]
            for body in objects
            if body.get("kind") == "ConfigMap"
        }
        named = {
            number: _named(workload, topology, by_name, texts)
            for number, workload in enumerate(topology.workloads)
        }
        return cls(named)


def _named(
    workload: Workload,
    topology: Topology,
    by_name: Mapping[str, Sequence[int]],
    texts: Mapping[tuple[str, str], Sequence[str]],
) -> Named:
    services: dict[int, None] = {}
    addresses: dict[str, None] = {}
    outside: dict[str, None] = {}
    for text in _texts(workload, texts):
        found = _seen(text)
        for word in found.words:
            first, _dot, rest = word.partition(".")
            for place in by_name.get(first, ()):
                space = topology.services[place].namespace
                wanted = rest.partition(".")[0] or workload.namespace
                if space == wanted or not space:
                    services[place] = None
        addresses |= dict.fromkeys(found.addresses)
        outside |= dict.fromkeys(host for host in found.outside if _first(host) not in by_name)
    return Named(tuple(services), tuple(addresses), tuple(outside))


def _first(host: str) -> str:
    return host.partition(".")[0]


@dataclass(frozen=True, slots=True)
class _Seen:
    words: tuple[str, ...]
    addresses: tuple[str, ...]
    outside: tuple[str, ...]


@lru_cache(maxsize=4096)
def _seen(text: str) -> _Seen:
    """What may be a host in a text."""
    words = tuple(dict.fromkeys(_WORD.findall(text.lower())))
    addresses = tuple(dict.fromkeys(filter(_is_elsewhere, _NUMERIC.findall(text))))
    hosts = (match["host"].lower() for match in _OUTSIDE.finditer(text))
    return _Seen(
        words, addresses, tuple(dict.fromkeys(h for h in hosts if not h.endswith(_INSIDE)))
    )


def _is_elsewhere(text: str) -> bool:
    try:
        address = ip_address(text)
    except ValueError:
        return False
    return not (address.is_loopback or address.is_unspecified or address.is_multicast)


def _texts(
    workload: Workload, config_maps: Mapping[tuple[str, str], Sequence[str]]
) -> Iterator[str]:
    """What the containers of a workload are told: words of commands, variables, ConfigMaps."""
    listed = sequence(workload.spec.get("initContainers"))
    names: dict[str, None] = {}
    for container in [*workload.containers, *(item for item in listed if isinstance(item, dict))]:
        for key in ("command", "args"):
            yield from (word for word in sequence(container.get(key)) if isinstance(word, str))
        for item in sequence(container.get("env")):
            value: Any = mapping(item).get("value")
            if isinstance(value, str):
                yield value
            if name := get(item, ("valueFrom", "configMapKeyRef", "name")):
                names[str(name)] = None
        for item in sequence(container.get("envFrom")):
            if name := get(item, ("configMapRef", "name")):
                names[str(name)] = None
    for volume in sequence(workload.spec.get("volumes")):
        if name := get(volume, ("configMap", "name")):
            names[str(name)] = None
    for name in names:
        yield from config_maps.get((workload.namespace, name), ())

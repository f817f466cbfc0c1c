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
from migrations_app.domain.manifests.resources import mapping, name_of, namespace_of, sequence
from migrations_app.domain.manifests.stores import (
    stores_of_variables,
    stores_of_volume,
    texts_by_key,
)
from migrations_app.domain.manifests.topology import Topology, Workload

_WORD = re.compile(r"[A-Za-z0-9](?:[-A-Za-z0-9.]*[A-Za-z0-9])?")
_OUTSIDE = re.compile(
    r"(?:[a-z][a-z0-9+]*://(?:[^\s/@]*@)?)(?P<host>[a-z0-9][-a-z0-9.]*\.[a-z]{2,})(?![-\w.])",
    re.IGNORECASE,
)
"""A host that can be nobody in the cluster: it stands in an address with a scheme."""

_NUMERIC = re.compile(r"(?<![\w.])(?:[0-9]{1,3}\.){3}[0-9]{1,3}(?![\w.])")
_AT = re.compile(
    r"(?:(?P<scheme>[a-z][a-z0-9+.\-]*://)(?:[^\s/@]*@)?|@(?:tcp\()?|"
    r"\b(?:host|server|hostname|address|addr|endpoint|data source)[ \t]*=[ \t]*(?:tcp:)?)"
    r"(?P<hosts>[a-z0-9][-a-z0-9.:,]*)",
    re.IGNORECASE,
)
"""Where hosts stand in an address or a line of settings; several have commas between them."""

_HOST_KEY = re.compile(r"(?:host(?:name)?|server|addr(?:ess)?|endpoint|broker)s?$", re.IGNORECASE)
_INSIDE = (".svc", ".cluster.local", ".local", ".internal", ".localhost")


Entries = Mapping[tuple[str, str, str], Mapping[str, str]]
"""Kind, namespace and name of a ConfigMap or Secret → its texts by their keys."""


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
            (kind, namespace_of(body), name_of(body)): texts_by_key(body)
            for body in objects
            if (kind := body.get("kind")) in ("ConfigMap", "Secret")
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
    texts: Entries,
) -> Named:
    services: dict[int, None] = {}
    addresses: dict[str, None] = {}
    outside: dict[str, None] = {}
    for found in _all_seen(workload, texts):
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


def _seen_in_secret(key: str, text: str) -> _Seen:
    """Hosts in a secret value: only where a host stands, since a password may be any word.

    Nothing of it is kept beyond this call, so that no table of ours fills with secrets.
    """
    if _HOST_KEY.search(key) and "://" not in text:
        return _seen.__wrapped__(text)
    hosts: dict[str, None] = {}
    outside: dict[str, None] = {}
    for match in _AT.finditer(text):
        for part in match["hosts"].lower().split(","):
            host = part.partition(":")[0].strip(".-")
            hosts[host] = None
            if _OUTSIDE.fullmatch(f"any://{host}") and not host.endswith(_INSIDE):
                outside[host] = None
    addresses = tuple(filter(_is_elsewhere, hosts))
    return _Seen(tuple(hosts), addresses, tuple(outside))


def _all_seen(workload: Workload, entries: Entries) -> Iterator[_Seen]:
    """What the containers of a workload are told, in clear and in ConfigMaps and Secrets."""
    yield from map(_seen, _texts(workload))
    for kind, name, key in dict.fromkeys(_referred(workload)):
        held = entries.get((kind, workload.namespace, name), {})
        for known, text in held.items():
            if key in (None, known):
                yield _seen_in_secret(known, text) if kind == "Secret" else _seen(text)


def _containers(workload: Workload) -> list[dict[str, Any]]:
    listed = sequence(workload.spec.get("initContainers"))
    return [*workload.containers, *(item for item in listed if isinstance(item, dict))]


def _texts(workload: Workload) -> Iterator[str]:
    """Words of commands, and variables."""
    for container in _containers(workload):
        for key in ("command", "args"):
            yield from (word for word in sequence(container.get(key)) if isinstance(word, str))
        for item in sequence(container.get("env")):
            value: Any = mapping(item).get("value")
            if isinstance(value, str):
                yield value


def _referred(workload: Workload) -> Iterator[tuple[str, str, str | None]]:
    """Kind and name of the ConfigMaps and Secrets of containers, and the key if it is but one."""
    for container in _containers(workload):
        yield from stores_of_variables(container)
    for volume in sequence(workload.spec.get("volumes")):
        yield from ((kind, name, None) for kind, name in stores_of_volume(mapping(volume)))

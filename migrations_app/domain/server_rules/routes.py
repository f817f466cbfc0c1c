"""Ways into pods: Ingress and NetworkPolicy."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from migrations_app.domain import names
from migrations_app.domain.bundle import Object
from migrations_app.domain.manifests.resources import mapping, sequence
from migrations_app.domain.messages import msg
from migrations_app.domain.places import Path
from migrations_app.domain.server_rules.faults import (
    Fault,
    apart,
    exactly_one,
    given,
    is_address,
    network,
    no_address,
    no_name,
    no_path,
    of_label_selector,
    required,
)

_BACKENDS = ("service", "resource")
_HIGHEST_PORT = 65_535
_NOT_IN_PATHS = ("//", "/./", "/../", "%2f", "%2F")


def of_ingress(body: Object) -> Iterator[Fault]:
    if body.get("apiVersion") != "networking.k8s.io/v1":
        return
    spec = mapping(body.get("spec"))
    if not spec.get("rules") and spec.get("defaultBackend") is None:
        yield ("spec",), msg("Rules, or a default backend, are required.")
    named = spec.get("ingressClassName")
    if isinstance(named, str) and not names.is_subdomain(named):
        yield no_name(("spec", "ingressClassName"), named)
    if spec.get("defaultBackend") is not None:
        yield from _backend(("spec", "defaultBackend"), mapping(spec["defaultBackend"]))
    for index, rule in enumerate(sequence(spec.get("rules"))):
        at: Path = ("spec", "rules", index)
        host = mapping(rule).get("host")
        if isinstance(host, str) and host:
            plain = host[2:] if host.startswith("*.") else host
            if is_address(host) or not names.is_subdomain(plain):
                yield no_name((*at, "host"), host)
        listed = sequence(mapping(mapping(rule).get("http")).get("paths"))
        if not listed and isinstance(mapping(rule).get("http"), dict):
            yield required((*at, "http", "paths"), "paths")
        for number, entry in enumerate(listed):
            yield from _path((*at, "http", "paths", number), mapping(entry))


def _path(at: Path, entry: dict[str, Any]) -> Iterator[Fault]:
    if not _is_accepted(entry.get("path"), exact=entry.get("pathType") in ("Exact", "Prefix")):
        yield no_path((*at, "path"), entry.get("path"))
    yield from _backend((*at, "backend"), mapping(entry.get("backend")))


def _is_accepted(path: Any, *, exact: bool) -> bool:
    """Absolute; and where the path means what it says, without steps and codes that hide it."""
    if not isinstance(path, str) or not path:
        return not exact
    if not path.startswith("/"):
        return False
    hides = any(part in path for part in _NOT_IN_PATHS) or path.endswith(("/..", "/."))
    return not (exact and hides)


def _backend(at: Path, backend: dict[str, Any]) -> Iterator[Fault]:
    if len(given(backend, _BACKENDS)) != 1:
        yield exactly_one(at, _BACKENDS)
    service = backend.get("service")
    if isinstance(service, dict):
        name, port = service.get("name"), mapping(service.get("port"))
        if isinstance(name, str) and not names.is_label(name):
            yield no_name((*at, "service", "name"), name)
        yield from _backend_port((*at, "service", "port"), port)
        if len([field for field in ("name", "number") if port.get(field)]) != 1:
            yield exactly_one((*at, "service", "port"), ("name", "number"))


def _backend_port(at: Path, port: dict[str, Any]) -> Iterator[Fault]:
    number, name = port.get("number"), port.get("name")
    if isinstance(number, int) and number and not 1 <= number <= _HIGHEST_PORT:
        yield (
            (*at, "number"),
            msg("%(port)s is no port: they go from 1 to 65535.", port=number),
        )
    if isinstance(name, str) and name and not names.is_port_name(name):
        yield no_name((*at, "name"), name)


def of_network_policy(body: Object) -> Iterator[Fault]:
    spec = mapping(body.get("spec"))
    yield from of_label_selector(("spec", "podSelector"), spec.get("podSelector"))
    for side, peers in (("ingress", "from"), ("egress", "to")):
        for index, rule in enumerate(sequence(spec.get(side))):
            at: Path = ("spec", side, index)
            for number, port in enumerate(sequence(mapping(rule).get("ports"))):
                yield from _policy_port((*at, "ports", number), mapping(port))
            for number, peer in enumerate(sequence(mapping(rule).get(peers))):
                yield from _peer((*at, peers, number), mapping(peer))


def _policy_port(at: Path, port: dict[str, Any]) -> Iterator[Fault]:
    number, end = port.get("port"), port.get("endPort")
    if isinstance(number, str) and not names.is_port_name(number):
        yield no_name((*at, "port"), number)
    if end is None:
        return
    if not isinstance(number, int):
        yield apart((*at, "endPort"), "endPort", repr(number))
    elif isinstance(end, int) and end < number:
        yield (*at, "endPort"), msg("It is below the port %(port)s.", port=number)


def _peer(at: Path, peer: dict[str, Any]) -> Iterator[Fault]:
    selectors = given(peer, ("podSelector", "namespaceSelector"))
    block = peer.get("ipBlock")
    if block is None and not selectors:
        yield required(at, "podSelector")
    if block is None:
        for field in selectors:
            yield from of_label_selector((*at, field), peer[field])
        return
    if selectors:
        yield apart(at, "ipBlock", selectors[0])
    cidr = mapping(block).get("cidr")
    whole = network(cidr) if isinstance(cidr, str) else None
    if isinstance(cidr, str) and whole is None:
        yield no_address((*at, "ipBlock", "cidr"), cidr)
    for index, text in enumerate(sequence(mapping(block).get("except"))):
        part = network(text) if isinstance(text, str) else None
        where: Path = (*at, "ipBlock", "except", index)
        if part is None:
            yield no_address(where, text)
        elif whole is not None and not (
            part.version == whole.version
            and part.prefixlen > whole.prefixlen
            and part.network_address in whole
        ):
            yield where, msg("%(part)s is not within %(whole)s.", part=text, whole=cidr)

"""Services: what goes with which type."""

from __future__ import annotations

from collections.abc import Iterator

from migrations_app.domain import names
from migrations_app.domain.bundle import Object
from migrations_app.domain.manifests.resources import mapping, sequence
from migrations_app.domain.places import Path
from migrations_app.domain.server_rules.faults import (
    Fault,
    apart,
    is_address,
    network,
    no_address,
    no_name,
    of_labels,
    required,
    twice,
)

_OUTSIDE = ("NodePort", "LoadBalancer")


def of_service(body: Object) -> Iterator[Fault]:
    spec = mapping(body.get("spec"))
    kind = str(spec.get("type") or "ClusterIP")
    yield from _ports(sequence(spec.get("ports")), kind)
    yield from of_labels(("spec", "selector"), spec.get("selector"))
    if kind == "ExternalName":
        name = spec.get("externalName")
        if not name:
            yield required(("spec", "externalName"), "externalName")
        elif isinstance(name, str) and not names.is_subdomain(name.rstrip(".").lower()):
            yield no_name(("spec", "externalName"), name)
    address = spec.get("clusterIP")
    if isinstance(address, str) and address not in ("", "None") and not is_address(address):
        yield no_address(("spec", "clusterIP"), address)
    if address == "None" and kind in _OUTSIDE:
        yield apart(("spec", "clusterIP"), "None", kind)
    if spec.get("externalTrafficPolicy") and kind not in _OUTSIDE and not spec.get("externalIPs"):
        yield apart(("spec", "externalTrafficPolicy"), "externalTrafficPolicy", kind)
    for index, block in enumerate(sequence(spec.get("loadBalancerSourceRanges"))):
        if isinstance(block, str) and network(block.strip()) is None:
            yield no_address(("spec", "loadBalancerSourceRanges", index), block)
    for index, outside in enumerate(sequence(spec.get("externalIPs"))):
        if isinstance(outside, str) and not is_address(outside):
            yield no_address(("spec", "externalIPs", index), outside)


def _ports(ports: list[object], kind: str) -> Iterator[Fault]:
    seen: set[tuple[object, str]] = set()
    for index, port in enumerate(ports):
        one = mapping(port)
        at: Path = ("spec", "ports", index)
        name = one.get("name")
        if isinstance(name, str) and name and not names.is_label(name):
            yield no_name((*at, "name"), name)
        number = one.get("nodePort")
        if not isinstance(number, int) or not number:
            continue
        if kind not in _OUTSIDE:
            yield apart((*at, "nodePort"), "nodePort", kind)
        key = (number, str(one.get("protocol") or "TCP"))
        if key in seen:
            yield twice((*at, "nodePort"), number)
        seen.add(key)

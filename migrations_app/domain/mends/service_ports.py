"""Ports of Services: distinct, and named where there are several.

Source: Kubernetes API reference, ServicePort: names are required with more than one port and
unique; port and protocol together are unique; only some types have node ports.
"""

from __future__ import annotations

from typing import Any

from migrations_app.domain.bundle import Object, Objects
from migrations_app.domain.manifests.resources import (
    get,
    mapping,
    name_of,
    namespace_of,
    replace_at,
)
from migrations_app.domain.mends.base import Mend
from migrations_app.domain.mends.ports import numbered, upper_case
from migrations_app.domain.mends.references import matches
from migrations_app.domain.messages import msg
from migrations_app.domain.names import is_label, is_port_name, to_port_name

_PUBLISHING = ("NodePort", "LoadBalancer")
_BACKENDS = (
    ("spec", "defaultBackend", "service"),
    ("spec", "rules", "*", "http", "paths", "*", "backend", "service"),
)

Renamed = dict[tuple[str, str, str], str]
"""Namespace, Service and old port name → new port name."""


def _with_valid_ports(objects: Objects) -> list[Object]:
    renamed: Renamed = {}
    result = [_service(body, renamed) for body in objects]
    return [_backends(body, renamed) for body in result] if renamed else result


def _service(body: Object, renamed: Renamed) -> Object:
    if body.get("kind") != "Service" or body.get("apiVersion") != "v1":
        return body
    ports = get(body, ("spec", "ports"))
    if not isinstance(ports, list) or not all(isinstance(port, dict) for port in ports):
        return body
    publishes = get(body, ("spec", "type")) in _PUBLISHING
    plain = [upper_case(port if publishes else _without_node_port(port)) for port in ports]
    distinct = _distinct(plain)
    changed = _named(distinct)
    for old, new in zip(distinct, changed, strict=True):
        if isinstance(old.get("name"), str) and old["name"] != new.get("name"):
            renamed[namespace_of(body), name_of(body), old["name"]] = new["name"]
    same = len(changed) == len(ports) and all(a is b for a, b in zip(changed, ports, strict=True))
    return body if same else replace_at(body, ("spec", "ports"), changed)


def _without_node_port(port: dict[str, Any]) -> dict[str, Any]:
    if "nodePort" not in port:
        return port
    return {key: value for key, value in port.items() if key != "nodePort"}


def _distinct(ports: list[dict[str, Any]]) -> list[dict[str, Any]]:
    seen: dict[tuple[str, str], dict[str, Any]] = {}
    for port in ports:
        seen.setdefault((repr(port.get("port")), str(port.get("protocol") or "TCP")), port)
    return list(seen.values())


def _named(ports: list[dict[str, Any]]) -> list[dict[str, Any]]:
    names: set[str] = set()
    result: list[dict[str, Any]] = []
    for port in ports:
        made = numbered(str(port.get("protocol") or "TCP").lower(), port)
        name = port.get("name")
        if name in (None, "") and len(ports) == 1:
            result.append(port)
            continue
        better = name if isinstance(name, str) and name else made
        if not is_port_name(better) and not is_label(better):
            better = to_port_name(better, made)
        if better in names:
            better = made
        names.add(better)
        result.append(port if better == name else {**port, "name": better})
    return result


def _backends(body: Object, renamed: Renamed) -> Object:
    """An Ingress names the port of a Service."""
    if body.get("kind") != "Ingress":
        return body
    result = body
    for pattern in _BACKENDS:
        for path in matches(body, pattern):
            service = mapping(get(body, path))
            name = mapping(service.get("port")).get("name")
            new = renamed.get((namespace_of(body), str(service.get("name")), str(name)))
            if new is not None:
                result = replace_at(result, (*path, "port", "name"), new)
    return result


MEND = Mend(
    "SCH-04",
    msg("The ports of a Service are distinct, and named where there are several."),
    _with_valid_ports,
)

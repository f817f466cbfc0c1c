"""Ports without twins, and with the names that several of them need.

Source: Kubernetes API reference, ServicePort: names are required with more than one port and
unique; port and protocol together are unique.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from migrations_app.domain.bundle import Object
from migrations_app.domain.manifests.resources import get, map_containers, replace_at
from migrations_app.domain.mends.base import Mend, each
from migrations_app.domain.messages import msg
from migrations_app.domain.names import is_label, is_port_name, to_port_name


def _container_ports(container: Mapping[str, Any]) -> Mapping[str, Any]:
    ports = container.get("ports")
    if not isinstance(ports, list):
        return container
    kept: list[Any] = []
    seen: set[tuple[Any, ...]] = set()
    names: set[str] = set()
    for port in ports:
        if not isinstance(port, dict):
            kept.append(port)
            continue
        port = _complete(port)
        key = tuple(port.get(k) for k in ("containerPort", "hostPort", "hostIP")) + (
            port.get("protocol") or "TCP",
        )
        if key in seen:
            continue
        seen.add(key)
        kept.append(_unique_name(port, names))
    same = len(kept) == len(ports) and all(a is b for a, b in zip(kept, ports, strict=True))
    return container if same else {**container, "ports": kept}


def _complete(port: dict[str, Any]) -> dict[str, Any]:
    """Protocols are upper case, and a host port alone means the same port of the container."""
    port = _upper(port)
    if "containerPort" not in port and isinstance(port.get("hostPort"), int):
        port = {**port, "containerPort": port["hostPort"]}
    return port


def _unique_name(port: dict[str, Any], names: set[str]) -> dict[str, Any]:
    name = port.get("name")
    if not isinstance(name, str):
        return port
    number = port.get("containerPort")
    protocol = str(port.get("protocol") or "TCP").lower()
    better = name if is_port_name(name) else to_port_name(name, f"p{number}"[:15])
    if better in names:
        better = f"{protocol}-{number}"[:15]
    names.add(better)
    return port if better == name else {**port, "name": better}


def _service_ports(body: Object) -> Object:
    if body.get("kind") != "Service" or body.get("apiVersion") != "v1":
        return body
    ports = get(body, ("spec", "ports"))
    if not isinstance(ports, list) or not all(isinstance(port, dict) for port in ports):
        return body
    publishes = get(body, ("spec", "type")) in ("NodePort", "LoadBalancer")
    plain = [port if publishes else _without_node_port(port) for port in ports]
    changed = _named(_distinct([_upper(port) for port in plain]))
    same = len(changed) == len(ports) and all(a is b for a, b in zip(changed, ports, strict=True))
    return body if same else replace_at(body, ("spec", "ports"), changed)


def _without_node_port(port: dict[str, Any]) -> dict[str, Any]:
    """Only a NodePort or LoadBalancer Service may name a port of the nodes."""
    if "nodePort" not in port:
        return port
    return {key: value for key, value in port.items() if key != "nodePort"}


def _upper(port: dict[str, Any]) -> dict[str, Any]:
    protocol = port.get("protocol")
    if isinstance(protocol, str) and protocol != protocol.upper():
        return {**port, "protocol": protocol.upper()}
    return port


def _distinct(ports: list[dict[str, Any]]) -> list[dict[str, Any]]:
    seen: dict[tuple[Any, str], dict[str, Any]] = {}
    for port in ports:
        seen.setdefault((port.get("port"), str(port.get("protocol") or "TCP")), port)
    return list(seen.values())


def _named(ports: list[dict[str, Any]]) -> list[dict[str, Any]]:
    names: set[str] = set()
    result: list[dict[str, Any]] = []
    for port in ports:
        protocol = str(port.get("protocol") or "TCP").lower()
        made = f"{protocol}-{port.get('port')}"
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


CONTAINER = Mend(
    "SCH-04",
    msg("Ports and their names are unique within a container."),
    lambda objects: map_containers(objects, _container_ports),
)
SERVICE = Mend(
    "SCH-04",
    msg("The ports of a Service are distinct, and named where there are several."),
    each(_service_ports),
)

"""Ports of containers: complete, without twins, and with names that a cluster accepts.

Source: Kubernetes API reference, ContainerPort: a name is an IANA service name of at most 15
characters, unique in its pod. Whatever names a port (a probe, a Service) follows its new name.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from migrations_app.domain.bundle import Object, Objects
from migrations_app.domain.manifests.resources import (
    containers,
    get,
    mapping,
    namespace_of,
    pod_metadata,
    replace_at,
    sequence,
)
from migrations_app.domain.mends.base import Mend
from migrations_app.domain.messages import msg
from migrations_app.domain.names import is_port_name, to_port_name
from migrations_app.domain.places import Path

Renamed = Mapping[str, str]

_HANDLERS = (
    ("readinessProbe",),
    ("livenessProbe",),
    ("startupProbe",),
    ("lifecycle", "preStop"),
    ("lifecycle", "postStart"),
)


def _with_valid_ports(objects: Objects) -> list[Object]:
    result: list[Object] = []
    renamed: list[tuple[Object, Renamed]] = []
    for body in objects:
        changed, names = _workload(body)
        result.append(changed)
        if names:
            renamed.append((changed, names))
    return [_target_ports(body, renamed) for body in result] if renamed else result


def _workload(body: Object) -> tuple[Object, Renamed]:
    """The workload with valid ports, and which of its port names changed to what."""
    result, names = body, {}
    taken: set[str] = set()
    for path, container in containers(body):
        ports = container.get("ports")
        if not isinstance(ports, list):
            continue
        own: dict[str, str] = {}
        kept = _distinct(ports, own, taken)
        if len(kept) != len(ports) or any(a is not b for a, b in zip(kept, ports, strict=True)):
            result = replace_at(result, (*path, "ports"), kept)
        for place in _named_handlers(container):
            name = get(container, place)
            if name in own:
                result = replace_at(result, (*path, *place), own[name])
        names.update(own)
    return result, names


def _distinct(ports: list[Any], own: dict[str, str], taken: set[str]) -> list[Any]:
    """Ports without repetitions; a second name for the same port stays, it may be referred to."""
    kept: list[Any] = []
    seen: dict[tuple[Any, ...], set[Any]] = defaultdict(set)
    for port in ports:
        if not isinstance(port, dict):
            kept.append(port)
            continue
        whole = _complete(port)
        protocol = whole.get("protocol") or "TCP"
        numbers = [whole.get(key) for key in ("containerPort", "hostPort", "hostIP")]
        known = seen[tuple(map(repr, (*numbers, protocol)))]
        name = whole.get("name")
        if known and (not isinstance(name, str) or name in known):
            continue
        known.add(name if isinstance(name, str) else None)
        kept.append(_named(whole, own, taken))
    return kept


def _complete(port: dict[str, Any]) -> dict[str, Any]:
    """Protocols are upper case, and a host port alone means the same port of the container."""
    result = upper_case(port)
    if "containerPort" not in result and isinstance(result.get("hostPort"), int):
        result = {**result, "containerPort": result["hostPort"]}
    return result


def upper_case(port: dict[str, Any]) -> dict[str, Any]:
    """The port with its protocol as the API writes it."""
    protocol = port.get("protocol")
    if isinstance(protocol, str) and protocol != protocol.upper():
        return {**port, "protocol": protocol.upper()}
    return port


def _named(port: dict[str, Any], own: dict[str, str], taken: set[str]) -> dict[str, Any]:
    name = port.get("name")
    if not isinstance(name, str):
        return port
    better = name if is_port_name(name) else to_port_name(name, numbered("port", port))
    if better in taken:
        better = numbered(str(port.get("protocol") or "TCP").lower(), port)
    taken.add(better)
    if better == name:
        return port
    own.setdefault(name, better)
    return {**port, "name": better}


def numbered(word: str, port: Mapping[str, Any]) -> str:
    """A name made of a word and the port's number, if it has one."""
    number = port.get("containerPort", port.get("port"))
    return to_port_name(f"{word}-{number}" if isinstance(number, int) else word, "port")


def _named_handlers(container: Mapping[str, Any]) -> Iterator[Path]:
    """Where a container's probes and hooks name a port."""
    for handler in _HANDLERS:
        for action in ("httpGet", "tcpSocket"):
            path = (*handler, action, "port")
            if isinstance(get(container, path), str):
                yield path


def _target_ports(body: Object, renamed: list[tuple[Object, Renamed]]) -> Object:
    """A Service's named target ports, after the pods that it selects."""
    if body.get("kind") != "Service":
        return body
    selector = mapping(get(body, ("spec", "selector")))
    names = {
        old: new
        for workload, own in renamed
        if selector
        and namespace_of(workload) == namespace_of(body)
        and _selects(selector, workload)
        for old, new in own.items()
    }
    result = body
    for index, port in enumerate(sequence(get(body, ("spec", "ports")))):
        target = mapping(port).get("targetPort")
        if isinstance(target, str) and target in names:
            result = replace_at(result, ("spec", "ports", index, "targetPort"), names[target])
    return result


def _selects(selector: Mapping[str, Any], workload: Object) -> bool:
    found = pod_metadata(workload)
    labels = mapping(found[1].get("labels")) if found else {}
    return all(labels.get(key) == value for key, value in selector.items())


MEND = Mend(
    "SCH-04",
    msg("Ports and their names are unique within a pod, and names have at most 15 characters."),
    _with_valid_ports,
)

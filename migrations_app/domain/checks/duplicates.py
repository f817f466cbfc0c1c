"""Parts of one object that have to differ and do not."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from typing import Any

from migrations_app.domain.bundle import SourceObject
from migrations_app.domain.checks.base import CheckContext, Rule
from migrations_app.domain.findings import Finding, Severity
from migrations_app.domain.manifests.resources import (
    CONTAINER_LISTS,
    get,
    mapping,
    sequence,
)
from migrations_app.domain.messages import msg
from migrations_app.domain.places import Path

SCH_04 = Rule(
    "SCH-04",
    Severity.BLOCKER,
    msg("Podman writes such names itself; a cluster refuses the object."),
    msg("Keep one, or give each its own name."),
    waivable=False,
)


def duplicate_names(context: CheckContext) -> Iterator[Finding]:
    """SCH-04: containers, volumes, mounts or ports that share a name, a path or a number.

    Podman 4 gives two volumes one name, and names the ports 53/tcp and 53/udp of a Service alike.
    """
    for item in context.objects:
        found = context.pod(item)
        if found is not None:
            yield from _in_pod(item, *found)
        if item.body.get("kind") == "Service":
            yield from _in_service(item)
    for item, path, container in context.containers:
        yield from _in_container(item, path, container)


def _in_pod(item: SourceObject, path: Path, spec: dict[str, Any]) -> Iterator[Finding]:
    volumes = [mapping(volume).get("name") for volume in sequence(spec.get("volumes"))]
    for index in _repeated(volumes):
        yield SCH_04.found(
            item,
            (*path, "volumes", index, "name"),
            msg("Two volumes are called %(name)s.", name=volumes[index]),
            str(volumes[index]),
        )
    places: list[Path] = []
    names: list[Any] = []
    for field in CONTAINER_LISTS:
        for index, container in enumerate(sequence(spec.get(field))):
            places.append((*path, field, index, "name"))
            names.append(mapping(container).get("name"))
    for index in _repeated(names):
        yield SCH_04.found(
            item,
            places[index],
            msg("Two containers are called %(name)s.", name=names[index]),
            str(names[index]),
        )


def _in_service(item: SourceObject) -> Iterator[Finding]:
    ports = [mapping(port) for port in sequence(get(item.body, ("spec", "ports")))]
    names = [port.get("name") for port in ports]
    numbers = [_number(port, "port") for port in ports]
    for index in sorted({*_repeated(names), *_repeated(numbers)}):
        yield SCH_04.found(
            item,
            ("spec", "ports", index),
            msg("Port %(port)s of the Service is there twice.", port=ports[index].get("port")),
            str(index),
        )
    if len(ports) > 1:
        for index, name in enumerate(names):
            if not name:
                yield SCH_04.found(
                    item,
                    ("spec", "ports", index),
                    msg(
                        "Port %(port)s has no name; a Service with several ports needs names.",
                        port=ports[index].get("port"),
                    ),
                    f"unnamed-{index}",
                )


def _in_container(item: SourceObject, path: Path, container: dict[str, Any]) -> Iterator[Finding]:
    mounts = [
        str(mapping(mount).get("mountPath")).rstrip("/")
        for mount in sequence(container.get("volumeMounts"))
    ]
    for index in _repeated(mounts):
        yield SCH_04.found(
            item,
            (*path, "volumeMounts", index, "mountPath"),
            msg("%(path)s is mounted twice.", path=mounts[index] or "/"),
            mounts[index],
        )
    ports = [mapping(port) for port in sequence(container.get("ports"))]
    names = [port.get("name") for port in ports]
    for index in _repeated(names):
        yield SCH_04.found(
            item,
            (*path, "ports", index, "name"),
            msg("Two ports are called %(name)s.", name=names[index]),
            str(names[index]),
        )


def _number(port: dict[str, Any], field: str) -> tuple[str, str] | None:
    number = port.get(field)
    return None if number is None else (str(number), str(port.get("protocol") or "TCP"))


def _repeated(values: list[Any]) -> list[int]:
    """Positions of values that came before; what is not set does not count."""
    seen: set[Any] = set()
    repeated: list[int] = []
    for index, value in enumerate(values):
        if value is None or not isinstance(value, Hashable):
            continue
        if value in seen:
            repeated.append(index)
        seen.add(value)
    return repeated

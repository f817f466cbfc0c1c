"""Ports, names and name resolution of inspected containers and pods."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from migrations_app.domain.messages import msg
from migrations_app.domain.places import Path, Place
from migrations_app.domain.reading.inspections import Inspection
from migrations_app.domain.reading.podman_argv import CreateCommand
from migrations_app.domain.spec import Port

_PORT = re.compile(r"(\d{1,5})(?:-(\d{1,5}))?(?:/(tcp|udp|sctp))?", re.IGNORECASE)
_ID = re.compile(r"[0-9a-f]{12}|[0-9a-f]{64}")
_ANY_ADDRESS = frozenset({"0.0.0.0", "::", ""})  # noqa: S104 - what Podman prints for "anywhere"
_MOST_PORTS = 1000

PortKey = tuple[int, str]


def port_numbers(text: str) -> tuple[PortKey, ...]:
    """``8080/tcp`` or ``8000-8002/udp`` as numbers with their protocol; () if it is neither."""
    match = _PORT.fullmatch(text.strip())
    if match is None:
        return ()
    first, last = int(match.group(1)), int(match.group(2) or match.group(1))
    if not 0 < first <= last < 2**16 or last - first >= _MOST_PORTS:
        return ()
    protocol = (match.group(3) or "tcp").lower()
    return tuple((number, protocol) for number in range(first, last + 1))


def published(inspection: Inspection, *path: str) -> Iterator[Port]:
    """The ports of a ``PortBindings`` mapping; a null value is exposed, but not published."""
    for key, bindings in inspection.mapping(*path).items():
        for number, protocol in port_numbers(key):
            listed = bindings if isinstance(bindings, list) and bindings else [{}]
            for binding in listed:
                yield _port(inspection, (*path, key), number, protocol, binding)


def _port(inspection: Inspection, path: Path, number: int, protocol: str, binding: object) -> Port:
    values = binding if isinstance(binding, dict) else {}
    host = str(values.get("HostPort") or "")
    address = str(values.get("HostIp") or "")
    return Port(
        container_port=number,
        protocol=protocol,
        host_port=int(host) if host.isdigit() else None,
        host_ip="" if address in _ANY_ADDRESS else address,
        places={"": inspection.place(*path)},
    )


def exposed(inspection: Inspection) -> Iterator[Port]:
    """The ports that an image or a container declares (``EXPOSE``, ``--expose``)."""
    for key in inspection.mapping("Config", "ExposedPorts"):
        for number, protocol in port_numbers(key):
            place = inspection.place("Config", "ExposedPorts", key)
            yield Port(container_port=number, protocol=protocol, places={"": place})


def exposed_by(container: Inspection, created: CreateCommand) -> Iterator[Port]:
    """The ports that the command exposes; of a container of a pod no field tells of them."""
    for given in created.all("expose"):
        place = container.place("Config", "CreateCommand", given.index)
        for number, protocol in port_numbers(given.value):
            yield Port(container_port=number, protocol=protocol, places={"": place})


def without_repeats(ports: Iterable[Port]) -> tuple[Port, ...]:
    """One port for each number and protocol; a published one wins over one that is only exposed."""
    found: dict[tuple[int, str, int | None, str], Port] = {}
    for port in ports:
        found.setdefault((port.container_port, port.protocol, port.host_port, port.host_ip), port)
    known = {(p.container_port, p.protocol) for p in found.values() if p.host_port is not None}
    return tuple(
        port
        for port in found.values()
        if port.host_port is not None or (port.container_port, port.protocol) not in known
    )


def read_networks(inspection: Inspection) -> tuple[tuple[str, ...], dict[str, Place]]:
    """The networks a container is in, and the names its peers there know it by."""
    networks = inspection.mapping("NetworkSettings", "Networks")
    aliases: dict[str, Place] = {}
    for network in networks:
        path = ("NetworkSettings", "Networks", network, "Aliases")
        for index, alias in enumerate(inspection.texts(*path)):
            if _ID.fullmatch(alias):
                inspection.drop((*path, index), msg("The container's own ID, not a chosen name."))
            else:
                aliases.setdefault(alias, inspection.place(*path, index))
    return tuple(networks), aliases


def read_hosts(inspection: Inspection, *path: str) -> tuple[Mapping[str, str], dict[str, Place]]:
    """``name:address`` entries; Podman 5 allows several names, separated by semicolons."""
    hosts: dict[str, str] = {}
    places: dict[str, Place] = {}
    for index, entry in enumerate(inspection.texts(*path)):
        names, _colon, address = entry.partition(":")
        if not address or address == "host-gateway":
            inspection.drop(
                (*path, index),
                msg("A cluster's nodes have no such address of the host."),
            )
            continue
        for name in names.split(";"):
            hosts[name] = address.strip("[]")
            places[f"extra_hosts/{name}"] = inspection.place(*path, index)
    return hosts, places

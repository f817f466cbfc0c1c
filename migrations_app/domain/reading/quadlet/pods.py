"""Pod units with the containers that join them, as one service each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from migrations_app.domain.findings import Finding, Severity
from migrations_app.domain.messages import msg
from migrations_app.domain.places import Place
from migrations_app.domain.reading.podman_argv import RunReading, read_pod_create
from migrations_app.domain.reading.quadlet.account import Account
from migrations_app.domain.reading.quadlet.command import Command
from migrations_app.domain.reading.quadlet.expansion import Expansion
from migrations_app.domain.reading.quadlet.services import (
    after,
    described,
    reach_of,
    service_name,
    tokens,
)
from migrations_app.domain.reading.quadlet.unit import Argument
from migrations_app.domain.reading.reading import Desk
from migrations_app.domain.spec import ContainerSpec, Port, ServiceSpec, VolumeSpec

T = TypeVar("T")

_BY_POD = msg("The pod publishes this port.")
_NO_MEMBERS = msg("No container unit joins this pod, so nothing could be made of it.")


def read_pod(
    command: Command, expansion: Expansion, desk: Desk, members: Sequence[ServiceSpec]
) -> ServiceSpec:
    """A pod: what it says itself, then the containers in the order of their units."""
    unit, account = command.unit, expansion.account
    words = after(command, "pod", "create")
    reading = read_pod_create(tokens(words, expansion), reach_of(desk))
    account.take(reading)
    name, place = service_name(unit, expansion)
    spec = reading.service
    places = {**spec.places, "name": place}
    annotations = dict(spec.annotations)
    described(unit, expansion, annotations, places)
    for member in members:
        for key, value in member.annotations.items():
            member_place = member.places.get(f"annotations/{key}")
            if key not in annotations:
                annotations[key] = value
                if member_place is not None:
                    places[f"annotations/{key}"] = member_place
    if not members:
        account.findings.append(_empty(command))
        for word in words:
            account.drop(word.place, _NO_MEMBERS)
    containers = [container for member in members for container in member.containers]
    timeout = unit.filled("StopTimeout")
    if timeout is not None and timeout.text.isdigit():
        containers = [_stopped_after(item, timeout) for item in containers]
    return replace(
        spec,
        name=name,
        containers=tuple(_with_pod(containers, reading, account)),
        volumes=_volumes([spec, *members]),
        networks=spec.networks,
        extra_hosts=_merged([member.extra_hosts for member in (*members, spec)]),
        annotations=annotations,
        identity=f"systemd:{expansion.service.full}",
        is_pod=True,
        file=unit.file,
        places=_merged([*(_of_hosts(member.places) for member in members), places]),
    )


def _empty(command: Command) -> Finding:
    return Finding(
        code="CAP-01",
        severity=Severity.HIGH,
        place=command.unit.place,
        message=msg("Pod %(pod)s came without a container.", pod=command.unit.name),
        why=msg("The containers of a pod are units of their own, with Pod= in them."),
        fix=msg("Give the .container files that name %(pod)s with it.", pod=command.unit.name),
    )


def _with_pod(
    containers: Sequence[ContainerSpec], reading: RunReading, account: Account
) -> list[ContainerSpec]:
    """The containers with the ports of the pod and the volumes that it mounts into each."""
    given: dict[int, list[Port]] = {}
    for port in reading.pod_ports:
        owner = next((i for i, c in enumerate(containers) if _listens(c, port)), 0)
        given.setdefault(owner, []).append(port)
    shared = reading.container.mounts
    return [
        replace(
            container,
            ports=_published(given.get(index, []), container.ports, account),
            mounts=(*shared, *container.mounts),
        )
        for index, container in enumerate(containers)
    ]


def _published(given: Sequence[Port], own: Sequence[Port], account: Account) -> tuple[Port, ...]:
    """The ports that the pod publishes of a container, and those that it has besides."""
    known = {(port.container_port, port.protocol) for port in given}
    besides: list[Port] = []
    for port in own:
        if port.host_port is not None or (port.container_port, port.protocol) not in known:
            besides.append(port)
            continue
        for place in port.places.values():
            account.convert(place, _BY_POD)
    return (*given, *besides)


def _stopped_after(container: ContainerSpec, timeout: Argument) -> ContainerSpec:
    """A container with the time that its pod leaves it, if that is longer."""
    seconds = float(timeout.text)
    if container.stop_timeout is not None and container.stop_timeout >= seconds:
        return container
    places = {**container.places, "stop_timeout": timeout.place}
    return replace(container, stop_timeout=seconds, places=places)


def _listens(container: ContainerSpec, port: Port) -> bool:
    return any(
        (known.container_port, known.protocol) == (port.container_port, port.protocol)
        for known in container.ports
    )


def _of_hosts(places: Mapping[str, Place]) -> dict[str, Place]:
    return {key: place for key, place in places.items() if key.startswith("extra_hosts/")}


def _merged(several: Sequence[Mapping[str, T]]) -> dict[str, T]:
    return {key: value for mapping in several for key, value in mapping.items()}


def _volumes(specs: Sequence[ServiceSpec]) -> tuple[VolumeSpec, ...]:
    """The volumes of a pod and its containers, each once."""
    return tuple({volume.name: volume for spec in specs for volume in spec.volumes}.values())

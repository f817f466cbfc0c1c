"""Containers and pods of command lines as services."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields, replace

from migrations_app.domain.loss import LossRow, Outcome
from migrations_app.domain.messages import msg
from migrations_app.domain.places import Place
from migrations_app.domain.reading.podman_argv.read import RunReading
from migrations_app.domain.spec import (
    ContainerSpec,
    Mount,
    MountKind,
    Port,
    RestartPolicy,
    Security,
    ServiceSpec,
    VolumeSpec,
)

_PUBLISHED = msg("The pod publishes this port, which says more.")
_OF_THE_SERVICE = (
    "hostname",
    "dns_servers",
    "dns_search",
    "dns_options",
    "host_network",
    "host_pid",
    "host_ipc",
)


def alone(reading: RunReading, volumes: Mapping[str, VolumeSpec]) -> ServiceSpec:
    """A container outside a pod as a service of its own."""
    return replace(reading.service, volumes=volumes_of(reading.service.containers, volumes))


def in_a_pod(
    name: str,
    pod: RunReading | None,
    members: Sequence[RunReading],
    volumes: Mapping[str, VolumeSpec],
) -> tuple[ServiceSpec, list[LossRow]]:
    """A pod with its containers, each given what the pod holds for all of them.

    ``pod`` is None for one that its first container made, with ``--pod new:NAME``. The rows are of
    what went into no part of the service because another one says the same.
    """
    rows: list[LossRow] = []
    service = pod.service if pod else ServiceSpec(name, (), is_pod=True)
    containers = [member.container for member in members]
    if pod is not None:
        containers = [_with(container, pod.container) for container in containers]
        containers = _with_ports(containers, pod.pod_ports, rows)
        containers = _with_sysctls(containers, pod.container)
    for member in members:
        service = _joined(service, member.service)
    service = replace(service, name=name, is_pod=True, containers=tuple(containers))
    return replace(service, volumes=volumes_of(containers, volumes)), rows


def _joined(service: ServiceSpec, other: ServiceSpec) -> ServiceSpec:
    """What a container says of its surroundings, where the pod itself does not."""
    changes: dict[str, object] = {}
    places = dict(service.places)
    for attribute in _OF_THE_SERVICE:
        value = getattr(other, attribute)
        if value and not getattr(service, attribute):
            changes[attribute] = value
    for attribute in ("aliases", "networks"):
        names = (*getattr(service, attribute), *getattr(other, attribute))
        changes[attribute] = tuple(dict.fromkeys(names))
    changes["extra_hosts"] = {**other.extra_hosts, **service.extra_hosts}
    for key, place in other.places.items():
        places.setdefault(key if key not in places else f"{key}/{place.object}", place)
    return replace(service, places=places, **changes)  # type: ignore[arg-type]


def _with(container: ContainerSpec, pod: ContainerSpec) -> ContainerSpec:
    """A container with the mounts, devices and rights that its pod has for every one."""
    targets = {mount.target for mount in container.mounts}
    restart = {}
    if container.restart is RestartPolicy.UNSET and not container.init:
        restart = {"restart": pod.restart, "restart_retries": pod.restart_retries}
    places = {**_only(pod.places, "devices", "restart", "shm_size", "gpus"), **container.places}
    return replace(
        container,
        mounts=(*container.mounts, *(m for m in pod.mounts if m.target not in targets)),
        devices=tuple(dict.fromkeys((*container.devices, *pod.devices))),
        shm_size=container.shm_size if container.shm_size is not None else pod.shm_size,
        gpus=container.gpus or pod.gpus,
        security=_security(container.security, pod.security),
        places=places,
        **restart,  # type: ignore[arg-type]
    )


def _only(places: Mapping[str, Place], *attributes: str) -> dict[str, Place]:
    return {key: place for key, place in places.items() if key.partition("/")[0] in attributes}


def _security(own: Security, pod: Security) -> Security:
    changes = {
        field.name: getattr(pod, field.name)
        for field in fields(Security)
        if field.name != "places" and not getattr(own, field.name)
    }
    return replace(own, places={**pod.places, **own.places}, **changes)


def _with_sysctls(containers: list[ContainerSpec], pod: ContainerSpec) -> list[ContainerSpec]:
    """Kernel settings of the pod; the first container carries them, all share them."""
    if not containers or not pod.sysctls:
        return containers
    first = containers[0]
    places = {**_only(pod.places, "sysctls"), **first.places}
    first = replace(first, sysctls={**pod.sysctls, **first.sysctls}, places=places)
    return [first, *containers[1:]]


def _with_ports(
    containers: list[ContainerSpec], ports: Sequence[Port], rows: list[LossRow]
) -> list[ContainerSpec]:
    """Each published port to the container that exposes it, else to the first that stays."""
    running = [i for i, container in enumerate(containers) if not container.init]
    given: dict[int, list[Port]] = {}
    for port in ports:
        owners = [i for i in running if any(_same(known, port) for known in containers[i].ports)]
        for index in (owners or running)[:1]:
            given.setdefault(index, []).append(port)
    made: list[ContainerSpec] = []
    for index, container in enumerate(containers):
        published = given.get(index, [])
        own = [p for p in container.ports if not any(_same(p, other) for other in published)]
        made.append(replace(container, ports=(*published, *own)))
        kept = {port.places.get("", Place()).path for port in own}
        for port in container.ports:
            place = port.places.get("", Place())
            if place.path not in kept:
                kept.add(place.path)
                path = place.object + place.path
                rows.append(LossRow(path, Outcome.CONVERTED, "", _PUBLISHED, place))
    return made


def _same(one: Port, other: Port) -> bool:
    return (one.container_port, one.protocol) == (other.container_port, other.protocol)


def volumes_of(
    containers: Iterable[ContainerSpec], known: Mapping[str, VolumeSpec]
) -> tuple[VolumeSpec, ...]:
    """The named volumes that containers mount, once each."""
    found: dict[str, VolumeSpec] = {}
    for container in containers:
        for mount in container.mounts:
            if mount.kind is MountKind.VOLUME and mount.source not in found:
                found[mount.source] = known.get(mount.source) or VolumeSpec(
                    mount.source, places={"name": mount.places.get("", Place())}
                )
    return tuple(found.values())


def with_volumes_from(
    container: ContainerSpec, other: ContainerSpec, place: Place, options: str
) -> ContainerSpec:
    """A container with the mounts of another one, at the same paths."""
    taken = {mount.target for mount in container.mounts}
    kinds = (MountKind.BIND, MountKind.VOLUME, MountKind.ANONYMOUS)
    read_only = "ro" in options.split(",")
    added: list[Mount] = [
        replace(mount, read_only=mount.read_only or read_only, places={"": place})
        for mount in other.mounts
        if mount.kind in kinds and mount.target not in taken
    ]
    return replace(container, mounts=(*container.mounts, *added))

"""Inspected containers and pods as services."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from migrations_app.domain.reading.inspect_capture import (
    comparable,
    init_names,
    read_mount_notes,
)
from migrations_app.domain.reading.inspect_container import origins_of, read_container
from migrations_app.domain.reading.inspect_groups import Group, Shelf
from migrations_app.domain.reading.inspect_network import published, without_repeats
from migrations_app.domain.reading.inspect_pod import read_alone, read_pod
from migrations_app.domain.reading.inspect_pod_options import with_pod_options
from migrations_app.domain.reading.inspect_process import Fields, Origins
from migrations_app.domain.reading.inspect_volumes import read_volumes
from migrations_app.domain.reading.inspections import Inspection
from migrations_app.domain.spec import ContainerSpec, Port, RestartPolicy, ServiceSpec

_UNIT = "PODMAN_SYSTEMD_UNIT"
_COMPOSE = (
    ("io.podman.compose.project", "io.podman.compose.service"),
    ("com.docker.compose.project", "com.docker.compose.service"),
)


def read_service(group: Group, shelf: Shelf) -> ServiceSpec:
    """One service with its containers, ports given to the container that listens on them."""
    first = group.pod or group.infra or group.members[0]
    notes = read_mount_notes(shelf.notes, first.folder)
    init = init_names(shelf.notes, first.folder)
    origins = [origins_of(member, shelf.image_of(member)) for member in group.members]
    containers = [
        read_container(item, notes, init=_is_init(item, init)) for item in origins
    ] or _only_named(group.pod)
    fields = Fields()
    is_pod = bool(group.pod_id) or group.pod is not None
    if is_pod:
        read_pod(group, fields)
        containers = _give_ports(_with_policy(containers, group.pod), _pod_ports(group))
        containers = with_pod_options(containers, group)
    else:
        read_alone(origins[0], fields)
    of_pod = fields.values.get("labels", {}) if is_pod else {}
    fields.values["identity"] = _identity([of_pod, *(item.labels for item in containers)])
    return ServiceSpec(
        **fields.values,
        containers=tuple(containers),
        volumes=read_volumes(containers, shelf, first.folder),
        is_pod=is_pod,
        file=first.file,
        places=fields.places,
    )


def _is_init(origins: Origins, known: frozenset[str]) -> bool:
    created = origins.created
    if created is not None:
        given = created.last("init-ctr")
        if given is not None:
            origins.container.place("Config", "CreateCommand", given.index)
        return given is not None
    return comparable(origins.container.name) in known


def _only_named(pod: Inspection | None) -> list[ContainerSpec]:
    """Containers of which nothing but the name is known."""
    if pod is None:
        return []
    infra = pod.text("InfraContainerID")
    return [
        ContainerSpec(
            name=pod.text("Containers", index, "Name"),
            image="",
            image_unnamed=True,
            places={"name": pod.place("Containers", index)},
        )
        for index, item in enumerate(pod.sequence("Containers"))
        if isinstance(item, dict) and item.get("Id") != infra and item.get("Name")
    ]


def _pod_ports(group: Group) -> list[Port]:
    ports: list[Port] = []
    if group.pod is not None:
        ports += published(group.pod, "InfraConfig", "PortBindings")
    if group.infra is not None and not ports:
        ports += published(group.infra, "HostConfig", "PortBindings")
    return [port for port in ports if port.host_port is not None]


def _give_ports(containers: list[ContainerSpec], ports: Sequence[Port]) -> list[ContainerSpec]:
    """Each published port of a pod to the container that exposes it, else to the first one.

    Podman keeps a pod's ports with the pod; an image's EXPOSE tells who listens.
    """
    given: dict[int, list[Port]] = {}
    running = [index for index, container in enumerate(containers) if not container.init]
    for port in ports:
        owners = [i for i in running if _exposes(containers[i], port)] or running
        if owners:
            given.setdefault(owners[0], []).append(port)
    return [
        replace(container, ports=without_repeats([*given.get(index, ()), *container.ports]))
        for index, container in enumerate(containers)
    ]


def _exposes(container: ContainerSpec, port: Port) -> bool:
    return any(
        (known.container_port, known.protocol) == (port.container_port, port.protocol)
        for known in container.ports
    )


def _identity(several: Sequence[Mapping[str, str]]) -> str:
    """What survives a rename: the systemd unit, or the compose project and service.

    By the labels of the pod, whose unit may be another than those of its containers, then theirs.
    """
    for labels in several:
        if unit := labels.get(_UNIT):
            return f"systemd:{unit}"
        for project, service in _COMPOSE:
            if project in labels and service in labels:
                return f"compose:{labels[project]}/{labels[service]}"
    return ""


def _with_policy(containers: list[ContainerSpec], pod: Inspection | None) -> list[ContainerSpec]:
    """The containers with their pod's restart policy, where they have none of their own."""
    policy = pod.text("RestartPolicy") if pod else ""
    if pod is None or policy not in set(RestartPolicy) or policy in ("", RestartPolicy.NO):
        return containers
    place = pod.place("RestartPolicy")
    return [
        replace(
            container,
            restart=RestartPolicy(policy),
            places={**container.places, "restart": place},
        )
        if container.restart is RestartPolicy.UNSET
        else container
        for container in containers
    ]

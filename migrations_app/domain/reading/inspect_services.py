"""Inspected containers and pods as services: which of them belong together, and what they share."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from migrations_app.domain.messages import msg
from migrations_app.domain.places import Place
from migrations_app.domain.reading.documents import Document
from migrations_app.domain.reading.inspect_capture import (
    comparable,
    init_names,
    read_mount_notes,
)
from migrations_app.domain.reading.inspect_container import origins_of, read_container
from migrations_app.domain.reading.inspect_mounts import parse_size
from migrations_app.domain.reading.inspect_network import (
    published,
    read_hosts,
    read_networks,
    without_repeats,
)
from migrations_app.domain.reading.inspect_process import Fields, Origins
from migrations_app.domain.reading.inspections import Inspection, InspectionKind
from migrations_app.domain.reading.run_options import key_values
from migrations_app.domain.spec import (
    ContainerSpec,
    MountKind,
    Port,
    RestartPolicy,
    ServiceSpec,
    VolumeSpec,
)

_UNIT = "PODMAN_SYSTEMD_UNIT"
_COMPOSE = (
    ("io.podman.compose.project", "io.podman.compose.service"),
    ("com.docker.compose.project", "com.docker.compose.service"),
)
_ID = re.compile(r"[0-9a-f]{12}|[0-9a-f]{64}")


@dataclass(slots=True)
class Shelf:
    """All inspections of a bundle, and the notes of its captures."""

    items: Sequence[Inspection]
    notes: Sequence[Document]
    used: set[int] = field(default_factory=set)

    def of(self, kind: InspectionKind) -> list[Inspection]:
        return [item for item in self.items if item.kind is kind]

    def image_of(self, container: Inspection) -> Inspection | None:
        """By ID, then by name; the one of the same capture first."""
        identity = container.text("Image").removeprefix("sha256:")
        name = container.text("ImageName") or container.text("Config", "Image")
        images = sorted(
            self.of(InspectionKind.IMAGE),
            key=lambda image: image.folder != container.folder,
        )
        by_id = (image for image in images if identity and image.id == identity)
        by_name = (
            image
            for image in images
            if not identity and name in image.texts("RepoTags")
        )
        return next(by_id, None) or next(by_name, None)

    def volume(self, name: str, folder: str) -> Inspection | None:
        found = [item for item in self.of(InspectionKind.VOLUME) if item.name == name]
        return next(
            (item for item in found if item.folder == folder), next(iter(found), None)
        )


@dataclass(frozen=True, slots=True)
class Group:
    """What becomes one service: a pod and its containers, or a container alone."""

    pod: Inspection | None
    infra: Inspection | None
    members: tuple[Inspection, ...]
    pod_id: str = ""


def groups(shelf: Shelf) -> list[Group]:
    """Pods with their containers, and containers outside pods, in the order they were read."""
    containers = _without_repeats(shelf.of(InspectionKind.CONTAINER))
    pods = {pod.id: pod for pod in _without_repeats(shelf.of(InspectionKind.POD))}
    found: dict[str, Group] = {}
    for item in shelf.items:
        if item.kind is InspectionKind.POD and pods.get(item.id) is item:
            found.setdefault(item.id, _group(pods, containers, item.id))
        elif item.kind is InspectionKind.CONTAINER and item in containers:
            pod_id = item.text("Pod")
            if not pod_id:
                found[item.id or item.label] = Group(None, None, (item,))
            else:
                found.setdefault(pod_id, _group(pods, containers, pod_id))
    return list(found.values())


def _without_repeats(items: Iterable[Inspection]) -> list[Inspection]:
    seen: dict[str, Inspection] = {}
    for item in items:
        seen.setdefault(item.id or item.label, item)
    return list(seen.values())


def _group(
    pods: Mapping[str, Inspection], containers: Sequence[Inspection], pod_id: str
) -> Group:
    members = [item for item in containers if item.text("Pod") == pod_id]
    pod = pods.get(pod_id)
    infra_id = pod.text("InfraContainerID") if pod else ""
    infra = next((m for m in members if m.flag("IsInfra") or m.id == infra_id), None)
    regular = tuple(sorted((m for m in members if m is not infra), key=_created))
    return Group(pod, infra, regular, pod_id)


def _created(container: Inspection) -> tuple[str, str]:
    return container.text("Created"), container.name


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
    if group.pod_id:
        _pod_fields(group, fields)
        containers = _give_ports(_with_policy(containers, group.pod), _pod_ports(group))
    else:
        _container_fields(origins[0], fields)
    fields.values["identity"] = _identity(containers)
    return ServiceSpec(
        **fields.values,
        containers=tuple(containers),
        volumes=_volumes(containers, shelf, first.folder),
        is_pod=bool(group.pod_id),
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


def _pod_fields(group: Group, fields: Fields) -> None:
    pod = group.pod
    if pod is not None:
        fields.set("name", pod.name, pod.place("Name"))
        _pod_own(pod, fields)
    elif group.infra is not None:
        _container_fields(Origins(group.infra, None, None), fields)
        hostname = group.infra.text("Config", "Hostname")
        fields.values.pop("hostname", None)
        name = (
            group.pod_id[:12] if _ID.fullmatch(hostname) or not hostname else hostname
        )
        fields.set("name", name, group.infra.place("Config", "Hostname"))
    else:
        member = group.members[0]
        hostname = member.text("Config", "Hostname")
        known = hostname and not _ID.fullmatch(hostname)
        at = ("Config", "Hostname") if known else ("Name",)
        fields.set("name", hostname if known else member.name, member.place(*at))
    network_owner = group.infra or next(iter(group.members), None)
    if network_owner is not None:
        _names(network_owner, fields)


def _pod_own(pod: Inspection, fields: Fields) -> None:
    infra = "InfraConfig"
    hostname = pod.text("Hostname")
    if hostname and hostname != pod.name:
        fields.set("hostname", hostname, pod.place("Hostname"))
    elif hostname:
        pod.drop(("Hostname",), msg("The pod's own name, as it would be without."))
    hosts, places = read_hosts(pod, infra, "HostAdd")
    fields.values["extra_hosts"] = hosts
    fields.places.update(places)
    for attribute, key in (
        ("dns_servers", "DNSServer"),
        ("dns_search", "DNSSearch"),
        ("dns_options", "DNSOption"),
    ):
        if values := pod.texts(infra, key):
            fields.set(attribute, values, pod.place(infra, key))
    if pod.flag(infra, "HostNetwork"):
        fields.set("host_network", True, pod.place(infra, "HostNetwork"))
    if pod.text(infra, "pid_ns") == "host":
        fields.set("host_pid", True, pod.place(infra, "pid_ns"))
    elif "pid" in pod.texts("SharedNamespaces"):
        fields.set("share_process_namespace", True, pod.place("SharedNamespaces"))
    fields.values["networks"] = pod.texts(infra, "Networks")
    labels: dict[str, str] = {}
    for key, value in pod.mapping("Labels").items():
        labels[key] = str(value)
        fields.places[f"labels/{key}"] = pod.place("Labels", key)
    fields.values["labels"] = labels


def _container_fields(origins: Origins, fields: Fields) -> None:
    container, created = origins.container, origins.created
    fields.set("name", container.name, container.place("Name"))
    hostname = container.text("Config", "Hostname")
    host_uts = container.text("HostConfig", "UTSMode") == "host"
    named = (
        created.last("hostname") is not None if created else not _ID.fullmatch(hostname)
    )
    if (
        hostname
        and named
        and not host_uts
        and container.text("HostConfig", "NetworkMode") != "host"
    ):
        fields.set("hostname", hostname, container.place("Config", "Hostname"))
    hosts, places = read_hosts(container, "HostConfig", "ExtraHosts")
    fields.values["extra_hosts"] = hosts
    fields.places.update(places)
    for attribute, key in (
        ("dns_servers", "Dns"),
        ("dns_search", "DnsSearch"),
        ("dns_options", "DnsOptions"),
    ):
        if values := container.texts("HostConfig", key):
            fields.set(attribute, values, container.place("HostConfig", key))
    for attribute, option, key in (
        ("host_network", "network", "NetworkMode"),
        ("host_pid", "pid", "PidMode"),
        ("host_ipc", "ipc", "IpcMode"),
    ):
        asked = created.last(option) if created else None
        if container.text("HostConfig", key) == "host":
            fields.set(attribute, True, container.place("HostConfig", key))
        elif asked is not None and asked.value == "host":
            fields.set(
                attribute, True, container.place("Config", "CreateCommand", asked.index)
            )
    _names(container, fields)


def _names(container: Inspection, fields: Fields) -> None:
    networks, aliases = read_networks(container)
    fields.values.setdefault("networks", networks)
    fields.values["aliases"] = tuple(aliases)
    fields.places.update(
        {f"aliases/{alias}": place for alias, place in aliases.items()}
    )


def _pod_ports(group: Group) -> list[Port]:
    ports: list[Port] = []
    if group.pod is not None:
        ports += published(group.pod, "InfraConfig", "PortBindings")
    if group.infra is not None and not ports:
        ports += published(group.infra, "HostConfig", "PortBindings")
    return [port for port in ports if port.host_port is not None]


def _give_ports(
    containers: list[ContainerSpec], ports: Sequence[Port]
) -> list[ContainerSpec]:
    """Each published port of a pod to the container that exposes it, else to the first one.

    Podman keeps a pod's ports with the pod; an image's EXPOSE tells who listens.
    """
    given: dict[int, list[Port]] = {}
    running = [
        index for index, container in enumerate(containers) if not container.init
    ]
    for port in ports:
        owners = [i for i in running if _exposes(containers[i], port)] or running
        if owners:
            given.setdefault(owners[0], []).append(port)
    return [
        replace(
            container, ports=without_repeats([*given.get(index, ()), *container.ports])
        )
        for index, container in enumerate(containers)
    ]


def _exposes(container: ContainerSpec, port: Port) -> bool:
    return any(
        (known.container_port, known.protocol) == (port.container_port, port.protocol)
        for known in container.ports
    )


def _identity(containers: Sequence[ContainerSpec]) -> str:
    """What survives a rename: the systemd unit, or the compose project and service."""
    for container in containers:
        if unit := container.labels.get(_UNIT):
            return f"systemd:{unit}"
        for project, service in _COMPOSE:
            if project in container.labels and service in container.labels:
                return (
                    f"compose:{container.labels[project]}/{container.labels[service]}"
                )
    return ""


def _volumes(
    containers: Sequence[ContainerSpec], shelf: Shelf, folder: str
) -> tuple[VolumeSpec, ...]:
    found: dict[str, VolumeSpec] = {}
    for container in containers:
        for mount in container.mounts:
            if mount.kind is MountKind.VOLUME and mount.source not in found:
                inspection = shelf.volume(mount.source, folder)
                place = mount.places.get("", Place())
                found[mount.source] = (
                    read_volume(inspection)
                    if inspection
                    else VolumeSpec(mount.source, places={"name": place})
                )
    return tuple(found.values())


def read_volume(inspection: Inspection) -> VolumeSpec:
    """A named volume as inspected; its options may bound its size."""
    fields = Fields()
    fields.set("name", inspection.name, inspection.place("Name"))
    if (driver := inspection.text("Driver")) not in ("", "local"):
        fields.set("driver", driver, inspection.place("Driver"))
    for attribute in ("Options", "Labels"):
        values = {
            key: str(value) for key, value in inspection.mapping(attribute).items()
        }
        name = attribute.lower()
        fields.values[name] = values
        fields.places.update(
            {f"{name}/{key}": inspection.place(attribute, key) for key in values}
        )
    options = fields.values["options"]
    size = parse_size(
        key_values(options.get("o", "")).get("size", "") or options.get("size", "")
    )
    if size is not None:
        fields.values["size"] = size
    return VolumeSpec(**fields.values, places=fields.places)


def _with_policy(
    containers: list[ContainerSpec], pod: Inspection | None
) -> list[ContainerSpec]:
    """The containers with their pod's restart policy, where they have none of their own."""
    policy = pod.text("RestartPolicy") if pod else ""
    if (
        pod is None
        or policy not in set(RestartPolicy)
        or policy in ("", RestartPolicy.NO)
    ):
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

"""What is missing from the inspections of a bundle, or says more than a pod can."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from migrations_app.domain.findings import Finding, Severity
from migrations_app.domain.messages import Message, listed, msg
from migrations_app.domain.places import Place
from migrations_app.domain.reading.inspect_capture import disagreements
from migrations_app.domain.reading.inspect_container import created_by
from migrations_app.domain.reading.inspect_groups import Group, Shelf
from migrations_app.domain.reading.inspections import Inspection, InspectionKind
from migrations_app.domain.spec import Mount, MountKind, ServiceSpec


def about_group(group: Group, spec: ServiceSpec, shelf: Shelf) -> Iterator[Finding]:
    """Findings of one pod or one container."""
    pod = group.pod
    if pod is not None and not group.members:
        yield _incomplete(
            Severity.HIGH,
            pod.spot("Containers"),
            msg(
                "Pod %(pod)s came without the inspections of its containers.",
                pod=pod.name,
            ),
            msg("Images, variables, volumes and health checks are known to the containers alone."),
            msg("Add the output of podman container inspect for each container of the pod."),
        )
    if pod is None and group.pod_id:
        yield _incomplete(
            Severity.MEDIUM,
            group.members[0].spot("Pod") if group.members else Place(file=spec.file),
            msg(
                "Service %(name)s belongs to a pod that was not inspected.",
                name=spec.name,
            ),
            msg("Published ports, labels and name resolution are kept with the pod."),
            msg("Add the output of podman pod inspect."),
        )
    for member in group.members:
        yield from _about_container(member, shelf)
    first = pod or group.infra or next(iter(group.members), None)
    if first is not None:
        yield from disagreements(spec, shelf.notes, first.folder)


def _about_container(container: Inspection, shelf: Shelf) -> Iterator[Finding]:
    if shelf.image_of(container) is None:
        yield _incomplete(
            Severity.LOW,
            container.spot("Image"),
            msg(
                "The image of container %(name)s was not inspected.",
                name=container.name,
            ),
            msg(
                "What the image sets and what the container sets cannot be told apart for certain."
            ),
            msg("Add the output of podman image inspect."),
        )
    created = created_by(container)
    if created is not None and not created.complete:
        yield _finding(
            "CAP-07",
            Severity.MEDIUM,
            container.spot("Config", "CreateCommand"),
            msg(
                "The command that created %(name)s cannot be read at %(word)s.",
                name=container.name,
                word=created.unknown,
            ),
            msg("Variables of secrets and sysctls stand in that command and nowhere else."),
            msg("Compare the loss report with the command by hand."),
        )
    yield from _beyond_a_pod(container)


def _beyond_a_pod(container: Inspection) -> Iterator[Finding]:
    """What a container leans on and no pod has."""
    why = msg("A pod has nothing like it, so the container must do without.")
    if container.flag("HostConfig", "Init"):
        yield _finding(
            "CAP-06",
            Severity.MEDIUM,
            container.spot("HostConfig", "Init"),
            msg(
                "Container %(name)s is started under an init process.",
                name=container.name,
            ),
            why,
            msg("Put an init such as tini into the image, if the program leaves zombies behind."),
        )
    if container.flag("Config", "SystemdMode"):
        yield _finding(
            "CAP-06",
            Severity.HIGH,
            container.spot("Config", "SystemdMode"),
            msg("Container %(name)s runs systemd.", name=container.name),
            why,
            msg("Run each of its services as a container of its own."),
        )
    mode = container.text("HostConfig", "NetworkMode")
    if mode.startswith("container:") and not container.text("Pod"):
        yield _finding(
            "CAP-06",
            Severity.HIGH,
            container.spot("HostConfig", "NetworkMode"),
            msg(
                "Container %(name)s uses the network of another container.",
                name=container.name,
            ),
            msg("Only the containers of one pod share a network; here they become two services."),
            msg("Put both into one pod with podman pod create, and capture that."),
        )
    if mode == "none":
        yield _finding(
            "CAP-06",
            Severity.MEDIUM,
            container.spot("HostConfig", "NetworkMode"),
            msg("Container %(name)s has no network.", name=container.name),
            msg("Every pod has one; only a network policy keeps it from using it."),
            msg("Add a NetworkPolicy that denies all, if the isolation matters."),
        )
    if container.text("Rootfs"):
        yield _finding(
            "CAP-06",
            Severity.BLOCKER,
            container.spot("Rootfs"),
            msg(
                "Container %(name)s runs from a folder, not from an image.",
                name=container.name,
            ),
            msg("A cluster runs images only."),
            msg("Build an image from the folder, with podman import or a Containerfile."),
        )


def about_bundle(shelf: Shelf, specs: Sequence[ServiceSpec]) -> Iterator[Finding]:
    """What shows only when all inspections are seen together."""
    yield from _shared_without_a_name(specs)
    yield from _inspected_alone(shelf, specs)


def _shared_without_a_name(specs: Sequence[ServiceSpec]) -> Iterator[Finding]:
    """CAP-07: a volume that only Podman has named, in several containers (``--volumes-from``)."""
    mounts: dict[str, list[tuple[str, Mount]]] = defaultdict(list)
    for spec in specs:
        for container in spec.containers:
            for mount in container.mounts:
                if mount.kind is MountKind.ANONYMOUS and mount.source:
                    mounts[mount.source].append((container.name, mount))
    for shared in mounts.values():
        names = list(dict.fromkeys(name for name, _mount in shared))
        for name, mount in shared if len(names) > 1 else ():
            yield _finding(
                "CAP-07",
                Severity.MEDIUM,
                mount.places.get("", Place()),
                msg(
                    "%(container)s shares the volume at %(target)s with %(others)s.",
                    container=name,
                    target=mount.target,
                    others=listed([other for other in names if other != name]),
                ),
                msg("Podman made up its name, so that each container gets a volume of its own."),
                msg("Give the volume a name in Podman, and capture the containers again."),
            )


def _inspected_alone(shelf: Shelf, specs: Sequence[ServiceSpec]) -> Iterator[Finding]:
    """An image, volume or network that was inspected without anything that uses it."""
    if any(spec.containers for spec in specs) or shelf.of(InspectionKind.POD):
        return
    for item in shelf.items:
        yield _incomplete(
            Severity.LOW,
            Place(item.file, item.origin.line, item.origin.column, item.label),
            msg(
                "%(kind)s %(name)s was inspected alone.",
                kind=item.kind.value,
                name=item.name,
            ),
            msg("It says nothing of the containers that use it, so there is no workload to make."),
            msg("Add the output of podman container inspect for the containers that use it."),
        )


def _incomplete(
    severity: Severity, place: Place, message: Message, why: Message, fix: Message
) -> Finding:
    return _finding("CAP-01", severity, place, message, why, fix)


def _finding(
    code: str,
    severity: Severity,
    place: Place,
    message: Message,
    why: Message,
    fix: Message,
) -> Finding:
    return Finding(code, severity, place, message, why, fix, subject=str(message))

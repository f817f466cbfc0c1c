"""What a spec says and no object took: each is accounted for, with its reason."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from migrations_app.domain.manifests.build_draft import Ledger
from migrations_app.domain.messages import Message, msg
from migrations_app.domain.places import Place
from migrations_app.domain.spec import ContainerSpec, Places, ServiceSpec

_UNUSED = msg("No object has a field for it.")
_REASONS: Mapping[str, Message] = {
    "image_id": msg("A local ID; a rehearsal uses it, a cluster pulls by name."),
    "image_digest": msg("Known to presets that pin images; a tag stays as it is written."),
    "stop_signal": msg("The signal comes from the image; set STOPSIGNAL there."),
    "schedule": msg("Only what ends by itself can run by a schedule."),
    "stop_timeout": msg("A pod has one time to stop for all its containers: the longest."),
    "pids_limit": msg("The kubelet limits processes for all pods of a node alike."),
    "ulimits": msg("A pod inherits its limits from the node's container runtime."),
    "exit_code": msg("Runtime state of this host, not configuration."),
    "restart": msg("A pod has one restart policy for all its containers, that of its kind."),
    "restart_retries": msg("Only a Job counts its tries."),
    "health": msg("A Job is judged by how it ends, and the check is switched off for others."),
    "hostname": msg("The pod is called by its own name."),
    "options": msg("A claim has no such option; its storage class decides."),
    "labels": msg("The key is none that an annotation can have."),
    "driver": msg("A storage class takes the place of a volume driver."),
    "ports": msg("Another container of the pod has the same port, or this one runs before it."),
    "name": msg("Kept as the name of the claim."),
    "init_process": msg("No init process is added; the image must reap its own children."),
    "deadline": msg("Podman ends the container after this time; use a Job with a deadline."),
    "log_driver": msg("A cluster collects what containers write to standard output."),
    "mask": msg("A cluster hides the same paths in every pod."),
    "unmask": msg("A cluster hides the same paths in every pod."),
    "platform": msg("No node can be told by such a platform."),
    "cpu_limit": msg("No limit: it is not a number of processors above zero."),
    "cpu_request": msg("No request: it is not a number of processors above zero."),
    "userns": msg("User namespaces of pods depend on the cluster; the users above are kept."),
    "unmapped": msg("There is no such setting in a pod specification."),
    "replicas": msg("A Job runs once, and a DaemonSet once on each node: neither is counted."),
    "delay": msg("Pods that hold data are replaced one after the other."),
    "parallelism": msg("Pods that hold data are replaced one after the other."),
    "start_first": msg("Pods that hold data are replaced one after the other."),
    "depends_on": msg(
        "A cluster starts all services at once; this one must try again until the other answers."
    ),
    "used_caps": msg("Repeats what other fields say."),
    "networks": msg(
        "Podman's network; all pods of a cluster share one, and only policies keep them apart: "
        "the preset section network makes them of it."
    ),
    "identity": msg("Tells services apart; it is kept with the service."),
    "external": msg("See the question about this volume."),
}


def settle_leftovers(specs: Sequence[ServiceSpec], ledger: Ledger) -> None:
    """A row for every place of the specs that went into no object."""
    for spec in specs:
        for attribute, place in places_of(spec):
            if place.path and not ledger.knows(place):
                ledger.drop(place, _REASONS.get(attribute.partition("/")[0], _UNUSED))


def places_of(spec: ServiceSpec) -> Iterator[tuple[str, Place]]:
    """Every attribute of a service that knows where it was said, and where that is."""
    yield from spec.places.items()
    for dependency in spec.depends_on:
        yield from (("depends_on", place) for place in dependency.places.values())
    if spec.rollout is not None:
        yield from spec.rollout.places.items()
    for volume in spec.volumes:
        yield from volume.places.items()
    for container in spec.containers:
        yield from _container_places(container)


def _container_places(container: ContainerSpec) -> Iterator[tuple[str, Place]]:
    yield from container.places.items()
    yield from container.resources.places.items()
    yield from container.security.places.items()
    groups: Sequence[tuple[str, Sequence[Places]]] = (
        ("ports", [item.places for item in container.ports]),
        ("mounts", [item.places for item in container.mounts]),
        ("secrets", [item.places for item in container.secrets]),
        (
            "health",
            [item.places for item in (container.health, container.startup_health) if item],
        ),
    )
    for name, holders in groups:
        for places in holders:
            yield from ((name, place) for place in places.values())

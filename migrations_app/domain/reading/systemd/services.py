"""Containers and pods of units as services, with what the units themselves say of them."""

from __future__ import annotations

import posixpath
from dataclasses import replace

from migrations_app.domain.findings import Severity
from migrations_app.domain.messages import msg
from migrations_app.domain.places import Place
from migrations_app.domain.reading.podman_argv import RunReading
from migrations_app.domain.reading.podman_argv.services import alone, in_a_pod, volumes_of
from migrations_app.domain.reading.systemd.life import with_life
from migrations_app.domain.reading.systemd.site import Found, Site
from migrations_app.domain.spec import ServiceSpec


def services(site: Site) -> list[ServiceSpec]:
    pods = [item for item in site.found if item.is_pod]
    members = [item for item in site.found if item.reading is not None and not item.is_pod]
    specs: list[ServiceSpec] = []
    for pod in pods:
        inside = [item for item in members if _is_inside(item, pod)]
        members = [item for item in members if item not in inside]
        specs += _pod(site, pod, inside)
    orphans: dict[str, list[Found]] = {}
    for item in members:
        home = item.made.pod or _stem(item.made.pod_id_file)
        if home:
            orphans.setdefault(home, []).append(item)
        else:
            specs.append(_alone(item))
    for name, inside in orphans.items():
        specs.append(_made(name, None, inside))
        site.say(
            "CAP-01",
            Severity.MEDIUM,
            Place(inside[0].unit.unit.file, object=inside[0].unit.unit.name),
            msg("The unit of pod %(pod)s is not among the files.", pod=name),
            msg("Published ports, labels and name resolution are kept with the pod."),
            msg("Add the unit that creates the pod; podman generate systemd --new writes it."),
        )
    return specs


def _is_inside(item: Found, pod: Found) -> bool:
    reading, of = item.reading, pod.reading
    if reading is None or of is None:
        return False
    same_file = bool(reading.pod_id_file) and reading.pod_id_file == of.pod_id_file
    return same_file or bool(reading.pod and reading.pod == of.service.name)


def _pod(site: Site, pod: Found, inside: list[Found]) -> list[ServiceSpec]:
    name = pod.made.service.name or _plain_name(pod)
    if inside:
        return [_made(name, pod, inside)]
    site.say(
        "CAP-01",
        Severity.HIGH,
        Place(pod.unit.unit.file, object=pod.unit.unit.name),
        msg("No unit among the files runs a container in pod %(pod)s.", pod=name),
        msg("A pod without containers is no workload, so nothing was made of it."),
        msg("Add the units of its containers; podman generate systemd --new writes them."),
    )
    return []


def _made(name: str, pod: Found | None, inside: list[Found]) -> ServiceSpec:
    readings = [_named(item) for item in inside]
    spec, rows = in_a_pod(name, pod.reading if pod else None, readings, {})
    first = pod or inside[0]
    for row in rows:
        first.unit.rows.setdefault(row.path, row)
    for item in (first, *inside):
        item.home = name
    containers = tuple(
        with_life(container, item) for container, item in zip(spec.containers, inside, strict=True)
    )
    identity = f"systemd:{first.unit.unit.name}" if pod else ""
    return replace(
        spec,
        containers=containers,
        volumes=volumes_of(containers, {}),
        identity=identity,
        file=first.unit.unit.file,
    )


def _alone(item: Found) -> ServiceSpec:
    reading = _named(item)
    container = with_life(reading.container, item)
    service = replace(reading.service, name=container.name, containers=(container,))
    item.home = container.name
    spec = alone(replace(reading, container=container, service=service), {})
    unit = item.unit.unit
    return replace(spec, identity=f"systemd:{unit.name}", file=unit.file)


def _named(item: Found) -> RunReading:
    reading = item.made
    name = reading.container.name or _plain_name(item)
    container = replace(reading.container, name=name)
    service = replace(reading.service, name=name, containers=(container,))
    return replace(reading, container=container, service=service)


def _plain_name(item: Found) -> str:
    """``container-web.service`` runs ``web``."""
    stem = item.unit.name.full.rpartition(".")[0]
    return stem.removeprefix("container-").removeprefix("pod-").partition("@")[0]


def _stem(path: str) -> str:
    """``/run/pod-shop.pod-id`` is of the pod ``shop``."""
    base = posixpath.basename(path)
    return base.removesuffix(".pod-id").removeprefix("pod-")

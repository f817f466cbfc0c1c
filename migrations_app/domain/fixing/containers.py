"""Fixes of single containers: what they may do, what probes ask, how they end."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from migrations_app.domain.bundle import Object, Objects
from migrations_app.domain.checks.hardening import group_for
from migrations_app.domain.checks.probe_quality import PATIENCE, by_kubelet
from migrations_app.domain.errors import InvalidInput
from migrations_app.domain.fixing.base import changed
from migrations_app.domain.images import ImageRef
from migrations_app.domain.manifests.resources import (
    get,
    mapping,
    pod_spec,
    remove_at,
    replace_at,
    sequence,
)
from migrations_app.domain.places import Path
from migrations_app.domain.transforms.probes import FIELDS, first_port, from_ports

_TMP = "/tmp"  # noqa: S108 - a path in a container


def without_root(objects: Objects, index: int, path: Path) -> Sequence[Object | None]:
    """SEC-03: runAsUser: 0 contradicts runAsNonRoot and goes."""
    return changed(objects, index, remove_at(objects[index], path))


def full_image_name(objects: Objects, index: int, path: Path) -> Sequence[Object | None]:
    """IMG-01: a short name becomes Docker Hub's full name."""
    try:
        image = ImageRef.parse(str(get(objects[index], path)))
    except InvalidInput:
        return objects
    return changed(objects, index, replace_at(objects[index], path, str(image.qualified)))


def pull_what_is_missing(objects: Objects, index: int, path: Path) -> Sequence[Object | None]:
    """IMG-07: ``imagePullPolicy: Never`` becomes ``IfNotPresent``."""
    return changed(objects, index, replace_at(objects[index], path, "IfNotPresent"))


def probe_the_port(objects: Objects, index: int, path: Path) -> Sequence[Object | None]:
    """PRB-01: the probes that are missing open a connection to the container's first port."""
    container = mapping(get(objects[index], path))
    probe = from_ports(container)
    missing = [
        FIELDS[kind] for kind in ("readiness", "liveness") if not container.get(FIELDS[kind])
    ]
    if not probe or not missing:
        return objects
    probed = {**container, **dict.fromkeys(missing, probe)}
    return changed(objects, index, replace_at(objects[index], path, probed))


def patient_liveness(objects: Objects, index: int, path: Path) -> Sequence[Object | None]:
    """PRB-02: liveness gives the process a minute before it is restarted."""
    probe = get(objects[index], path)
    if not isinstance(probe, dict):
        return objects
    period = probe.get("periodSeconds")
    seconds = period if isinstance(period, int) and period > 0 else 10
    patient = {**probe, "failureThreshold": -(-PATIENCE // seconds)}
    return changed(objects, index, replace_at(objects[index], path, patient))


def asked_by_kubelet(objects: Objects, index: int, path: Path) -> Sequence[Object | None]:
    """PRB-03: curl, wget or nc become the request or the connection that they make."""
    probe_path = path[:-2]
    probe = mapping(get(objects[index], probe_path))
    action = by_kubelet([str(word) for word in sequence(get(objects[index], path))])
    if action is None:
        return objects
    asked = {**action, **{key: value for key, value in probe.items() if key != "exec"}}
    return changed(objects, index, replace_at(objects[index], probe_path, asked))


def the_only_port(objects: Objects, index: int, path: Path) -> Sequence[Object | None]:
    """PRB-04: the probe asks at the container's one port."""
    container = mapping(get(objects[index], path[:-3]))
    port = first_port(container)
    if port is None:
        return objects
    wanted = port.get("name") or port.get("containerPort")
    return changed(objects, index, replace_at(objects[index], path, wanted))


def restricted(objects: Objects, index: int, path: Path) -> Sequence[Object | None]:
    """SEC-05: all capabilities dropped, no escalation, seccomp RuntimeDefault."""
    body = objects[index]
    container = get(body, path)
    if not isinstance(container, dict):
        return objects
    found = pod_spec(body)
    pod = mapping(found[1].get("securityContext")) if found else {}
    own = mapping(container.get("securityContext"))
    capabilities = mapping(own.get("capabilities"))
    hardened: dict[str, Any] = {
        **own,
        "allowPrivilegeEscalation": False,
        "capabilities": {**capabilities, "drop": ["ALL"]},
    }
    profile = mapping(own.get("seccompProfile")) or mapping(pod.get("seccompProfile"))
    if profile.get("type") not in ("RuntimeDefault", "Localhost"):
        hardened["seccompProfile"] = {"type": "RuntimeDefault"}
    return changed(objects, index, replace_at(body, (*path, "securityContext"), hardened))


def writable_tmp(objects: Objects, index: int, path: Path) -> Sequence[Object | None]:
    """SEC-07: an emptyDir at /tmp, of the container's own."""
    body = objects[index]
    found = pod_spec(body)
    if found is None:
        return objects
    pod_path, spec = found
    container_path = path[:-2]
    container = mapping(get(body, container_path))
    volumes = sequence(spec.get("volumes"))
    taken = [mapping(volume).get("name") for volume in volumes]
    name = next(
        name
        for name in ("tmp", *(f"tmp-{number}" for number in range(2, len(taken) + 3)))
        if name not in taken
    )
    mounts = [*sequence(container.get("volumeMounts")), {"name": name, "mountPath": _TMP}]
    body = replace_at(body, (*container_path, "volumeMounts"), mounts)
    body = replace_at(body, (*pod_path, "volumes"), [*volumes, {"name": name, "emptyDir": {}}])
    return changed(objects, index, body)


def group_of_the_volumes(objects: Objects, index: int, path: Path) -> Sequence[Object | None]:
    """SEC-09: volumes belong to the group that the containers run as."""
    spec = get(objects[index], path)
    group = group_for(spec) if isinstance(spec, dict) else None
    if group is None:
        return objects
    where = (*path, "securityContext", "fsGroup")
    return changed(objects, index, replace_at(objects[index], where, group))


def wait_before_the_end(objects: Objects, index: int, path: Path) -> Sequence[Object | None]:
    """PRD-08: five seconds in which balancers learn that the pod is going."""
    if not isinstance(get(objects[index], path), dict):
        return objects
    where = (*path, "lifecycle", "preStop")
    wait = {"sleep": {"seconds": 5}}
    return changed(objects, index, replace_at(objects[index], where, wait))

"""Volumes: what a node has not, what nobody chose, and data that does not come along."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from migrations_app.domain.bundle import SourceObject
from migrations_app.domain.checks.base import CheckContext, Rule, Workload
from migrations_app.domain.checks.canaries import canaries
from migrations_app.domain.findings import Finding, Severity
from migrations_app.domain.manifests.build_disguised import disguise
from migrations_app.domain.manifests.resources import (
    CLAIM_TEMPLATES,
    claim_names,
    get,
    mapping,
    name_of,
    namespace_of,
    sequence,
)
from migrations_app.domain.messages import msg
from migrations_app.domain.places import Path, Place
from migrations_app.domain.questions import Question
from migrations_app.domain.spec import MountKind

VOL_01 = Rule(
    "VOL-01",
    Severity.HIGH,
    msg("A pod may run on any node, and none has the files of the Podman host."),
    msg("Take a ConfigMap, a Secret, a claim or an emptyDir in its place."),
)
VOL_03 = Rule(
    "VOL-03",
    Severity.HIGH,
    msg("Podman makes a volume when it is named; a pod waits for ever for a claim that is not."),
    msg("Add the claim, with the size and the storage class that the data needs."),
)
VOL_04 = Rule(
    "VOL-04",
    Severity.HIGH,
    msg("On one host all containers see a volume; ReadWriteOnce lets one node have it."),
    msg("Run one replica, give each its own claim (StatefulSet), or take ReadWriteMany."),
)
VOL_05 = Rule(
    "VOL-05",
    Severity.MEDIUM,
    msg("Podman keeps such a volume with its container; on a cluster it is gone with the pod."),
    msg("Say whether the data must outlive the pod, and name a claim for it if so."),
)
VOL_06 = Rule(
    "VOL-06",
    Severity.HIGH,
    msg("A claim on a cluster starts empty: nothing carries a Podman volume's data there."),
    msg("Plan the copy (podman volume export, a Job that unpacks it), or decide to start empty."),
)
VOL_07 = Rule(
    "VOL-07",
    Severity.BLOCKER,
    msg("Whoever has the engine's socket or the host's own folders has the host."),
    msg("Take the mount away; talk to the cluster's API where the engine was asked before."),
)

_SENSITIVE = frozenset({"/", "/etc", "/proc", "/dev", "/sys", "/root", "/var/run", "/run"})
_SOCKET = re.compile(r"/(?:docker|podman|containerd|crio|cri-dockerd)\.sock$")
_ANONYMOUS = re.compile(r"(?:.*-)?[0-9a-f]{64}(?:-pvc)?")
_EVERYWHERE = ("ReadWriteMany", "ReadOnlyMany")
_SIZE: Path = ("resources", "requests", "storage")
_OF_ROLLOUT: Path = ("spec", "template", "spec")
_DEFAULT_SIZE = "1Gi"


def host_paths(context: CheckContext) -> Iterator[Finding]:
    """VOL-01: a folder or a file of the host is mounted.

    Sockets and the host's own folders are VOL-07. For a bind mount of Podman the question
    ``bind-mount`` decides what stands in its place.
    """
    for workload, path, volume, host in _host_paths(context):
        if host.startswith("/") and not _is_sensitive(host):
            name = name_of(workload.item.body)
            yield VOL_01.found(
                workload.item,
                (*path, "hostPath", "path"),
                msg("%(path)s of the host is mounted.", path=host),
                str(volume.get("name")),
                asked=context.question("bind-mount", name),
            )


def dangerous_host_paths(context: CheckContext) -> Iterator[Finding]:
    """VOL-07: the engine's socket, or ``/``, ``/etc``, ``/proc``, ``/dev`` of the host."""
    for workload, path, volume, host in _host_paths(context):
        if _is_sensitive(host):
            yield VOL_07.found(
                workload.item,
                (*path, "hostPath", "path"),
                msg("%(path)s of the host is mounted.", path=host),
                str(volume.get("name")),
            )


def _host_paths(
    context: CheckContext,
) -> Iterator[tuple[Workload, Path, dict[str, Any], str]]:
    for workload in context.workloads:
        for index, volume in enumerate(sequence(workload.spec.get("volumes"))):
            host = mapping(mapping(volume).get("hostPath")).get("path")
            if isinstance(host, str):
                yield workload, (*workload.path, "volumes", index), volume, host


def _is_sensitive(host: str) -> bool:
    plain = host.rstrip("/") or "/"
    return (
        plain in _SENSITIVE
        or bool(_SOCKET.search(plain))
        or plain.startswith(("/proc/", "/dev/", "/sys/"))
    )


def unsettled_claims(context: CheckContext) -> Iterator[Finding]:
    """VOL-03: a claim that is not among the objects, or whose size and class nobody chose.

    A claim of 1Gi without a class is what Podman and other tools write when they know neither;
    a claim template of a StatefulSet counts as well, and cannot be changed later.
    Answers to the questions ``volume-size`` and ``volume-class`` settle it.
    """
    for workload in context.workloads:
        space = namespace_of(workload.item.body)
        own = {*claim_names(workload.item.body).values()}
        for index, volume in enumerate(sequence(workload.spec.get("volumes"))):
            claim = mapping(mapping(volume).get("persistentVolumeClaim")).get("claimName")
            if not isinstance(claim, str) or volume.get("name") in own:
                continue
            if ("PersistentVolumeClaim", space, claim) not in context.named:
                yield VOL_03.found(
                    workload.item,
                    (*workload.path, "volumes", index, "persistentVolumeClaim", "claimName"),
                    msg("The claim %(name)s is not among the objects.", name=claim),
                    claim,
                )
    for item in context.of_kind("PersistentVolumeClaim"):
        claim = name_of(item.body)
        if _nobody_chose(mapping(item.body.get("spec"))) and not _answered(context, claim):
            yield VOL_03.found(
                item,
                ("spec", *_SIZE),
                msg("Nobody chose the size and the class of %(name)s.", name=item.label),
                asked=context.question("volume-size", claim),
            )
    for item in context.of_kind("StatefulSet"):
        for index, claim in claim_names(item.body).items():
            path: Path = (*CLAIM_TEMPLATES, index, "spec")
            if _nobody_chose(mapping(get(item.body, path))) and not _answered(
                context, claim, name_of(item.body)
            ):
                yield VOL_03.found(
                    item,
                    (*path, *_SIZE),
                    msg(
                        "Nobody chose the size and the class of claim template %(name)s of "
                        "%(workload)s.",
                        name=claim,
                        workload=item.label,
                    ),
                    claim,
                    asked=_asked(context, "volume-size", claim, name_of(item.body)),
                )


def _nobody_chose(spec: dict[str, Any]) -> bool:
    size = get(spec, _SIZE)
    return (
        size == _DEFAULT_SIZE
        and spec.get("storageClassName") is None
        and not spec.get("volumeName")
    )


def _asked(context: CheckContext, code: str, claim: str, service: str) -> Question | None:
    """The question about a claim; templates of several workloads may have one name."""
    return context.question(code, claim, service) or context.question(code, claim)


def _answered(context: CheckContext, claim: str, service: str = "") -> bool:
    asked = [_asked(context, code, claim, service) for code in ("volume-size", "volume-class")]
    return any(question is not None and question.answer is not None for question in asked)


def shared_claims(context: CheckContext) -> Iterator[Finding]:
    """VOL-04: a claim for one node, and several replicas that want it.

    A canary is a second pod beside the first one, however many replicas there are.
    """
    for item, path, spec in _several(context):
        space = namespace_of(item.body)
        for index, volume in enumerate(sequence(spec.get("volumes"))):
            name = mapping(mapping(volume).get("persistentVolumeClaim")).get("claimName")
            claim = context.named.get(("PersistentVolumeClaim", space, str(name)))
            modes = sequence(get(claim.body, ("spec", "accessModes"))) if claim else []
            if modes and not any(mode in _EVERYWHERE for mode in modes):
                yield VOL_04.found(
                    item,
                    (*path, "volumes", index, "persistentVolumeClaim", "claimName"),
                    msg("Several replicas share the claim %(name)s.", name=name),
                    str(name),
                    asked=context.question("volume-access", str(name)),
                )


def _several(context: CheckContext) -> Iterator[tuple[SourceObject, Path, dict[str, Any]]]:
    """What runs in more than one pod at a time, with the path and value of its pods' spec."""
    for workload in context.workloads:
        replicas = get(workload.item.body, ("spec", "replicas"))
        many = isinstance(replicas, int) and replicas > 1
        if many or workload.kind == "DaemonSet" or _may_grow(context, workload):
            yield workload.item, workload.path, workload.spec
    for item, _canary in canaries(context):
        yield item, _OF_ROLLOUT, mapping(get(item.body, _OF_ROLLOUT))


def _may_grow(context: CheckContext, workload: Workload) -> bool:
    scaler = context.scaler_of(workload)
    most = get(scaler.body, ("spec", "maxReplicas")) if scaler else None
    return isinstance(most, int) and most > 1


def anonymous_volumes(context: CheckContext) -> Iterator[Finding]:
    """VOL-05: a volume without a name, which the image or ``-v /path`` asked for.

    ``podman generate kube`` makes a claim of its 64 digits. For a capture the question
    ``anonymous-volume`` decides.
    """
    for workload in context.workloads:
        for index, volume in enumerate(sequence(workload.spec.get("volumes"))):
            claim = mapping(mapping(volume).get("persistentVolumeClaim")).get("claimName")
            if isinstance(claim, str) and _ANONYMOUS.fullmatch(claim):
                yield VOL_05.found(
                    workload.item,
                    (*workload.path, "volumes", index, "persistentVolumeClaim", "claimName"),
                    msg("%(name)s is a volume that never had a name.", name=claim),
                    claim,
                )
    for service in context.specs:
        for container in service.containers:
            for mount in container.mounts:
                if mount.kind is not MountKind.ANONYMOUS:
                    continue
                asked = context.question(
                    "anonymous-volume", service.name, container.name, mount.target
                )
                if asked is not None and asked.answer is None:
                    yield VOL_05.in_source(
                        asked.place,
                        (service.name, container.name, "mounts", mount.target),
                        msg(
                            "Container %(container)s keeps %(path)s in a volume without a name.",
                            container=container.name,
                            path=mount.target,
                        ),
                        asked=asked,
                    )


def data_left_behind(context: CheckContext) -> Iterator[Finding]:
    """VOL-06: a Podman volume is in use, and nobody has said what becomes of its data.

    Found in inspections: a file that somebody wrote has no data yet. An answer to ``volume-data``
    settles it, where that question is put; else a waiver says who copies the data, and when.
    """
    for service in context.specs:
        if service.file in context.written:
            continue
        for volume in service.volumes:
            asked = context.question("volume-data", service.name, volume.name)
            if (
                disguise(volume) is not None
                or volume.external
                or (asked is not None and asked.answer is not None)
            ):
                continue
            yield VOL_06.in_source(
                volume.places.get("name") or Place(service.file),
                (service.name, "volumes", volume.name),
                msg("The data of volume %(name)s stays where it is.", name=volume.name),
                asked=asked,
            )

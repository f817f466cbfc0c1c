"""What Pod Security *restricted* wants, and the writable places that it makes necessary."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from migrations_app.domain.checks.base import CheckContext, Rule
from migrations_app.domain.findings import Finding, Severity
from migrations_app.domain.manifests.resources import get, mapping, sequence
from migrations_app.domain.messages import listed, msg

SEC_05 = Rule(
    "SEC-05",
    Severity.HIGH,
    msg("Podman has a seccomp profile for all; namespaces that are restricted want it in writing."),
    msg("Drop ALL capabilities, forbid escalation, set seccomp to RuntimeDefault; rehearse again."),
    fixable=True,
)
SEC_07 = Rule(
    "SEC-07",
    Severity.MEDIUM,
    msg("Podman lays a tmpfs over /tmp, /run and /var/tmp of a read-only container; pods do not."),
    msg("Mount an emptyDir at /tmp."),
    fixable=True,
)
SEC_09 = Rule(
    "SEC-09",
    Severity.MEDIUM,
    msg("Podman changes the owner of a volume (:U) or maps users; a pod needs a group that may."),
    msg("Set fsGroup to the group of the user that the containers run as."),
)

_ALLOWED = frozenset({"NET_BIND_SERVICE"})
"""The one capability that may be added where everything is dropped."""


def unrestricted(context: CheckContext) -> Iterator[Finding]:
    """SEC-05: the container lacks what Pod Security *restricted* asks for.

    All capabilities dropped, no privilege escalation, the seccomp profile RuntimeDefault or a
    Localhost one. The fix writes the three; what the program needed besides shows in a rehearsal.
    """
    for workload in context.workloads:
        pod = mapping(workload.spec.get("securityContext"))
        for path, container in workload.containers:
            missing = missing_restrictions(container, pod)
            if missing and "ephemeralContainers" not in path:
                yield SEC_05.found(
                    workload.item,
                    path,
                    msg(
                        "Container %(name)s is not restricted: %(missing)s.",
                        name=container.get("name"),
                        missing=listed(missing),
                    ),
                    fixable=get(container, ("securityContext", "privileged")) is not True,
                )


def missing_restrictions(container: Mapping[str, Any], pod: Mapping[str, Any]) -> list[str]:
    """The fields that restricted pods have and this one has not, by name."""
    own = mapping(container.get("securityContext"))
    capabilities = mapping(own.get("capabilities"))
    missing = []
    if "ALL" not in {str(name).upper() for name in sequence(capabilities.get("drop"))}:
        missing.append("capabilities.drop: [ALL]")
    if own.get("allowPrivilegeEscalation") is not False:
        missing.append("allowPrivilegeEscalation: false")
    profile = mapping(own.get("seccompProfile")) or mapping(pod.get("seccompProfile"))
    if profile.get("type") not in ("RuntimeDefault", "Localhost"):
        missing.append("seccompProfile: RuntimeDefault")
    return missing


def nowhere_to_write(context: CheckContext) -> Iterator[Finding]:
    """SEC-07: the root of a container is read-only, and nothing can be written at ``/tmp``."""
    for item, path, container in context.containers:
        if get(container, ("securityContext", "readOnlyRootFilesystem")) is not True:
            continue
        mounts = [mapping(mount) for mount in sequence(container.get("volumeMounts"))]
        writable = {
            str(mount.get("mountPath")).rstrip("/") or "/"
            for mount in mounts
            if not mount.get("readOnly")
        }
        if not writable & {"/tmp", "/"}:  # noqa: S108 - a path in a container
            yield SEC_07.found(
                item,
                (*path, "securityContext", "readOnlyRootFilesystem"),
                msg("Container %(name)s cannot write to /tmp.", name=container.get("name")),
            )


def volumes_of_others(context: CheckContext) -> Iterator[Finding]:
    """SEC-09: a claim is written to by a user that is not root, and no group gives access to it.

    The user is told by ``runAsUser``, or by the image where that was inspected. OpenShift runs
    containers as a number of its own choice in group 0; ``fsGroup`` helps in both cases. The fix
    takes the group that the pod runs as, or its user's number, where the manifest says them.
    """
    for workload in context.workloads:
        pod = mapping(workload.spec.get("securityContext"))
        if pod.get("fsGroup") is not None or not _claims(workload.item.body, workload.spec):
            continue
        users = [_user(context, pod, container) for _path, container in workload.running]
        if users and all(isinstance(user, int) and user > 0 for user in users):
            yield SEC_09.found(
                workload.item,
                workload.path,
                msg("%(name)s may not write to its volumes.", name=workload.item.label),
                fixable=group_for(workload.spec) is not None,
            )


def _user(context: CheckContext, pod: Mapping[str, Any], container: Mapping[str, Any]) -> Any:
    """The number of the user that a container runs as, if the manifest or its image says it."""
    said = mapping(container.get("securityContext")).get("runAsUser", pod.get("runAsUser"))
    if said is not None:
        return said
    image = container.get("image")
    known = context.image_facts(image) if isinstance(image, str) else None
    user = known.user.partition(":")[0] if known is not None else ""
    return int(user) if user.isascii() and user.isdigit() else None


def group_for(spec: Mapping[str, Any]) -> int | None:
    """The group that all containers of a pod run as, else their common user's number."""
    pod = mapping(spec.get("securityContext"))
    for field in ("runAsGroup", "runAsUser"):
        numbers = [
            mapping(mapping(container).get("securityContext")).get(field, pod.get(field))
            for container in sequence(spec.get("containers"))
        ]
        first = numbers[0] if numbers else None
        if isinstance(first, int) and first > 0 and all(number == first for number in numbers):
            return first
    return None


def _claims(body: Mapping[str, Any], spec: Mapping[str, Any]) -> bool:
    return bool(sequence(get(dict(body), ("spec", "volumeClaimTemplates")))) or any(
        "persistentVolumeClaim" in mapping(volume) for volume in sequence(spec.get("volumes"))
    )

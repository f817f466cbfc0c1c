"""What a rehearsal may never run, whoever asks.

A source may say anything: it is data. What is *played* is emitted anew from an allow-list, and a
field that would give a container power over the worker's host refuses the rehearsal. Nothing
here depends on what Podman happens to ignore.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from migrations_app.domain.errors import Problem
from migrations_app.domain.manifests.resources import mapping, sequence
from migrations_app.domain.messages import msg
from migrations_app.domain.places import Place

ALLOWED_CAPABILITIES = frozenset(
    {
        *("AUDIT_WRITE", "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL"),
        *("NET_BIND_SERVICE", "SETFCAP", "SETGID", "SETPCAP", "SETUID", "SYS_CHROOT"),
    }
)
"""Podman's own defaults and AUDIT_WRITE: none of them reaches out of a container."""

HOST_NAMESPACES = ("hostNetwork", "hostPID", "hostIPC")


_OF_THE_POD_ALONE = frozenset({"net.ipv4.ip_unprivileged_port_start"})
"""Kernel parameters of the network that a pod has for itself (that of the host is refused)."""


def violations(label: str, pod_spec: dict[str, Any]) -> Iterator[Problem]:
    """Every reason why this pod may not be played, with its path in the pod's specification."""
    for field in HOST_NAMESPACES:
        if pod_spec.get(field):
            yield _problem(
                "policy.host_namespace",
                msg(
                    "%(object)s asks for the host's own namespace (%(field)s).",
                    object=label,
                    field=field,
                ),
                label,
                f"/{field}",
            )
    sysctls = sequence(mapping(pod_spec.get("securityContext")).get("sysctls"))
    set_names = [str(item.get("name")) for item in sysctls if isinstance(item, dict)]
    if any(name not in _OF_THE_POD_ALONE for name in set_names):
        names = ", ".join(set_names)
        yield _problem(
            "policy.sysctls",
            msg("%(object)s sets kernel parameters (%(names)s).", object=label, names=names),
            label,
            "/securityContext/sysctls",
        )
    for field in ("initContainers", "containers"):
        for index, container in enumerate(sequence(pod_spec.get(field))):
            yield from _container_violations(label, f"/{field}/{index}", mapping(container))


def _container_violations(label: str, path: str, container: dict[str, Any]) -> Iterator[Problem]:
    name = container.get("name", "?")
    security = mapping(container.get("securityContext"))
    if security.get("privileged"):
        yield _problem(
            "policy.privileged",
            msg("Container %(name)s of %(object)s is privileged.", name=name, object=label),
            label,
            f"{path}/securityContext/privileged",
        )
    if security.get("procMount") not in (None, "Default"):
        yield _problem(
            "policy.proc_mount",
            msg("Container %(name)s of %(object)s unmasks /proc.", name=name, object=label),
            label,
            f"{path}/securityContext/procMount",
        )
    for added in sequence(mapping(security.get("capabilities")).get("add")):
        capability = str(added).upper().removeprefix("CAP_")
        if capability not in ALLOWED_CAPABILITIES:
            yield _problem(
                "policy.capability",
                msg(
                    "Container %(name)s of %(object)s adds the capability %(capability)s.",
                    name=name,
                    object=label,
                    capability=capability,
                ),
                label,
                f"{path}/securityContext/capabilities/add",
            )
    for device in sequence(container.get("volumeDevices")):
        yield _problem(
            "policy.device",
            msg(
                "Container %(name)s of %(object)s uses the block device %(device)s.",
                name=name,
                object=label,
                device=mapping(device).get("devicePath", "?"),
            ),
            label,
            f"{path}/volumeDevices",
        )
    for kind in ("limits", "requests"):
        for resource in mapping(mapping(container.get("resources")).get(kind)):
            if resource not in ("cpu", "memory", "ephemeral-storage"):
                yield _problem(
                    "policy.device",
                    msg(
                        "Container %(name)s of %(object)s asks for the device %(device)s.",
                        name=name,
                        object=label,
                        device=resource,
                    ),
                    label,
                    f"{path}/resources/{kind}",
                )


def _problem(code: str, message: Any, label: str, path: str) -> Problem:
    return Problem(code, message, Place(object=label, path=path))

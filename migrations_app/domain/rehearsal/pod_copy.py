"""One container as it is played: limits, user, capabilities."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from migrations_app.domain.messages import msg
from migrations_app.domain.quantities import Quantity
from migrations_app.domain.rehearsal.values import Deviation

DEFAULT_MEMORY_LIMIT = 1024**3
"""Bytes. No rehearsal may eat its host: a container without a limit gets this one."""

_INHERITED = ("runAsUser", "runAsGroup")


def pod_security(spec: Mapping[str, Any]) -> Mapping[str, Any]:
    """What containers inherit from the pod's security context."""
    context = spec.get("securityContext") or {}
    return {key: context[key] for key in _INHERITED if key in context}


def container_copy(
    container: Mapping[str, Any], inherited: Mapping[str, Any]
) -> tuple[dict[str, Any], list[Deviation]]:
    """The plain fields of a container (no image, words, variables or mounts), and deviations."""
    copy: dict[str, Any] = {}
    for key in ("workingDir", "tty", "stdin"):
        if container.get(key):
            copy[key] = container[key]
    if security := _security(container, inherited):
        copy["securityContext"] = security
    resources, deviations = _resources(container)
    copy["resources"] = resources
    if container.get("lifecycle"):
        hooks = ", ".join(sorted(container["lifecycle"]))
        deviations.append(
            Deviation(
                msg("Lifecycle hooks not run"), f"{container.get('name')}: {hooks}", msg("none")
            )
        )
    return copy, deviations


def _security(container: Mapping[str, Any], inherited: Mapping[str, Any]) -> dict[str, Any]:
    own = container.get("securityContext") or {}
    security: dict[str, Any] = dict(inherited)
    for key in (*_INHERITED, "readOnlyRootFilesystem", "allowPrivilegeEscalation"):
        if key in own:
            security[key] = own[key]
    capabilities = own.get("capabilities") or {}
    kept = {
        side: [str(name).upper().removeprefix("CAP_") for name in capabilities[side]]
        for side in ("add", "drop")
        if capabilities.get(side)
    }
    if kept:
        security["capabilities"] = kept
    return security


def _resources(container: Mapping[str, Any]) -> tuple[dict[str, Any], list[Deviation]]:
    written = container.get("resources") or {}
    limits = written.get("limits") or {}
    requests = written.get("requests") or {}
    played: dict[str, Any] = {}
    deviations: list[Deviation] = []
    if "memory" in limits:
        played["memory"] = str(Quantity.parse(str(limits["memory"])).to_bytes())
    else:
        played["memory"] = str(DEFAULT_MEMORY_LIMIT)
        deviations.append(
            Deviation(
                msg("Memory limit added for the host's sake"),
                msg("%(container)s: no limit", container=container.get("name")),
                "1Gi",
            )
        )
    if "cpu" in limits:
        played["cpu"] = str(limits["cpu"])
    emitted: dict[str, Any] = {"limits": played}
    if "memory" in requests:
        emitted["requests"] = {"memory": str(Quantity.parse(str(requests["memory"])).to_bytes())}
    return emitted, deviations

"""What the levels of Pod Security forbid, and how a pod does without it.

Source: Kubernetes documentation, "Pod Security Standards". Only what can go without anything else
in its place is taken away; a path of the host stays, and stays a finding.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from migrations_app.domain.bundle import Object, Objects
from migrations_app.domain.manifests.build_security import SAFE_SYSCTLS
from migrations_app.domain.manifests.resources import (
    CONTAINER_LISTS,
    map_pod_specs,
    map_spec_containers,
    mapping,
    sequence,
)
from migrations_app.domain.provenance import Step
from migrations_app.domain.transforms.aims import Aim

BASELINE_CAPABILITIES = frozenset(
    {
        "AUDIT_WRITE",
        "CHOWN",
        "DAC_OVERRIDE",
        "FOWNER",
        "FSETID",
        "KILL",
        "MKNOD",
        "NET_BIND_SERVICE",
        "SETFCAP",
        "SETGID",
        "SETPCAP",
        "SETUID",
        "SYS_CHROOT",
    }
)
RESTRICTED_CAPABILITIES = frozenset({"NET_BIND_SERVICE"})
ALLOWED_CAPABILITIES: Mapping[str, frozenset[str] | None] = {
    "restricted": RESTRICTED_CAPABILITIES,
    "baseline": BASELINE_CAPABILITIES,
    "none": None,
}
"""Level → the capabilities that may be added; None: any."""

_SELINUX_TYPES = frozenset(
    {"", "container_t", "container_init_t", "container_kvm_t", "container_engine_t"}
)
_HOST_NAMESPACES = ("hostNetwork", "hostPID", "hostIPC")
_PROFILES = ("seccompProfile", "appArmorProfile")


def is_windows(spec: Mapping[str, Any]) -> bool:
    """Pods for Windows have other means, and the levels ask less of them."""
    return bool(mapping(spec.get("os")).get("name") == "windows")


def change_security(holder: Mapping[str, Any], changed: Mapping[str, Any]) -> Mapping[str, Any]:
    """A pod or container with another ``securityContext``; the same one if that is no other."""
    if changed == mapping(holder.get("securityContext")):
        return holder
    if not changed:
        return {key: value for key, value in holder.items() if key != "securityContext"}
    return {**holder, "securityContext": dict(changed)}


@dataclass(frozen=True, slots=True)
class KeepToLevel:
    """Take away what a level forbids: privileges, namespaces and ports of the host, profiles."""

    step: Step
    aim: Aim
    level: str

    def __call__(self, objects: Objects) -> Sequence[Object | None]:
        return map_pod_specs(objects, self._pod)

    def _pod(self, _body: Object, spec: dict[str, Any]) -> Mapping[str, Any]:
        if is_windows(spec):
            return spec
        changed = map_spec_containers(spec, self._container)
        names = [
            mapping(container).get("name")
            for key in CONTAINER_LISTS
            for container in sequence(spec.get(key))
        ]
        return self._shared(changed) if all(map(self.aim.hits, names)) else changed

    def _shared(self, spec: Mapping[str, Any]) -> Mapping[str, Any]:
        """Without what all containers of a pod share with the host."""
        if any(spec.get(key) for key in _HOST_NAMESPACES):
            spec = {key: value for key, value in spec.items() if key not in _HOST_NAMESPACES}
        security = mapping(spec.get("securityContext"))
        changed = _confined(security)
        sysctls = sequence(security.get("sysctls"))
        safe = [item for item in sysctls if mapping(item).get("name") in SAFE_SYSCTLS]
        if len(safe) < len(sysctls):
            changed = {**changed, "sysctls": safe}
            if not safe:
                del changed["sysctls"]
        return change_security(spec, changed)

    def _container(self, container: Mapping[str, Any]) -> Mapping[str, Any]:
        if not self.aim.hits(container.get("name")):
            return container
        security = mapping(container.get("securityContext"))
        changed = _confined(security)
        if changed.get("privileged"):
            del changed["privileged"]
        if changed.get("procMount") not in (None, "Default"):
            del changed["procMount"]
        allowed = ALLOWED_CAPABILITIES[self.level]
        capabilities = mapping(changed.get("capabilities"))
        added = sequence(capabilities.get("add"))
        if allowed is not None and any(name not in allowed for name in added):
            kept = {**capabilities, "add": [name for name in added if name in allowed]}
            changed["capabilities"] = {key: value for key, value in kept.items() if value}
            if not changed["capabilities"]:
                del changed["capabilities"]
        result = _without_host_ports(change_security(container, changed))
        return _one_way(result) if security.get("privileged") else result


def _confined(security: Mapping[str, Any]) -> dict[str, Any]:
    """Without profiles that are none, and SELinux types that a level does not know."""
    changed = dict(security)
    for key in _PROFILES:
        if mapping(changed.get(key)).get("type") == "Unconfined":
            del changed[key]
    options = mapping(changed.get("seLinuxOptions"))
    kept = {
        key: value
        for key, value in options.items()
        if key == "level" or (key == "type" and value in _SELINUX_TYPES)
    }
    if len(kept) < len(options):
        changed["seLinuxOptions"] = kept
        if not kept:
            del changed["seLinuxOptions"]
    return changed


def _one_way(container: Mapping[str, Any]) -> Mapping[str, Any]:
    """Only a privileged container may hand its mounts on to its host; any may see the host's."""
    mounts = sequence(container.get("volumeMounts"))
    if not any(mapping(mount).get("mountPropagation") == "Bidirectional" for mount in mounts):
        return container
    kept = [
        {**mount, "mountPropagation": "HostToContainer"}
        if mapping(mount).get("mountPropagation") == "Bidirectional"
        else mount
        for mount in mounts
    ]
    return {**container, "volumeMounts": kept}


def _without_host_ports(container: Mapping[str, Any]) -> Mapping[str, Any]:
    """Ports of the host go; the port of the container stays, for Services to lead to."""
    ports = sequence(container.get("ports"))
    if not any(mapping(port).get("hostPort") for port in ports):
        return container
    kept = [
        {key: value for key, value in port.items() if key not in ("hostPort", "hostIP")}
        if isinstance(port, dict) and port.get("hostPort")
        else port
        for port in ports
    ]
    return {**container, "ports": kept}

"""Ports below 1024, for users that are not root.

A capability that is added to a container is of no use to such a user under CRI-O and containerd,
so the network of the pod lets everybody listen there. Pod Security allows that.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from migrations_app.domain.bundle import Object, Objects
from migrations_app.domain.manifests.resources import map_pod_specs, mapping, sequence
from migrations_app.domain.provenance import Step
from migrations_app.domain.transforms.aims import Aim
from migrations_app.domain.transforms.pod_security import change_security, is_windows

FIRST_HIGH_PORT = 1024
_SYSCTL = "net.ipv4.ip_unprivileged_port_start"
_LISTS = ("initContainers", "containers")


def low_ports(container: Mapping[str, Any]) -> list[int]:
    """The ports of a container that are only for the privileged, unless somebody opens them."""
    numbers = [mapping(port).get("containerPort") for port in sequence(container.get("ports"))]
    return [port for port in numbers if isinstance(port, int) and 0 < port < FIRST_HIGH_PORT]


@dataclass(frozen=True, slots=True)
class OpenLowPorts:
    """Let a pod's containers listen on the lowest port they declare, whoever they run as."""

    step: Step
    aim: Aim

    def __call__(self, objects: Objects) -> Sequence[Object | None]:
        return map_pod_specs(objects, self._pod)

    def _pod(self, _body: Object, spec: dict[str, Any]) -> Mapping[str, Any]:
        if spec.get("hostNetwork") or is_windows(spec):
            return spec
        ports = [
            port
            for key in _LISTS
            for container in sequence(spec.get(key))
            if isinstance(container, dict) and self.aim.hits(container.get("name"))
            for port in low_ports(container)
        ]
        security = mapping(spec.get("securityContext"))
        sysctls = sequence(security.get("sysctls"))
        if not ports or any(mapping(item).get("name") == _SYSCTL for item in sysctls):
            return spec
        opened = {"name": _SYSCTL, "value": str(min(ports))}
        return change_security(spec, {**security, "sysctls": [*sysctls, opened]})

"""The probes of a pod as plans, with the defaults a kubelet would use."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from migrations_app.domain.rehearsal.values import ProbeAction, ProbeKind, ProbePlan

_FIELDS = {
    "startupProbe": ProbeKind.STARTUP,
    "readinessProbe": ProbeKind.READINESS,
    "livenessProbe": ProbeKind.LIVENESS,
}


def probe_plans(containers: list[Mapping[str, Any]]) -> Iterator[ProbePlan]:
    """Every probe of the long-running containers; probes without an action are left out."""
    for container in containers:
        for field, kind in _FIELDS.items():
            probe = container.get(field)
            if isinstance(probe, dict) and (action := _action(container, probe)):
                yield ProbePlan(
                    container=str(container.get("name", "")), kind=kind, **action, **_timing(probe)
                )


def _timing(probe: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "initial_delay": float(probe.get("initialDelaySeconds") or 0),
        "period": float(probe.get("periodSeconds") or 10),
        "timeout": float(probe.get("timeoutSeconds") or 1),
        "success_threshold": int(probe.get("successThreshold") or 1),
        "failure_threshold": int(probe.get("failureThreshold") or 3),
    }


def _action(container: Mapping[str, Any], probe: Mapping[str, Any]) -> dict[str, Any] | None:
    if http := probe.get("httpGet"):
        headers = tuple(
            (str(header.get("name")), str(header.get("value") or ""))
            for header in http.get("httpHeaders") or ()
        )
        return {
            "action": ProbeAction.HTTP,
            "port": _port(container, http.get("port")),
            "path": str(http.get("path") or "/"),
            "scheme": str(http.get("scheme") or "HTTP"),
            "host": str(http.get("host") or ""),
            "headers": headers,
        }
    if tcp := probe.get("tcpSocket"):
        return {
            "action": ProbeAction.TCP,
            "port": _port(container, tcp.get("port")),
            "host": str(tcp.get("host") or ""),
        }
    if execute := probe.get("exec"):
        command = tuple(str(word) for word in execute.get("command") or ())
        return {"action": ProbeAction.EXEC, "command": command}
    if grpc := probe.get("grpc"):
        return {"action": ProbeAction.GRPC, "port": _port(container, grpc.get("port"))}
    return None


def _port(container: Mapping[str, Any], port: Any) -> int:
    """A port number; a name is looked up among the container's ports; 0 if it leads nowhere."""
    if isinstance(port, int):
        return port
    if isinstance(port, str) and port.isdigit():
        return int(port)
    for declared in container.get("ports") or ():
        if declared.get("name") == port:
            return int(declared.get("containerPort") or 0)
    return 0

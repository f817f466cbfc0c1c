"""The ``probes`` section of a preset: readiness, liveness and start-up.

A probe is given in full, or comes from the container's Podman health check (``fromHealthcheck``)
or from its first port (``fromPorts``); ``none`` takes it away. What the source has stays where the
preset says nothing, and where a word finds nothing to make a probe of.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from migrations_app.domain.bundle import Object, Objects, object_label
from migrations_app.domain.manifests.probes import health_check, probes_from_healthcheck
from migrations_app.domain.manifests.resources import map_pod_specs, sequence
from migrations_app.domain.provenance import Step

FIELDS = {
    "readiness": "readinessProbe",
    "liveness": "livenessProbe",
    "startup": "startupProbe",
}
_TO_THE_END = frozenset({"Job", "CronJob"})

HealthChecks = Mapping[tuple[str, str], Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class AddProbes:
    """``probes`` for every container that keeps running, ``containers`` by name."""

    step: Step
    probes: Mapping[str, Any] = field(default_factory=dict)
    containers: Mapping[str, Mapping[str, Any] | None] = field(default_factory=dict)
    health_checks: HealthChecks = field(default_factory=dict)

    @classmethod
    def of(cls, section: Mapping[str, Any], step: Step, health_checks: HealthChecks) -> AddProbes:
        """Make the transform from a preset's section."""
        return cls(
            step,
            {kind: section[kind] for kind in FIELDS if kind in section},
            section.get("containers") or {},
            health_checks,
        )

    def __call__(self, objects: Objects) -> Sequence[Object | None]:
        return map_pod_specs(objects, self._pod)

    def _pod(self, body: Object, spec: dict[str, Any]) -> Mapping[str, Any]:
        listed = spec.get("containers")
        if not isinstance(listed, list) or body.get("kind") in _TO_THE_END:
            return spec
        changed = [
            self._container(body, item) if isinstance(item, dict) else item for item in listed
        ]
        if all(new is old for new, old in zip(changed, listed, strict=True)):
            return spec
        return {**spec, "containers": changed}

    def _container(self, body: Object, container: Mapping[str, Any]) -> Mapping[str, Any]:
        name = str(container.get("name"))
        wanted = {**self.probes, **(self.containers.get(name) or {})}
        result = container
        for kind, probe in wanted.items():
            made = self._probe(kind, probe, body, container)
            target = FIELDS[kind]
            if made is None:
                if target in result:
                    result = {key: value for key, value in result.items() if key != target}
            elif made and result.get(target) != made:
                result = {**result, target: made}
        return result

    def _probe(
        self, kind: str, probe: Any, body: Object, container: Mapping[str, Any]
    ) -> dict[str, Any] | None:
        """The probe to set; None takes it away, an empty one leaves what is there."""
        if probe is None or probe == "none":
            return None
        if probe == "fromHealthcheck":
            facts = self.health_checks.get((object_label(body), str(container.get("name"))))
            made = probes_from_healthcheck(health_check(facts)) if facts else {}
            return made.get(FIELDS[kind], {})
        if probe == "fromPorts":
            return _from_ports(container)
        return _resolved(probe, container)


def _from_ports(container: Mapping[str, Any]) -> dict[str, Any]:
    for port in sequence(container.get("ports")):
        if isinstance(port, dict) and str(port.get("protocol") or "TCP") == "TCP":
            return {"tcpSocket": {"port": port.get("name") or port.get("containerPort")}}
    return {}


def _resolved(probe: Mapping[str, Any], container: Mapping[str, Any]) -> dict[str, Any]:
    """A named port that the container does not have is its only port; otherwise it is left out.

    A probe on a port that nobody listens on would keep a sound container from ever being ready.
    """
    for action in ("httpGet", "tcpSocket"):
        target = probe.get(action)
        if not isinstance(target, Mapping) or not isinstance(target.get("port"), str):
            continue
        ports = [port for port in sequence(container.get("ports")) if isinstance(port, dict)]
        if any(port.get("name") == target["port"] for port in ports):
            return dict(probe)
        tcp = [port for port in ports if str(port.get("protocol") or "TCP") == "TCP"]
        if len(tcp) != 1:
            return {}
        return {**probe, action: {**target, "port": tcp[0].get("containerPort")}}
    return dict(probe)

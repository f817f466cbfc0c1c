"""The ``probes`` section of a preset: readiness, liveness and start-up.

A probe is given in full, or comes from the container's Podman health check (``fromHealthcheck``)
or from its first port (``fromPorts``); ``none`` takes it away. What the source has stays where the
preset says nothing, and where a word finds nothing to make a probe of. A probe that says only when
to ask, not how, is laid over the source's; where the source has none there is none.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from migrations_app.domain.bundle import Facts, Object, Objects, object_label
from migrations_app.domain.manifests.probes import health_check, probes_from_healthcheck
from migrations_app.domain.manifests.resources import map_pod_specs, mapping, sequence
from migrations_app.domain.presets.layering import Settings
from migrations_app.domain.presets.sections.probes import PROBE_ACTIONS
from migrations_app.domain.provenance import Step
from migrations_app.domain.transforms.base import Transform

FIELDS = {
    "readiness": "readinessProbe",
    "liveness": "livenessProbe",
    "startup": "startupProbe",
}
NAMED_PORT_ACTIONS = ("httpGet", "tcpSocket")
_TO_THE_END = frozenset({"Job", "CronJob"})

HealthChecks = Mapping[tuple[str, str], Mapping[str, Any]]
ContainerProbes = Mapping[str, Mapping[str, Any] | None]


def transforms(
    settings: Settings, facts: Facts, _answers: Mapping[str, str]
) -> Iterator[Transform]:
    """What the section ``probes`` asks for."""
    section = settings.section("probes")
    named: Mapping[str, Any] = section.get("containers") or {}
    for step, paths in settings.shares("probes"):
        common = {
            kind: section[kind]
            for kind in FIELDS
            if kind in section and settings.step("probes", kind) == step
        }
        own = {
            name: {
                kind: probe
                for kind, probe in probes.items()
                if settings.step("probes", ("containers", name, kind)) == step
            }
            for name, probes in named.items()
            if probes and any(path[:2] == ("containers", name) for path in paths)
        }
        if common or any(own.values()):
            yield AddProbes(step, common, own, facts.healthchecks, named)


def keeps_running(body: Mapping[str, Any], spec: Mapping[str, Any]) -> bool:
    """Whether the workload's containers are meant to run on, so that probing them makes sense."""
    if body.get("kind") == "Pod":
        return spec.get("restartPolicy") not in ("Never", "OnFailure")
    return body.get("kind") not in _TO_THE_END


def first_port(container: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The first TCP port that a container declares."""
    return next(iter(_tcp_ports(container)), None)


@dataclass(frozen=True, slots=True)
class AddProbes:
    """``probes`` for every container that keeps running, ``containers`` by name.

    A probe that is given in full takes the place of the source's. ``fromPorts`` for all containers
    fills in only what a container lacks: the source's own probe knows more than a port.

    named: what the presets of other steps say by container name; ``probes`` leaves that alone.
    """

    step: Step
    probes: Mapping[str, Any] = field(default_factory=dict)
    containers: ContainerProbes = field(default_factory=dict)
    health_checks: HealthChecks = field(default_factory=dict)
    named: ContainerProbes = field(default_factory=dict)

    def __call__(self, objects: Objects) -> Sequence[Object | None]:
        return map_pod_specs(objects, self._pod)

    def _pod(self, body: Object, spec: dict[str, Any]) -> Mapping[str, Any]:
        listed = spec.get("containers")
        if not isinstance(listed, list) or not keeps_running(body, spec):
            return spec
        changed = [
            self._container(body, item) if isinstance(item, dict) else item for item in listed
        ]
        if all(new is old for new, old in zip(changed, listed, strict=True)):
            return spec
        return {**spec, "containers": changed}

    def _container(self, body: Object, container: dict[str, Any]) -> dict[str, Any]:
        name = str(container.get("name"))
        own = self.containers.get(name) or {}
        elsewhere = self.named.get(name) or {}
        result = container
        for kind, target in FIELDS.items():
            if kind in own:
                made = self._named_probe(kind, own[kind], body, container)
            elif kind in self.probes and kind not in elsewhere:
                made = self._common_probe(kind, self.probes[kind], body, container)
            else:
                continue
            result = _with_probe(result, target, made)
        return result

    def _named_probe(
        self, kind: str, probe: Any, body: Object, container: Mapping[str, Any]
    ) -> dict[str, Any] | None:
        if isinstance(probe, Mapping):
            whole = _whole(kind, probe, container)
            return resolved(whole, container) or dict(whole)
        return self._word(kind, probe, body, container)

    def _common_probe(
        self, kind: str, probe: Any, body: Object, container: Mapping[str, Any]
    ) -> dict[str, Any] | None:
        if isinstance(probe, Mapping):
            return resolved(_whole(kind, probe, container), container)
        if probe == "fromPorts" and container.get(FIELDS[kind]):
            return {}
        return self._word(kind, probe, body, container)

    def _word(
        self, kind: str, word: Any, body: Object, container: Mapping[str, Any]
    ) -> dict[str, Any] | None:
        """The probe that a word stands for; None takes it away, an empty one leaves it alone."""
        if word == "fromHealthcheck":
            facts = self.health_checks.get((object_label(body), str(container.get("name"))))
            made = probes_from_healthcheck(health_check(facts)) if facts else {}
            return made.get(FIELDS[kind], {})
        if word == "fromPorts":
            return from_ports(container)
        return None


def _whole(kind: str, probe: Mapping[str, Any], container: Mapping[str, Any]) -> Mapping[str, Any]:
    """A probe that says how to ask; one that says when alone is laid over the source's, if any."""
    if PROBE_ACTIONS & probe.keys():
        return probe
    there = mapping(container.get(FIELDS[kind]))
    return {**there, **probe} if PROBE_ACTIONS & there.keys() else {}


def from_ports(container: Mapping[str, Any]) -> dict[str, Any]:
    """A connection to the first TCP port; empty without one."""
    port = first_port(container)
    if port is None:
        return {}
    return {"tcpSocket": {"port": port.get("name") or port.get("containerPort")}}


def resolved(probe: Mapping[str, Any], container: Mapping[str, Any]) -> dict[str, Any]:
    """A named port that the container does not have is its only port; else there is no probe.

    A probe on a port that nobody listens on would keep a sound container from ever being ready.
    """
    for action in NAMED_PORT_ACTIONS:
        target = probe.get(action)
        if not isinstance(target, Mapping) or not isinstance(target.get("port"), str):
            continue
        if target["port"].isdigit():
            return {**probe, action: {**target, "port": int(target["port"])}}
        if any(
            mapping(port).get("name") == target["port"] for port in sequence(container.get("ports"))
        ):
            continue
        ports = _tcp_ports(container)
        if len(ports) != 1:
            return {}
        return {**probe, action: {**target, "port": ports[0].get("containerPort")}}
    return dict(probe)


def _tcp_ports(container: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [
        port
        for port in sequence(container.get("ports"))
        if isinstance(port, dict)
        and port.get("containerPort")
        and str(port.get("protocol") or "TCP") == "TCP"
    ]


def _with_probe(
    container: dict[str, Any], target: str, made: dict[str, Any] | None
) -> dict[str, Any]:
    if made is None:
        if target not in container:
            return container
        return {key: value for key, value in container.items() if key != target}
    if not made or container.get(target) == made:
        return container
    return {**container, target: made}

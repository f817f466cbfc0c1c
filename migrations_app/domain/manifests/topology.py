"""Which workloads there are, and which Services lead to them: found once, in linear time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from migrations_app.domain.bundle import Object, object_label
from migrations_app.domain.manifests.resources import (
    get,
    mapping,
    name_of,
    namespace_of,
    pod_metadata,
    pod_spec,
    sequence,
)
from migrations_app.domain.places import Path

_TO_THE_END = frozenset({"Job", "CronJob", "PodTemplate"})
HEADLESS = "None"


@dataclass(frozen=True, slots=True)
class Workload:
    """A workload among the objects; ``labels`` are those of its pods."""

    index: int
    body: Object
    namespace: str
    name: str
    path: Path
    spec: Mapping[str, Any]
    labels: Mapping[str, Any]

    @property
    def kind(self) -> str:
        return str(self.body.get("kind"))

    @property
    def label(self) -> str:
        """``Deployment/shop``."""
        return object_label(self.body)

    @property
    def lasting(self) -> bool:
        """Whether its pods are there to be reached, rather than to end."""
        if self.kind == "Pod":
            return self.spec.get("restartPolicy") not in ("Never", "OnFailure")
        return self.kind not in _TO_THE_END

    @property
    def containers(self) -> list[dict[str, Any]]:
        """The containers that run beside each other."""
        return [item for item in sequence(self.spec.get("containers")) if isinstance(item, dict)]

    @property
    def selector(self) -> Mapping[str, Any]:
        """The labels by which its pods are told from others."""
        wanted = mapping(get(self.body, ("spec", "selector")))
        return mapping(wanted.get("matchLabels")) or self.labels

    def ports(self) -> Iterator[tuple[Mapping[str, Any], Mapping[str, Any]]]:
        """Every port with a number that a container declares, and the container."""
        for container in self.containers:
            for port in sequence(container.get("ports")):
                if isinstance(port, dict) and is_number(port.get("containerPort")):
                    yield container, port

    def port(self, wanted: Any, protocol: str = "TCP") -> Mapping[str, Any] | None:
        """The port with this name or number."""
        for _container, port in self.ports():
            if protocol_of(port) == protocol and wanted in (
                port["containerPort"],
                port.get("name"),
                str(port["containerPort"]),
            ):
                return port
        return None


@dataclass(frozen=True, slots=True)
class Serving:
    """A Service, and the workloads (by their place among the workloads) that it leads to."""

    index: int
    body: Object
    namespace: str
    name: str
    workloads: frozenset[int]

    @property
    def ports(self) -> list[dict[str, Any]]:
        spec = mapping(self.body.get("spec"))
        return [item for item in sequence(spec.get("ports")) if isinstance(item, dict)]

    @property
    def headless(self) -> bool:
        return bool(get(self.body, ("spec", "clusterIP")) == HEADLESS)


@dataclass(frozen=True, slots=True)
class Topology:
    """Workloads and Services; ``serving`` has, for each workload, the Services that lead to it."""

    workloads: tuple[Workload, ...]
    services: tuple[Serving, ...]
    serving: Mapping[int, tuple[Serving, ...]] = field(default_factory=dict)

    @classmethod
    def of(cls, objects: Sequence[Object]) -> Topology:
        workloads = tuple(_workloads(objects))
        pods: dict[tuple[str, str, str], set[int]] = defaultdict(set)
        for number, workload in enumerate(workloads):
            for key, value in workload.labels.items():
                pods[workload.namespace, str(key), str(value)].add(number)
        services: list[Serving] = []
        serving: dict[int, list[Serving]] = defaultdict(list)
        for index, body in enumerate(objects):
            if body.get("kind") != "Service" or body.get("apiVersion") != "v1":
                continue
            selector = mapping(get(body, ("spec", "selector")))
            space = namespace_of(body)
            sets = [pods.get((space, str(k), str(v)), set()) for k, v in selector.items()]
            fewest = min(sets, key=len, default=set())
            chosen = frozenset(number for number in fewest if all(number in s for s in sets))
            service = Serving(index, body, space, name_of(body), chosen)
            services.append(service)
            for number in service.workloads:
                serving[number].append(service)
        found = {number: tuple(items) for number, items in serving.items()}
        return cls(workloads, tuple(services), found)


def _workloads(objects: Sequence[Object]) -> Iterator[Workload]:
    for index, body in enumerate(objects):
        found = pod_spec(body)
        metadata = pod_metadata(body)
        if found is not None and metadata is not None and name_of(body):
            labels = mapping(metadata[1].get("labels"))
            path, spec = found
            yield Workload(index, body, namespace_of(body), name_of(body), path, spec, labels)


def protocol_of(port: Mapping[str, Any]) -> str:
    return str(port.get("protocol") or "TCP")


def target_of(port: Mapping[str, Any]) -> Any:
    """The container port, by name or number, that a port of a Service leads to."""
    target = port.get("targetPort")
    return port.get("port") if target in (None, "") else target


def is_number(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)

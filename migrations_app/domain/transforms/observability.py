"""The ``observability`` section of a preset: where metrics are, and names for ports.

A workload is asked for metrics where it has the port that is said, or, if none is said, a port
whose name says so (``metrics``, ``prometheus``). By its name a workload needs no such port if it
has but one. A monitor names its port; where no Service leads to the workload, a PodMonitor takes
the place of a ServiceMonitor.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from migrations_app.domain.bundle import Facts, Object, Objects
from migrations_app.domain.manifests.resources import (
    map_pod_specs,
    mapping,
    name_of,
    namespace_of,
    pod_metadata,
    replace_at,
    sequence,
)
from migrations_app.domain.manifests.topology import (
    Serving,
    Topology,
    Workload,
    is_number,
    protocol_of,
)
from migrations_app.domain.names import to_label
from migrations_app.domain.presets.layering import Settings
from migrations_app.domain.provenance import Step
from migrations_app.domain.transforms.base import Transform
from migrations_app.domain.transforms.by_workload import NONE, is_named, overlaid, said_of
from migrations_app.domain.transforms.exposure_routes import HTTP_NUMBERS

_MONITORS = "monitoring.coreos.com/v1"
_TELLING = ("metrics", "prometheus", "prom")
_USUAL_PATH = "/metrics"


def transforms(
    settings: Settings, _facts: Facts, _answers: Mapping[str, str]
) -> Iterator[Transform]:
    """What the section ``observability`` asks for."""
    whole = settings.section("observability")
    if whole.get("portNames"):
        yield NamePorts(settings.step("observability", "portNames"))
    for step, said in settings.stages("observability", "metrics", "port"):
        if set(said) - {"portNames"}:
            yield ShowMetrics(step, said, whole)


@dataclass(frozen=True, slots=True)
class NamePorts:
    """Ports of containers get names: ``http`` for the first that looks like it, else a number."""

    step: Step

    def __call__(self, objects: Objects) -> Sequence[Object | None]:
        return map_pod_specs(objects, _with_names)


def _with_names(_body: Object, spec: dict[str, Any]) -> Mapping[str, Any]:
    listed = sequence(spec.get("containers"))
    taken = {
        str(mapping(port).get("name"))
        for container in listed
        for port in sequence(mapping(container).get("ports"))
    }
    changed: list[Any] = []
    for container in listed:
        ports = sequence(mapping(container).get("ports"))
        named = [_with_name(port, taken) for port in ports]
        same = all(new is old for new, old in zip(named, ports, strict=True))
        changed.append(container if same else {**container, "ports": named})
    if all(new is old for new, old in zip(changed, listed, strict=True)):
        return spec
    return {**spec, "containers": changed}


def _with_name(port: Any, taken: set[str]) -> Any:
    if not isinstance(port, dict) or port.get("name") or not is_number(port.get("containerPort")):
        return port
    number, protocol = port["containerPort"], protocol_of(port)
    name = f"{protocol.lower()}-{number}"
    if protocol == "TCP" and number in HTTP_NUMBERS and "http" not in taken:
        name = "http"
    if name in taken:
        return port
    taken.add(name)
    return {**port, "name": name}


@dataclass(frozen=True, slots=True)
class ShowMetrics:
    """Annotations on pods, or a monitor, for each workload that has metrics.

    ``whole`` is the section as all presets say it, and decides who has; ``said`` is what the
    presets up to this step say.
    """

    step: Step
    said: Mapping[str, Any]
    whole: Mapping[str, Any]

    def __call__(self, objects: Objects) -> Sequence[Object | None]:
        topology = Topology.of(objects)
        results: list[Object | None] = list(objects)
        monitors = {
            (str(body.get("kind")), namespace_of(body), name_of(body)): index
            for index, body in enumerate(objects)
            if body.get("apiVersion") == _MONITORS
        }
        for number, workload in enumerate(topology.workloads):
            said, whole = said_of(self.said, workload.name), said_of(self.whole, workload.name)
            if said is None or not whole or whole.get("metrics") == NONE or not workload.lasting:
                continue
            port = self._port(workload, whole)
            if port is None:
                continue
            way = whole.get("metrics") or "annotations"
            if way == "annotations":
                results[workload.index] = _annotated(workload, port, said)
                continue
            made = _monitor_of(workload, topology.serving.get(number, ()), way, port, said)
            kind = made["kind"]
            at = monitors.get((kind, workload.namespace, name_of(made)))
            if at is None:
                results.append(made)
            else:
                results[at] = overlaid(objects[at], made)
        return results

    def _port(self, workload: Workload, whole: Mapping[str, Any]) -> Mapping[str, Any] | None:
        wanted = whole.get("port")
        if wanted is not None:
            return workload.port(wanted)
        ports = [port for _container, port in workload.ports() if protocol_of(port) == "TCP"]
        telling = [
            port for port in ports if any(word in str(port.get("name")) for word in _TELLING)
        ]
        if telling:
            return telling[0]
        return ports[0] if is_named(self.whole, workload.name) and len(ports) == 1 else None


def _labels(body: Object) -> Mapping[str, Any]:
    return mapping(mapping(body.get("metadata")).get("labels"))


def _annotated(workload: Workload, port: Mapping[str, Any], said: Mapping[str, Any]) -> Object:
    annotations = {
        "prometheus.io/scrape": "true",
        "prometheus.io/port": str(port["containerPort"]),
        "prometheus.io/path": said.get("path") or _USUAL_PATH,
        **({"prometheus.io/scheme": said["scheme"]} if said.get("scheme") else {}),
    }
    path = (*workload.path[:-1], "metadata")
    found = pod_metadata(workload.body)
    metadata = found[1] if found is not None else {}
    changed = overlaid(metadata, {"annotations": annotations})
    if changed is metadata:
        return workload.body
    body: Object = replace_at(workload.body, path, changed)
    return body


def _monitor_of(
    workload: Workload,
    serving: Sequence[Serving],
    way: str,
    port: Mapping[str, Any],
    said: Mapping[str, Any],
) -> Object:
    """A ServiceMonitor where it is wanted and a Service can be told by labels, else a PodMonitor.

    Two Services of the same labels, such as the headless one of a StatefulSet, would have every
    pod asked twice: then the one that is meant is told by its name.
    """
    told = sorted((item for item in serving if _labels(item.body)), key=lambda item: item.headless)
    if way != "serviceMonitor" or not told:
        return _monitor("PodMonitor", workload, workload.selector, port, said)
    service, *others = told
    labels = _labels(service.body)
    made = _monitor("ServiceMonitor", workload, labels, port, said)
    if any(labels.items() <= _labels(other.body).items() for other in others):
        (endpoint,) = made["spec"]["endpoints"]
        endpoint["relabelings"] = [
            {
                "action": "keep",
                "sourceLabels": ["__meta_kubernetes_service_name"],
                "regex": service.name,
            }
        ]
    return made


def _monitor(
    kind: str,
    workload: Workload,
    selector: Mapping[str, Any],
    port: Mapping[str, Any],
    said: Mapping[str, Any],
) -> Object:
    endpoint: dict[str, Any] = {"path": said.get("path") or _USUAL_PATH}
    if port.get("name") and kind == "PodMonitor":
        endpoint["port"] = port["name"]
    else:
        endpoint["targetPort"] = port.get("name") or port["containerPort"]
    for key in ("interval", "scheme"):
        if said.get(key):
            endpoint[key] = said[key]
    space = {"namespace": workload.namespace} if workload.namespace else {}
    endpoints = "endpoints" if kind == "ServiceMonitor" else "podMetricsEndpoints"
    return {
        "apiVersion": _MONITORS,
        "kind": kind,
        "metadata": {
            "name": to_label(workload.name),
            **space,
            "labels": {**workload.selector, **mapping(said.get("labels"))},
        },
        "spec": {"selector": {"matchLabels": dict(selector)}, endpoints: [endpoint]},
    }

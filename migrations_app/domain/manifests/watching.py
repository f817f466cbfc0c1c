"""Whom ServiceMonitors and PodMonitors among the objects ask for metrics, and at which ports."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from migrations_app.domain.bundle import Object
from migrations_app.domain.manifests.resources import get, group, mapping, namespace_of, sequence
from migrations_app.domain.manifests.topology import Serving, Topology, Workload, target_of

_GROUP = "monitoring.coreos.com"
_LISTS = {"ServiceMonitor": "endpoints", "PodMonitor": "podMetricsEndpoints"}

Labelled = Iterable[tuple[str, Mapping[str, Any]]]
"""Namespace and labels of one thing after the other."""


def watched_ports(
    objects: Sequence[Object], topology: Topology
) -> dict[int, tuple[tuple[str, Any], ...]]:
    """Workload (by its place) → protocol and number of the ports that monitors ask."""
    monitors = [body for body in objects if group(body) == _GROUP and body.get("kind") in _LISTS]
    if not monitors:
        return {}
    services = _Index((item.namespace, _labels(item.body)) for item in topology.services)
    pods = _Index((item.namespace, item.labels) for item in topology.workloads)
    found: dict[int, dict[tuple[str, Any], None]] = defaultdict(dict)
    for monitor in monitors:
        kind = str(monitor.get("kind"))
        chosen = mapping(get(monitor, ("spec", "selector", "matchLabels")))
        endpoints = [mapping(item) for item in sequence(get(monitor, ("spec", _LISTS[kind])))]
        space = namespace_of(monitor)
        asked: list[tuple[int, Serving | None]]
        if kind == "PodMonitor":
            asked = [(number, None) for number in pods.having(space, chosen)]
        else:
            asked = [
                (number, topology.services[place])
                for place in services.having(space, chosen)
                for number in sorted(topology.services[place].workloads)
            ]
        for number, service in asked:
            workload = topology.workloads[number]
            found[number] |= dict.fromkeys(_ports(workload, service, endpoints))
    return {number: tuple(ports) for number, ports in found.items() if ports}


def _ports(
    workload: Workload, service: Serving | None, endpoints: Iterable[Mapping[str, Any]]
) -> Iterator[tuple[str, Any]]:
    for endpoint in endpoints:
        wanted = endpoint.get("targetPort") or endpoint.get("portNumber")
        if wanted is None and service is not None:
            named = (item for item in service.ports if item.get("name") == endpoint.get("port"))
            wanted = next(map(target_of, named), None)
        port = workload.port(endpoint.get("port") if wanted is None else wanted)
        if port is not None:
            yield "TCP", port["containerPort"]


class _Index:
    """Things by their labels, so that a selector finds them without looking at all."""

    def __init__(self, labelled: Labelled) -> None:
        self._by_label: dict[tuple[str, str, str], set[int]] = defaultdict(set)
        for place, (space, labels) in enumerate(labelled):
            for key, value in labels.items():
                self._by_label[space, str(key), str(value)].add(place)

    def having(self, space: str, labels: Mapping[str, Any]) -> list[int]:
        """The places of those that have all these labels; none without any label."""
        sets = [self._by_label.get((space, str(k), str(v)), set()) for k, v in labels.items()]
        fewest: set[int] = min(sets, key=len, default=set())
        return sorted(place for place in fewest if all(place in one for one in sets))


def _labels(body: Object) -> Mapping[str, Any]:
    return mapping(get(body, ("metadata", "labels")))

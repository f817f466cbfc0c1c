"""NetworkPolicies: the ways in and out of the pods of one workload."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from migrations_app.domain.bundle import Object
from migrations_app.domain.manifests.peers import Peers
from migrations_app.domain.manifests.resources import (
    get,
    group,
    mapping,
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
    target_of,
)
from migrations_app.domain.manifests.watching import watched_ports
from migrations_app.domain.mends.references import OBJECT_REFERENCES, matches
from migrations_app.domain.names import to_label
from migrations_app.domain.transforms.by_workload import overlaid

CLOSED = "default-deny"
_NETWORK = "network.kakehashi.dev/"
_SPACE = "kubernetes.io/metadata.name"
_DNS = {"namespace": "kube-system", "labels": {"k8s-app": "kube-dns"}}
_PRIVATE = ["10.0.0.0/8", "100.64.0.0/10", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16"]
_PRIVATE_6 = ["fc00::/7", "fe80::/10"]
"""Addresses that no host of the internet has (RFC 1918, RFC 6598, RFC 3927, RFC 4193)."""

Ports = tuple[tuple[str, Any], ...]
"""Protocol and port, by name or number; none: all of them."""


@dataclass(frozen=True, slots=True)
class Ways:
    """Everything that policies are made of, found once for all workloads.

    callers: workload → the workloads that name a Service of it, with the ports of that.
    routed:  namespace and name of a Service → its ports that a route from outside leads to.
    watched: workload → the ports that monitors among the objects ask for metrics.
    """

    topology: Topology
    peers: Peers
    section: Mapping[str, Any]
    networks: Mapping[str, tuple[str, ...]]
    callers: Mapping[int, Mapping[int, Ports]]
    called: Mapping[int, Mapping[int, Ports]]
    routed: Mapping[tuple[str, str], frozenset[Any]]
    watched: Mapping[int, Ports]

    @classmethod
    def of(
        cls,
        objects: Sequence[Object],
        topology: Topology,
        peers: Peers,
        section: Mapping[str, Any],
        networks: Mapping[str, tuple[str, ...]],
    ) -> Ways:
        callers: dict[int, dict[int, Ports]] = defaultdict(dict)
        called: dict[int, dict[int, Ports]] = defaultdict(dict)
        for number, named in peers.named.items():
            for place in named.services:
                service = topology.services[place]
                ports = _ports_of(service)
                for other in sorted(service.workloads):
                    if other != number:
                        known = called[number].get(other, ())
                        both = tuple(dict.fromkeys((*known, *ports)))
                        called[number][other] = callers[other][number] = both
        if section.get("peers") == "references":
            networks = {}
        routed, watched = _routed(objects), watched_ports(objects, topology)
        return cls(topology, peers, section, networks, callers, called, routed, watched)


def policy_for(ways: Ways, number: int, said: Mapping[str, Any], *, world: bool) -> Object:
    """The policy of one workload."""
    workload = ways.topology.workloads[number]
    incoming = [rule for rule in _incoming(ways, number, workload) if rule is not None]
    outgoing = list(_outgoing(ways, number, workload, said, world=world))
    spec: dict[str, Any] = {
        "podSelector": {"matchLabels": dict(workload.selector)},
        "policyTypes": ["Ingress", "Egress"],
    }
    if incoming:
        spec["ingress"] = incoming
    if outgoing:
        spec["egress"] = outgoing
    return _policy(to_label(workload.name), workload.namespace, spec, workload.selector)


def closing(namespace: str) -> Object:
    """The policy that closes all pods of a namespace."""
    return _policy(CLOSED, namespace, {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}, {})


def with_network_labels(workload: Workload, networks: Sequence[str]) -> Object:
    """A workload whose pods carry a label for each of their networks."""
    found = pod_metadata(workload.body)
    if found is None:
        return workload.body
    path, metadata = found
    labels = dict.fromkeys(map(_label, networks), "true")
    changed = overlaid(metadata, {"labels": labels})
    if changed is metadata:
        return workload.body
    body: Object = replace_at(workload.body, path, changed)
    return body


def _label(network: str) -> str:
    return f"{_NETWORK}{to_label(network)}"


def _policy(
    name: str, namespace: str, spec: Mapping[str, Any], labels: Mapping[str, Any]
) -> Object:
    metadata: dict[str, Any] = {"name": name}
    if namespace:
        metadata["namespace"] = namespace
    if labels:
        metadata["labels"] = dict(labels)
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": metadata,
        "spec": spec,
    }


def _incoming(ways: Ways, number: int, workload: Workload) -> Iterator[dict[str, Any] | None]:
    own = tuple(
        dict.fromkeys((protocol_of(port), port["containerPort"]) for _c, port in workload.ports())
    )
    networks = ways.networks.get(workload.label, ())
    if networks:
        yield _rule("from", [_pods(None, {_label(name): "true"}) for name in networks], own)
    by_ports: dict[Ports, list[dict[str, Any]]] = defaultdict(list)
    for caller, ports in ways.callers.get(number, {}).items():
        by_ports[ports].append(_peer(ways.topology.workloads[caller], workload))
    for ports, callers in by_ports.items():
        yield _rule("from", callers, ports)
    yield from _from_outside(ways, number, workload)


def _from_outside(ways: Ways, number: int, workload: Workload) -> Iterator[dict[str, Any] | None]:
    serving = ways.topology.serving.get(number, ())
    controller = mapping(ways.section.get("ingressController"))
    for service in serving:
        routed = ways.routed.get((service.namespace, service.name))
        if routed is not None:
            peers = [_placed(controller)] if controller else [{"namespaceSelector": {}}]
            yield _rule("from", peers, _ports_of(service, routed))
    for service in serving:
        if get(service.body, ("spec", "type")) in ("NodePort", "LoadBalancer"):
            yield _rule("from", [], _ports_of(service))
    monitoring = mapping(ways.section.get("monitoring"))
    if monitoring:
        ports = ways.watched.get(number) or _metrics_ports(workload)
        if ports:
            yield _rule("from", [_placed(monitoring)], ports)


def _outgoing(
    ways: Ways, number: int, workload: Workload, said: Mapping[str, Any], *, world: bool
) -> Iterator[dict[str, Any]]:
    dns = {**_DNS, **mapping(ways.section.get("dns"))}
    yield _rule("to", [_placed(dns)], (("UDP", 53), ("TCP", 53)))
    networks = ways.networks.get(workload.label, ())
    if networks:
        yield _rule("to", [_pods(None, {_label(name): "true"}) for name in networks], ())
    for other, ports in ways.called.get(number, {}).items():
        yield _rule("to", [_peer(ways.topology.workloads[other], workload)], ports)
    addresses = [f"{address}/32" for address in ways.peers.named[number].addresses]
    blocks = [*addresses, *map(str, sequence(said.get("cidrs")))]
    if blocks:
        yield _rule("to", [{"ipBlock": {"cidr": block}} for block in dict.fromkeys(blocks)], ())
    if world:
        everywhere = [
            {"ipBlock": {"cidr": "0.0.0.0/0", "except": list(_PRIVATE)}},
            {"ipBlock": {"cidr": "::/0", "except": list(_PRIVATE_6)}},
        ]
        yield _rule("to", everywhere, ())


def _rule(side: str, peers: Sequence[Mapping[str, Any]], ports: Ports) -> dict[str, Any]:
    rule: dict[str, Any] = {}
    if peers:
        rule[side] = list(peers)
    if ports:
        rule["ports"] = [{"protocol": protocol, "port": port} for protocol, port in ports]
    return rule


def _peer(other: Workload, workload: Workload) -> dict[str, Any]:
    space = other.namespace if other.namespace != workload.namespace else None
    return _pods(space, other.selector)


def _placed(said: Mapping[str, Any]) -> dict[str, Any]:
    return _pods(said.get("namespace"), mapping(said.get("labels")))


def _pods(namespace: str | None, labels: Mapping[str, Any]) -> dict[str, Any]:
    peer: dict[str, Any] = {}
    if namespace:
        peer["namespaceSelector"] = {"matchLabels": {_SPACE: namespace}}
    if labels or not namespace:
        peer["podSelector"] = {"matchLabels": dict(labels)} if labels else {}
    return peer


def _ports_of(service: Serving, only: frozenset[Any] = frozenset()) -> Ports:
    """The ports of pods that a Service leads to; none of a headless one, which leads to all."""
    chosen = [item for item in service.ports if {item.get("name"), item.get("port")} & only]
    found = [(protocol_of(port), target_of(port)) for port in chosen or service.ports]
    return () if service.headless else tuple(dict.fromkeys(found))


def _metrics_ports(workload: Workload) -> Ports:
    metadata = pod_metadata(workload.body)
    annotations = mapping(metadata[1].get("annotations")) if metadata else {}
    scraped = str(annotations.get("prometheus.io/port") or "")
    if scraped.isdigit():
        return (("TCP", int(scraped)),)
    return tuple(
        ("TCP", port["containerPort"])
        for _container, port in workload.ports()
        if is_number(port["containerPort"]) and "metrics" in str(port.get("name"))
    )


def _routed(objects: Sequence[Object]) -> dict[tuple[str, str], frozenset[Any]]:
    """The Services that a route from outside leads to, and by which of their ports."""
    patterns = [pattern for to, pattern in OBJECT_REFERENCES if to == "Service"]
    found: dict[tuple[str, str], frozenset[Any]] = {}
    for body in objects:
        wanted: list[Any] = []
        if body.get("kind") == "Ingress":
            wanted = patterns
        elif group(body) == "gateway.networking.k8s.io":
            wanted = [("spec", "rules", "*", "backendRefs", "*", "name")]
        for pattern in wanted:
            for path in matches(body, pattern):
                service = (namespace_of(body), str(get(body, path)))
                port = get(body, (*path[:-1], "port"))
                ports = set(mapping(port).values()) if isinstance(port, Mapping) else {port}
                found[service] = found.get(service, frozenset()) | ports - {None}
    return found

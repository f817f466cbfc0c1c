"""The ``exposure`` section of a preset: Services for all ports, and routes from outside.

A Service is made for every port that a container declares and no Service leads to yet; its port is
the container's own, since that is what peers know. Ports of the host are closed: one pod per node
could have them, and a Service does what they did. From outside a workload is reached by an Ingress,
or by an HTTPRoute where Gateways are named, if its source opened a port on the host that looks
like HTTP. Which port that is, and which of several workloads answers at one host, is asked where
it cannot be told. What the source routes already stays as it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from migrations_app.domain.bundle import Facts, Object, Objects
from migrations_app.domain.manifests.resources import (
    map_containers,
    mapping,
    replace_at,
    sequence,
)
from migrations_app.domain.manifests.topology import (
    Serving,
    Topology,
    Workload,
    protocol_of,
    target_of,
)
from migrations_app.domain.names import is_port_name, to_service_name, unique
from migrations_app.domain.presets.layering import Settings
from migrations_app.domain.provenance import Step
from migrations_app.domain.transforms.base import Transform
from migrations_app.domain.transforms.by_workload import NONE, said_of
from migrations_app.domain.transforms.exposure_routes import AddRoutes

CLUSTER_IP = "ClusterIP"
_OF_OPEN_TYPES = (
    "externalTrafficPolicy",
    "healthCheckNodePort",
    "loadBalancerIP",
    "loadBalancerClass",
    "loadBalancerSourceRanges",
    "allocateLoadBalancerNodePorts",
)
"""What a Service may say only while its type opens it to outside."""


def transforms(settings: Settings, facts: Facts, answers: Mapping[str, str]) -> Iterator[Transform]:
    """What the section ``exposure`` asks for."""
    section = settings.section("exposure")
    if not section:
        return
    for step, said in settings.stages("exposure", "services"):
        yield AddServices(step, said, section)
    for step, said in settings.stages("exposure", "host"):
        yield AddRoutes(step, said, section, facts.published, answers)
    for step, said in settings.stages("exposure", "type"):
        yield TypeServices(step, said)
    if section.get("hostPorts") != "keep":
        yield CloseHostPorts(settings.step("exposure"))


@dataclass(frozen=True, slots=True)
class AddServices:
    """A Service for every declared port that none leads to, and the ports of all Services.

    A Service that leads to several workloads, or that has no address of its own, keeps its ports.
    """

    step: Step
    said: Mapping[str, Any]
    whole: Mapping[str, Any] = field(default_factory=dict)

    def __call__(self, objects: Objects) -> Sequence[Object | None]:
        topology = Topology.of(objects)
        results: list[Object | None] = list(objects)
        taken = {(service.namespace, service.name) for service in topology.services}
        for number, workload in enumerate(topology.workloads):
            said = said_of(self.said, workload.name)
            if said is None or said_of(self.whole, workload.name) is None or not workload.lasting:
                continue
            leading = topology.serving.get(number, ())
            missing = _missing(workload, leading)
            if said.get("services", "all") != NONE and missing and workload.labels:
                own = next((item for item in leading if item.name == workload.name), None)
                if own is not None and not own.headless:
                    there = [_surely_named(port) for port in own.ports]
                    grown = [*there, *_numbered(missing, there)]
                    body = mapping(results[own.index])
                    results[own.index] = replace_at(body, ("spec", "ports"), grown)
                else:
                    made = _service(workload, missing, taken)
                    results.append(_mapped(made, workload, said))
            for service in leading:
                if service.workloads == {number} and not service.headless:
                    body = mapping(results[service.index])
                    results[service.index] = _mapped(body, workload, said)
        return results


@dataclass(frozen=True, slots=True)
class TypeServices:
    """The type of Services that lead to one workload, and whether a client keeps to one pod."""

    step: Step
    said: Mapping[str, Any]

    def __call__(self, objects: Objects) -> Sequence[Object | None]:
        topology = Topology.of(objects)
        results: list[Object | None] = list(objects)
        for service in topology.services:
            if len(service.workloads) != 1 or service.headless:
                continue
            workload = topology.workloads[next(iter(service.workloads))]
            said = said_of(self.said, workload.name)
            if said is not None:
                results[service.index] = _typed(service.body, said)
        return results


def _missing(workload: Workload, leading: Sequence[Serving]) -> list[Mapping[str, Any]]:
    """The declared ports that no Service leads to, each once."""
    served = {(protocol_of(port), target_of(port)) for service in leading for port in service.ports}
    found: dict[tuple[str, int], Mapping[str, Any]] = {}
    for _container, port in workload.ports():
        protocol = protocol_of(port)
        number, name = port["containerPort"], port.get("name")
        if not served & {(protocol, number), (protocol, name), (protocol, str(number))}:
            found.setdefault((protocol, number), port)
    return list(found.values())


def _surely_named(port: dict[str, Any]) -> dict[str, Any]:
    """One port of several needs a name, which the only one need not have."""
    if port.get("name"):
        return port
    return {**port, "name": f"{protocol_of(port).lower()}-{port.get('port')}"}


def _numbered(
    ports: Sequence[Mapping[str, Any]], beside: Sequence[Mapping[str, Any]] = ()
) -> list[dict[str, Any]]:
    """Ports of a Service for container ports, each with a name of its own."""
    names = {str(port.get("name")) for port in beside}
    made: list[dict[str, Any]] = []
    for port in ports:
        number, protocol = port["containerPort"], protocol_of(port)
        named = str(port.get("name") or "")
        usual = f"{protocol.lower()}-{number}"
        name = named if is_port_name(named) and named not in names else usual
        names.add(name)
        made.append(
            {
                "name": name,
                "port": number,
                "protocol": protocol,
                "targetPort": named if is_port_name(named) else number,
            }
        )
    return made


def _service(
    workload: Workload, ports: Sequence[Mapping[str, Any]], taken: set[tuple[str, str]]
) -> Object:
    name = to_service_name(workload.name)
    if (workload.namespace, name) in taken:
        names = {name for space, name in taken if space == workload.namespace}
        name = unique(to_service_name(f"{workload.name}-ports"), names, workload.label)
    taken.add((workload.namespace, name))
    space = {"namespace": workload.namespace} if workload.namespace else {}
    selector = dict(workload.selector)
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": name, **space, "labels": selector},
        "spec": {"ports": _numbered(ports), "selector": selector, "type": CLUSTER_IP},
    }


def _typed(body: Object, said: Mapping[str, Any]) -> Object:
    spec = mapping(body.get("spec"))
    result = dict(spec)
    wanted = said.get("type")
    if wanted and spec.get("type", CLUSTER_IP) != wanted:
        result["type"] = wanted
    if wanted == CLUSTER_IP:
        result = {key: value for key, value in result.items() if key not in _OF_OPEN_TYPES}
        ports = sequence(spec.get("ports"))
        if any("nodePort" in mapping(port) for port in ports):
            result["ports"] = [_without_node_port(port) for port in ports]
    affinity = said.get("sessionAffinity")
    if affinity and spec.get("sessionAffinity", "None") != affinity:
        result["sessionAffinity"] = affinity
    return body if result == spec else {**body, "spec": result}


def _without_node_port(port: Any) -> Any:
    if "nodePort" not in mapping(port):
        return port
    return {key: value for key, value in port.items() if key != "nodePort"}


def _mapped(body: Object, workload: Workload, said: Mapping[str, Any]) -> Object:
    """A Service with the port numbers that a preset asks for."""
    spec = mapping(body.get("spec"))
    ports = sequence(spec.get("ports"))
    changed = [_port(port, workload, mapping(said.get("ports"))) for port in ports]
    if all(new is old for new, old in zip(changed, ports, strict=True)):
        return body
    return {**body, "spec": {**spec, "ports": changed}}


def _port(port: Any, workload: Workload, numbers: Mapping[str, Any]) -> Any:
    if not isinstance(port, dict):
        return port
    target = target_of(port)
    declared = mapping(workload.port(target, protocol_of(port)))
    for key in (target, declared.get("containerPort"), declared.get("name")):
        number = numbers.get(str(key)) if key is not None else None
        if number is not None and number != port.get("port"):
            return {**port, "port": number, "targetPort": target}
    return port


@dataclass(frozen=True, slots=True)
class CloseHostPorts:
    """Ports of containers are open on their nodes no more: Services and routes lead to them."""

    step: Step

    def __call__(self, objects: Objects) -> Sequence[Object | None]:
        def change(container: Mapping[str, Any]) -> Mapping[str, Any]:
            ports = sequence(container.get("ports"))
            closed = [_closed(port) for port in ports]
            if all(new is old for new, old in zip(closed, ports, strict=True)):
                return container
            return {**container, "ports": closed}

        return map_containers(objects, change)


def _closed(port: Any) -> Any:
    if not isinstance(port, dict) or not port.keys() & {"hostPort", "hostIP"}:
        return port
    return {key: value for key, value in port.items() if key not in ("hostPort", "hostIP")}

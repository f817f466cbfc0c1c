"""The objects of a pod that is split: a workload for each group, and the Services they need."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping, Sequence
from typing import Any

from migrations_app.domain.bundle import Object
from migrations_app.domain.manifests.resources import (
    get,
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
from migrations_app.domain.names import is_port_name, to_label, to_service_name
from migrations_app.domain.transforms.base import Offshoot
from migrations_app.domain.transforms.splitting_groups import Group
from migrations_app.domain.transforms.splitting_peers import (
    KEEP,
    LOOPBACK,
    Reference,
    Stores,
    Text,
    port_of,
    references,
    texts_of,
)
from migrations_app.domain.transforms.splitting_workloads import Division, Workloads

Listening = tuple[str, int]
"""Protocol and number of a port."""


def divide(
    division: Division,
    topology: Topology,
    number: int,
    groups: Sequence[Group],
    stores: Stores,
    answers: Mapping[str, str],
) -> None:
    """Split one workload into its groups, in place of the division's objects."""
    workload = topology.workloads[number]
    split = _Split(division, workload, tuple(groups), topology.serving.get(number, ()), answers)
    split.rewrite(stores)
    split.lead_services()
    split.write()


class _Split(Workloads):
    """One workload being split: its texts, its Services, and the objects that come of it."""

    def __init__(
        self,
        division: Division,
        workload: Workload,
        groups: tuple[Group, ...],
        serving: Sequence[Serving],
        answers: Mapping[str, str],
    ) -> None:
        super().__init__(division, workload, groups)
        self.serving = serving
        self.answers = answers
        self.group_of = {name: n for n, group in enumerate(groups) for name in group.containers}
        self.new_services: dict[int, tuple[str, dict[Listening, None]]] = {}

    def governing(self, number: int) -> str:
        """A new Service gives the pods of a new StatefulSet their names."""
        return self.new_services.setdefault(number, (self._new_name(number), {}))[0]

    def rewrite(self, stores: Stores) -> None:
        """Texts that mean another container name its Service."""
        by_text: dict[int, tuple[Text, list[Reference]]] = {}
        texts = texts_of(self.workload, stores.of_one(self.workload))
        for reference in references(self.workload, self.group_of, texts):
            by_text.setdefault(id(reference.at), (reference.at, []))[1].append(reference)
        for at, found in by_text.values():
            names: dict[int | None, str] = {}
            for reference in found:
                target = reference.target(self.answers)
                if target != KEEP:
                    names[reference.port] = self._service_for(target, reference.port)
            if names:
                self._write(at, _named(at, names))

    def _write(self, at: Text, text: str) -> None:
        if at.kept is None:
            name = at.containers[0]
            self.containers[name] = replace_at(self.containers[name], at.path, text)
        else:
            body = self.division.objects[at.kept]
            written = base64.b64encode(text.encode()).decode() if at.encoded else text
            self.division.objects[at.kept] = replace_at(body, at.path, written)

    def _service_for(self, container: str, port: int | None) -> str:
        """The Service by which a container is reached at a port; a new one if there is none."""
        group = self.group_of[container]
        if port is not None:
            self._declare(container, port)
            for service in self.serving:
                if not service.headless and self._leads(service, group, port):
                    return service.name
        name, ports = self.new_services.setdefault(group, (self._new_name(group), {}))
        for declared in _numbers(self.containers[container]):
            ports[declared] = None
        return name

    def _leads(self, service: Serving, group: int, number: int) -> bool:
        return any(
            port.get("port") == number
            and self._listens(group, target_of(port), protocol_of(port)) is not None
            for port in service.ports
        )

    def _new_name(self, group: int) -> str:
        name = to_service_name(self.groups[group].name)
        space = self.workload.namespace
        return self.division.free("Service", space, name, self.workload.label)

    def _declare(self, container: str, port: int) -> None:
        """The port at which a container is reached is one that it declares."""
        body = self.containers[container]
        if all(number != port for _protocol, number in _numbers(body)):
            ports = [*sequence(body.get("ports")), {"containerPort": port, "protocol": "TCP"}]
            self.containers[container] = {**body, "ports": ports}

    def _listens(self, group: int, target: Any, protocol: str) -> tuple[str, int] | None:
        """Container and position of a port of a group, by its name or number."""
        for name in self.groups[group].containers:
            for index, port in enumerate(sequence(self.containers[name].get("ports"))):
                here = mapping(port)
                if protocol_of(here) == protocol and target in (
                    here.get("containerPort"),
                    here.get("name"),
                ):
                    return name, index
        return None

    def lead_services(self) -> None:
        """Services lead to the group that has their ports, else the first; to several by names."""
        for service in self.serving:
            found = [
                (index, group, at)
                for index, port in enumerate(service.ports)
                for group in range(len(self.groups))
                if (at := self._listens(group, target_of(port), protocol_of(port))) is not None
            ]
            led = {group for _index, group, _at in found}
            body = self.division.objects[service.index]
            if len(led) < 2:
                group = next(iter(led), 0)
                chosen = {**mapping(get(body, ("spec", "selector"))), **self._apart(group)}
                self.division.objects[service.index] = replace_at(
                    body, ("spec", "selector"), chosen
                )
            else:
                ports = list(service.ports)
                for index, _group, at in found:
                    ports[index] = _leading(ports[index], self._name_of_port(*at))
                if ports != service.ports:
                    self.division.objects[service.index] = replace_at(
                        body, ("spec", "ports"), ports
                    )

    def _apart(self, group: int) -> dict[str, str]:
        return {self.key: to_label(self.groups[group].component)}

    def _name_of_port(self, container: str, index: int) -> str:
        """The name of a port, which no other container of the old pod has."""
        body = self.containers[container]
        port = sequence(body.get("ports"))[index]
        name = str(port.get("name") or "")
        if is_port_name(name):
            return name
        name = f"{protocol_of(port).lower()}-{port['containerPort']}"
        self.containers[container] = replace_at(body, ("ports", index, "name"), name)
        return name

    def write(self) -> None:
        """The workloads and the new Services."""
        claims = self.shared_claims(self.answers)
        for number, group in enumerate(self.groups):
            body = self.workload_of(number, claims)
            if number == 0:
                self.division.objects[self.workload.index] = body
                main = f"{body['kind']}/{group.name}"
            else:
                self.division.objects.append(Offshoot(body, self.workload.index))
                label = f"{body['kind']}/{body['metadata']['name']}"
                self.division.parts[label] = main
                for name in group.containers:
                    self.division.moved[main, name] = label
            self._remember(number, group, body, main)
        for group_number, (name, ports) in self.new_services.items():
            self.division.objects.append(self._service(self.groups[group_number], name, ports))

    def _remember(self, number: int, group: Group, body: Object, main: str) -> None:
        old = [str(item["name"]) for item in self.workload.containers]
        path = "/".join(map(str, self.workload.path))
        inner = "spec/template/spec"
        label = f"{body['kind']}/{body['metadata']['name']}"
        for position, name in enumerate(group.containers):
            before = f"{self.workload.label}/{path}/containers/{old.index(name)}"
            self.division.places[before] = f"{label}/{inner}/containers/{position}"

    def _service(self, group: Group, name: str, numbers: Mapping[Listening, None]) -> Object:
        """A Service of a group; without a known port it gives the address of the pods alone."""
        ports = []
        for protocol, number in numbers:
            at = self._listens(self.groups.index(group), number, protocol)
            named = get(self.containers[at[0]], ("ports", at[1], "name")) if at else None
            target = named if is_port_name(str(named or "")) else number
            ports.append(
                {
                    "name": named or f"{protocol.lower()}-{number}",
                    "port": number,
                    "protocol": protocol,
                    "targetPort": target,
                }
            )
        spec: dict[str, Any] = {"selector": self.selector(group)}
        spec |= {"type": "ClusterIP", "ports": ports} if ports else {"clusterIP": "None"}
        metadata = self.metadata(name, self.labels(group))
        return {"apiVersion": "v1", "kind": "Service", "metadata": metadata, "spec": spec}


def _named(at: Text, names: Mapping[int | None, str]) -> str:
    """The text with the Services in place of the ``localhost`` that mean them."""

    def change(match: re.Match[str]) -> str:
        port = port_of(match, at)
        if port not in names:
            return match[0]
        start = match.start("host") - match.start()
        end = match.end("host") - match.start()
        return match[0][:start] + names[port] + match[0][end:]

    return LOOPBACK.sub(change, at.text)


def _numbers(container: Mapping[str, Any]) -> list[Listening]:
    """The ports that a container declares."""
    return [
        (protocol_of(port), port["containerPort"])
        for port in map(mapping, sequence(container.get("ports")))
        if isinstance(port.get("containerPort"), int)
    ]


def _leading(port: dict[str, Any], name: str) -> dict[str, Any]:
    return port if port.get("targetPort") == name else {**port, "targetPort": name}

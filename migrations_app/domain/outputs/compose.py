"""A compose file: each container a service, peers found by the names of their Services.

Source: the Compose Specification. What it cannot say is in the loss report.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from migrations_app.domain.bundle import Object, object_label
from migrations_app.domain.manifests.render import to_yaml
from migrations_app.domain.manifests.resources import (
    claim_names,
    get,
    mapping,
    name_of,
    namespace_of,
    pod_metadata,
    pod_spec,
    sequence,
)
from migrations_app.domain.messages import msg
from migrations_app.domain.outputs.base import Losses, Manifests, Written
from migrations_app.domain.outputs.compose_services import NO_FIELD, ServiceWriter, Shared, literal
from migrations_app.domain.outputs.podman_ports import Published, port_number, selects
from migrations_app.domain.outputs.sound import sound
from migrations_app.domain.places import Path
from migrations_app.domain.rehearsal.configuration import ConfigIndex, Environment

_READ = ("ConfigMap", "Secret", "PersistentVolumeClaim", "Service", "Namespace")
_NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9._-]+")
_OUTSIDE = ("NodePort", "LoadBalancer")
_SAID = (
    *("containers", "initContainers", "volumes", "securityContext", "restartPolicy"),
    *("hostNetwork", "hostPID", "hostname", "hostAliases", "terminationGracePeriodSeconds"),
)
_SAID_OF_PODS = ("runAsUser", "runAsGroup", "supplementalGroups", "sysctls")
_SAID_OF_WORKLOADS = (
    *("replicas", "selector", "template", "schedule", "jobTemplate", "volumeClaimTemplates"),
)


def write_compose(manifests: Manifests) -> Written:
    """``compose.yaml``."""
    losses = Losses()
    objects = sound(manifests.chosen, losses)
    writer = _Writer(objects, losses, Shared(), {})
    for body in objects:
        found = pod_spec(body)
        if found is not None and body.get("kind") != "PodTemplate":
            writer.add(body, *found)
        elif body.get("kind") not in _READ:
            writer.losses.dropped(
                object_label(body), msg("Compose has no %(kind)s.", kind=body.get("kind"))
            )
    document: dict[str, Any] = {"name": _project(manifests.name), "services": writer.services}
    if writer.shared.volumes:
        document["volumes"] = writer.shared.volumes
    if writer.shared.configs:
        document["configs"] = writer.shared.configs
    return Written({"compose.yaml": to_yaml([document])}, writer.losses.all())


def _project(name: str) -> str:
    plain = "".join(c if c.isalnum() or c in "_-" else "-" for c in name.lower()).strip("-_")
    return plain or "manifests"


@dataclass(slots=True)
class _Writer:
    objects: Sequence[Object]
    losses: Losses
    shared: Shared
    services: dict[str, Any]

    def add(self, body: Object, path: Path, spec: dict[str, Any]) -> None:
        """The services of one workload; the containers of a pod share the network of the first."""
        name = self._free(name_of(body) or "service")
        namespace = namespace_of(body)
        index = ConfigIndex.of(b for b in self.objects if namespace_of(b) == namespace)
        found = pod_metadata(body)
        writer = ServiceWriter(
            name=name,
            label=f"{object_label(body)}/{'/'.join(map(str, path))}",
            spec=spec,
            restart=str(spec.get("restartPolicy") or "Always"),
            claims={t: f"{t}-{name_of(body)}-0" for t in claim_names(body).values()},
            index=index,
            environment=Environment(
                index, name_of(body), found[1] if found else {}, namespace or "default"
            ),
            shared=self.shared,
            losses=self.losses,
        )
        before = self._init(name, spec, writer)
        main = [c for c in sequence(spec.get("containers")) if isinstance(c, dict)]
        for place, container in enumerate(main):
            own = name if place == 0 else self._free(f"{name}-{container.get('name')}")
            service = writer.service(container, f"{writer.label}/containers/{place}")
            if place == 0:
                service |= self._pod(body, spec, main)
                self._replicas(body, service, alone=len(main) == 1)
            else:
                service["network_mode"] = f"service:{name}"
            if before:
                service["depends_on"] = {
                    one: {"condition": "service_completed_successfully"} for one in before
                }
            self.services[own] = service
        self._note(body, spec, writer.label, writer.environment)

    def _init(self, name: str, spec: Mapping[str, Any], writer: ServiceWriter) -> list[str]:
        """Init containers as services that end, each after the one before it."""
        names: list[str] = []
        for place, container in enumerate(sequence(spec.get("initContainers"))):
            if not isinstance(container, dict):
                continue
            own = self._free(f"{name}-{container.get('name')}")
            service = writer.service(container, f"{writer.label}/initContainers/{place}")
            if container.get("restartPolicy") == "Always":
                service |= {"restart": "always", "network_mode": f"service:{name}"}
                self.services[own] = service
                continue
            service["restart"] = "no"
            if names:
                service["depends_on"] = {names[-1]: {"condition": "service_completed_successfully"}}
            self.services[own] = service
            names.append(own)
        return names[-1:]

    def _pod(
        self, body: Object, spec: Mapping[str, Any], main: Sequence[dict[str, Any]]
    ) -> dict[str, Any]:
        """What belongs to the pod as a whole: its network, its names, its time to stop."""
        said: dict[str, Any] = {}
        if seconds := spec.get("terminationGracePeriodSeconds"):
            said["stop_grace_period"] = f"{seconds}s"
        if spec.get("hostPID"):
            said["pid"] = "host"
        if spec.get("hostname"):
            said["hostname"] = spec["hostname"]
        hosts = [
            f"{host}:{mapping(alias).get('ip')}"
            for alias in sequence(spec.get("hostAliases"))
            for host in sequence(mapping(alias).get("hostnames"))
        ]
        if hosts:
            said["extra_hosts"] = hosts
        if notes := _notes(body):
            said["labels"] = notes
        if spec.get("hostNetwork"):
            return {**said, "network_mode": "host"}
        sysctls = sequence(mapping(spec.get("securityContext")).get("sysctls"))
        if kernel := {str(s.get("name")): str(s.get("value")) for s in map(mapping, sysctls)}:
            said["sysctls"] = kernel
        aliases, ports, exposed = self._ways_in(body, main)
        if aliases:
            said["networks"] = {"default": {"aliases": aliases}}
        if ports:
            said["ports"] = [_port(port) for port in ports]
        if exposed:
            said["expose"] = exposed
        return said

    def _ways_in(
        self, body: Object, main: Sequence[dict[str, Any]]
    ) -> tuple[list[str], list[Published], list[str]]:
        """Aliases, ports of the host, and ports for peers."""
        ports: list[Published] = []
        exposed: list[str] = []
        for container in main:
            for port in sequence(container.get("ports")):
                number = mapping(port).get("containerPort")
                protocol = str(mapping(port).get("protocol") or "TCP")
                if not isinstance(number, int):
                    continue
                exposed.append(str(number) + ("" if protocol == "TCP" else f"/{protocol.lower()}"))
                if isinstance(host := port.get("hostPort"), int):
                    ports.append(Published("", number, host, protocol, port.get("hostIP") or ""))
        aliases: list[str] = []
        for service in self.objects:
            if service.get("kind") == "Service" and selects(service, body):
                aliases.append(name_of(service))
                ports += self._of_service(service, main)
        unique = {(port.host_port, port.protocol): port for port in ports}
        return list(dict.fromkeys(aliases)), list(unique.values()), list(dict.fromkeys(exposed))

    def _of_service(self, service: Object, main: Sequence[dict[str, Any]]) -> list[Published]:
        """The ports that a Service opens to the outside; within, its name is an alias."""
        label = object_label(service)
        found: list[Published] = []
        for port in sequence(get(service, ("spec", "ports"))):
            wanted = mapping(port).get("targetPort", mapping(port).get("port"))
            numbers = (port_number(wanted, container) for container in main)
            number = next((n for n in numbers if n is not None), None)
            if number is None or not isinstance(port.get("port"), int):
                continue
            if get(service, ("spec", "type")) in _OUTSIDE:
                protocol = str(port.get("protocol") or "TCP")
                found.append(Published("", number, port["port"], protocol))
            elif number != port["port"]:
                self.losses.dropped(
                    f"{label}/spec/ports/{port['port']}",
                    msg(
                        "Compose gives a service a name but no other port: peers must use "
                        "%(number)s.",
                        number=number,
                    ),
                )
        return found

    def _replicas(self, body: Object, service: dict[str, Any], *, alone: bool) -> None:
        replicas = mapping(body.get("spec")).get("replicas")
        if not isinstance(replicas, int) or replicas == 1:
            return
        if alone and not service.get("ports"):
            service.setdefault("deploy", {})["replicas"] = replicas
        else:
            self.losses.converted(
                f"{object_label(body)}/spec/replicas",
                "1",
                msg("Containers that share a network or a port of the host run once."),
            )

    def _note(self, body: Object, spec: Mapping[str, Any], label: str, values: Environment) -> None:
        for key in sorted(set(spec) - set(_SAID)):
            self.losses.dropped(f"{label}/{key}", NO_FIELD)
        said = set(_SAID_OF_PODS) - ({"sysctls"} if spec.get("hostNetwork") else set())
        for key in sorted(set(mapping(spec.get("securityContext"))) - said):
            self.losses.dropped(f"{label}/securityContext/{key}", NO_FIELD)
        if pod_spec(body) != (("spec",), body.get("spec")):
            for key in sorted(set(mapping(body.get("spec"))) - set(_SAID_OF_WORKLOADS)):
                self.losses.dropped(f"{object_label(body)}/spec/{key}", NO_FIELD)
        for field in values.substituted:
            self.losses.dropped(
                f"{label}/{field}", msg("Only a cluster knows it: something stands in its place.")
            )
        for reference in values.missing:
            self.losses.dropped(f"{label}/{reference}", msg("It is not in the manifest."))
        if "schedule" in mapping(body.get("spec")):
            self.losses.dropped(
                f"{object_label(body)}/spec/schedule", msg("Compose has no schedule: it runs once.")
            )

    def _free(self, name: str) -> str:
        plain = _NOT_IN_NAMES.sub("-", name) or "service"
        number, free = 1, plain
        while free in self.services:
            number += 1
            free = f"{plain}-{number}"
        return free


def _notes(body: Object) -> dict[str, str]:
    """The annotations of a workload and its pods: what has no meaning to a cluster is kept."""
    found = pod_metadata(body)
    own = mapping(mapping(body.get("metadata")).get("annotations"))
    of_pods = mapping(found[1].get("annotations")) if found else {}
    return {str(key): literal(str(value)) for key, value in {**own, **of_pods}.items()}


def _port(port: Published) -> dict[str, Any]:
    said: dict[str, Any] = {"target": port.port, "published": str(port.host_port)}
    said["protocol"] = port.protocol.lower()
    return {**said, "host_ip": port.host_ip} if port.host_ip else said

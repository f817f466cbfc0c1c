"""Services as ports of the host: the only way into a pod that Podman publishes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from migrations_app.domain.bundle import Object, object_label
from migrations_app.domain.manifests.resources import (
    containers,
    get,
    is_init,
    mapping,
    namespace_of,
    pod_metadata,
    sequence,
)
from migrations_app.domain.messages import msg
from migrations_app.domain.outputs.base import Losses

_LAST = 65535


@dataclass(frozen=True, slots=True)
class Published:
    """One port of a container at a port of the host."""

    container: str
    port: int
    host_port: int
    protocol: str
    host_ip: str = ""

    def written(self) -> dict[str, Any]:
        address = {"hostIP": self.host_ip} if self.host_ip else {}
        return {
            "containerPort": self.port,
            "hostPort": self.host_port,
            "protocol": self.protocol,
            **address,
        }


@dataclass(slots=True)
class HostPorts:
    """Gives out ports of the host, each once."""

    losses: Losses
    taken: set[tuple[str, int]] = field(default_factory=set)

    def publish(self, objects: Sequence[Object]) -> dict[int, list[Published]]:
        """The ports of each workload, by its place among the objects: its own, then Services'."""
        found: dict[int, list[Published]] = {}
        for index, body in enumerate(objects):
            found[index] = list(self._own(body))
        for service in objects:
            if service.get("kind") == "Service" and service.get("apiVersion") == "v1":
                self._of_service(service, objects, found)
        return found

    def _own(self, body: Object) -> Iterable[Published]:
        for path, container in containers(body):
            for port in sequence(container.get("ports")):
                number, host = mapping(port).get("containerPort"), mapping(port).get("hostPort")
                if is_init(path) or not (isinstance(number, int) and isinstance(host, int)):
                    continue
                protocol = str(port.get("protocol") or "TCP")
                address = str(port.get("hostIP") or "")
                if (protocol, host) not in self.taken:
                    self.taken.add((protocol, host))
                    yield Published(str(container.get("name")), number, host, protocol, address)

    def _of_service(
        self, service: Object, objects: Sequence[Object], found: dict[int, list[Published]]
    ) -> None:
        label = object_label(service)
        backing = [index for index, body in enumerate(objects) if selects(service, body)]
        if not backing:
            self.losses.dropped(
                label, msg("Podman has no Services, and this one leads to no pod of the manifest.")
            )
            return
        for index in backing:
            for port in sequence(get(service, ("spec", "ports"))):
                if isinstance(port, dict) and isinstance(port.get("port"), int):
                    self._of_port(label, port, objects[index], found[index])

    def _of_port(
        self, label: str, port: dict[str, Any], body: Object, found: list[Published]
    ) -> None:
        protocol = str(port.get("protocol") or "TCP")
        target = _target(port.get("targetPort", port["port"]), body)
        if target is None:
            self.losses.dropped(
                f"{label}/spec/ports/{port['port']}",
                msg("No container has a port of the name %(name)s.", name=port.get("targetPort")),
            )
            return
        container, number = target
        known = next((p for p in found if (p.port, p.protocol) == (number, protocol)), None)
        if known is None:
            known = Published(container, number, self._free(protocol, port["port"]), protocol)
            found.append(known)
        self.losses.converted(
            f"{label}/spec/ports/{port['port']}",
            f"{object_label(body)} hostPort {known.host_port}",
            msg(
                "Podman has no Services: the port is published on the host. Peers reach it there, "
                "or by a network alias, not by the Service's name."
            ),
        )

    def _free(self, protocol: str, wanted: int) -> int:
        number = next(
            (n for n in range(wanted, _LAST + 1) if (protocol, n) not in self.taken), wanted
        )
        self.taken.add((protocol, number))
        return number


def selects(service: Object, body: Object) -> bool:
    """Whether a Service leads to the pods of a workload."""
    selector = mapping(get(service, ("spec", "selector")))
    found = pod_metadata(body)
    if found is None or not selector or namespace_of(body) != namespace_of(service):
        return False
    labels = mapping(found[1].get("labels"))
    return all(labels.get(key) == value for key, value in selector.items())


def _target(wanted: Any, body: Object) -> tuple[str, int] | None:
    """The container and the number of the port that a Service leads to."""
    first = ""
    for path, container in containers(body):
        if is_init(path):
            continue
        first = first or str(container.get("name"))
        number = port_number(wanted, container)
        declared = {mapping(p).get("containerPort") for p in sequence(container.get("ports"))}
        if number is not None and number in declared:
            return str(container.get("name")), number
    return (first, wanted) if isinstance(wanted, int) and first else None


def port_number(wanted: Any, container: dict[str, Any]) -> int | None:
    """A port by its number, or by the name that a container gives it."""
    if not isinstance(wanted, str):
        return wanted if isinstance(wanted, int) else None
    named = (
        mapping(port).get("containerPort")
        for port in sequence(container.get("ports"))
        if mapping(port).get("name") == wanted
    )
    return next((number for number in named if isinstance(number, int)), None)

"""Ports of a pod: their names, and the Services by which peers reach them."""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import dataclass
from typing import Any

from migrations_app.domain.findings import Finding, Severity
from migrations_app.domain.manifests.build_draft import NOWHERE, Ledger, changed, said
from migrations_app.domain.manifests.probes import action_from_test
from migrations_app.domain.messages import msg
from migrations_app.domain.names import is_port_name, is_service_name, to_service_name
from migrations_app.domain.spec import ContainerSpec, Port, ServiceSpec

_HIGHEST = 65535
_PROTOCOLS = frozenset({"tcp", "udp", "sctp"})
_NO_PORT = msg("No such port exists: a number up to 65535, over TCP, UDP or SCTP.")
_HTTP = (80, 8080, 8000, 8081, 3000, 5000, 8888, 9000)
_HTTPS = (443, 8443)


@dataclass(frozen=True, slots=True)
class NamedPort:
    """A port under the name it has in the whole pod."""

    port: Port
    container: str
    name: str


def name_ports(service: ServiceSpec, ledger: Ledger) -> tuple[NamedPort, ...]:
    """Every port that a peer can use, once, under a name that is unique in the pod.

    Two containers of a pod share its address, so the same number in both is one port. A container
    that runs before the others listens for nobody.
    """
    taken: set[str] = set()
    seen: set[tuple[int, str]] = set()
    named: list[NamedPort] = []
    running = [container for container in service.containers if not container.init]
    for container in running or service.containers:
        for port in container.ports:
            key = (port.container_port, port.protocol)
            if not 0 < port.container_port <= _HIGHEST or port.protocol not in _PROTOCOLS:
                ledger.drop(port.places.get(""), _NO_PORT)
                continue
            if key in seen:
                continue
            seen.add(key)
            name = _name(port, container, taken)
            taken.add(name)
            named.append(NamedPort(port, container.name, name))
    return tuple(named)


def _name(port: Port, container: ContainerSpec, taken: set[str]) -> str:
    """The source's name, ``http`` for the first web port, else the protocol and the number."""
    wanted = port.name if is_port_name(port.name) else ""
    if not wanted and port.protocol == "tcp":
        if port.container_port in _HTTPS:
            wanted = "https"
        elif port.container_port in _HTTP or port.container_port == _checked_over_http(container):
            wanted = "http"
    if not wanted or wanted in taken:
        wanted = f"{port.protocol}-{port.container_port}"
    return wanted if wanted not in taken else f"p-{wanted}"


def _checked_over_http(container: ContainerSpec) -> int | None:
    action = action_from_test(container.health.test) if container.health else None
    port = (action or {}).get("httpGet", {}).get("port")
    return port if isinstance(port, int) else None


def container_ports(container: ContainerSpec, named: Sequence[NamedPort]) -> list[dict[str, Any]]:
    """The ``ports`` of one container; a published one loses its host port to the Service."""
    return [
        {
            "containerPort": _number(item.port),
            "name": item.name,
            "protocol": item.port.protocol.upper(),
        }
        for item in named
        if item.container == container.name
    ]


def _number(port: Port) -> Any:
    if port.host_port is None:
        return said(port.places, "", port.container_port)
    reason = msg(
        "Peers reach the port by the Service; publishing to outside is a choice of its own."
    )
    return changed(port.places, "", port.container_port, reason)


def services(
    service: ServiceSpec,
    named: Sequence[NamedPort],
    ledger: Ledger,
    taken: set[str],
    awaited: Container[str] = (),
) -> list[dict[str, Any]]:
    """One Service under the service's own name, and one for each other name its peers use.

    Podman's names work without a known port, and so does a Service without ports: it is made where
    somebody uses the name. ``awaited`` are the services that others wait for.
    """
    others = [alias for alias in service.aliases if alias != service.name]
    if not named and not others and service.name not in awaited:
        return []
    drafts = [_service(service.name, service.name, named)]
    taken.add(service.name)
    for alias in service.aliases:
        place = service.places.get(f"aliases/{alias}")
        if alias == service.name:
            ledger.drop(place, msg("The Service has this name already."))
        elif not is_service_name(alias) or alias in taken:
            _unusable(service, alias, ledger)
        else:
            taken.add(alias)
            reason = msg("A name that peers use becomes a Service of its own.")
            draft = _service(alias, service.name, named)
            draft["metadata"]["name"] = changed(service.places, f"aliases/{alias}", alias, reason)
            drafts.append(draft)
    return drafts


def _service(name: str, app: str, named: Sequence[NamedPort]) -> dict[str, Any]:
    ports = [
        {
            "name": item.name,
            "port": said(item.port.places, "", item.port.container_port),
            "protocol": item.port.protocol.upper(),
            "targetPort": item.name,
        }
        for item in named
    ]
    selector = {"app": app}
    spec: dict[str, Any] = {"ports": ports, "selector": selector, "type": "ClusterIP"}
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": name, "labels": labels(app)},
        "spec": spec if ports else {"clusterIP": "None", "selector": selector},
    }


def headless(service: ServiceSpec, named: Sequence[NamedPort]) -> dict[str, Any]:
    """The Service that gives the pods of a StatefulSet their names."""
    draft = _service(governing_name(service), service.name, named)
    draft["spec"].pop("type", None)
    draft["spec"]["clusterIP"] = "None"
    return draft


def governing_name(service: ServiceSpec) -> str:
    return f"{service.name}-headless"


def labels(app: str) -> dict[str, str]:
    return {"app": app, "app.kubernetes.io/name": app}


def _unusable(service: ServiceSpec, alias: str, ledger: Ledger) -> None:
    place = service.places.get(f"aliases/{alias}", NOWHERE)
    if is_service_name(alias):
        reason = msg("Another service of this source has this name already.")
    else:
        reason = msg("A Service cannot have this name: only small letters, digits and hyphens.")
    ledger.drop(place, reason)
    ledger.findings.append(
        Finding(
            "NAM-01",
            Severity.HIGH,
            place,
            msg(
                "Peers call %(name)s by the name %(alias)s.",
                name=service.name,
                alias=alias,
            ),
            reason,
            msg(
                "Let the peers use %(name)s, in their settings.",
                name=to_service_name(service.name),
            ),
            subject=alias,
        )
    )

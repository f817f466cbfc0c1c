"""Where a pod runs and what it knows of the world: nodes, names, the namespaces of its host."""

from __future__ import annotations

import ipaddress
import re
from typing import Any

from migrations_app.domain.findings import Finding, Severity
from migrations_app.domain.loss import Outcome
from migrations_app.domain.manifests.build_draft import (
    NOWHERE,
    Ledger,
    changed,
    said,
    without_empty,
)
from migrations_app.domain.messages import Message, msg
from migrations_app.domain.names import is_key, is_label_value, is_subdomain
from migrations_app.domain.spec import ServiceSpec

MOST_NAME_SERVERS = 3
MOST_SEARCHES = 32
"""Kubernetes API reference, PodDNSConfig."""

_DNS_OPTION = re.compile(r"([^:]+)(?::(.*))?")
_ARCHITECTURES = {"x86_64": "amd64", "x86-64": "amd64", "aarch64": "arm64", "armhf": "arm"}


def host_aliases(service: ServiceSpec, ledger: Ledger) -> list[dict[str, Any]]:
    """Names with fixed addresses; a cluster takes DNS names and IP addresses alone."""
    by_address: dict[str, list[Any]] = {}
    for name, address in service.extra_hosts.items():
        place = f"extra_hosts/{name}"
        if not _is_address(address):
            _unusable(service, name, place, msg("Its address is none that a pod can have."), ledger)
        elif not is_subdomain(name.lower()):
            _unusable(service, name, place, msg("A hosts file of a pod has no such name."), ledger)
        else:
            entry = said(service.places, place, name.lower())
            by_address.setdefault(address, []).append(entry)
    return [{"ip": address, "hostnames": names} for address, names in by_address.items()]


def _unusable(
    service: ServiceSpec, name: str, attribute: str, reason: Message, ledger: Ledger
) -> None:
    place = service.places.get(attribute, NOWHERE)
    ledger.drop(place, reason)
    ledger.findings.append(
        Finding(
            "CFG-04",
            Severity.MEDIUM,
            place,
            msg("Service %(service)s knows a host %(name)s.", service=service.name, name=name),
            reason,
            msg("Let it use a DNS name that the cluster knows, or make a Service for it."),
            subject=name,
        )
    )


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def dns(service: ServiceSpec, ledger: Ledger) -> dict[str, Any]:
    """Name servers, search domains and options beside those of the cluster."""
    servers = [server for server in service.dns_servers if _is_address(server)]
    searches = [name for name in service.dns_search if is_subdomain(name.rstrip("."))]
    if len(servers) < len(service.dns_servers) or len(servers) > MOST_NAME_SERVERS:
        _partly(service, "dns_servers", ledger)
    if len(searches) < len(service.dns_search) or len(searches) > MOST_SEARCHES:
        _partly(service, "dns_search", ledger)
    options: list[dict[str, Any]] = []
    for option in service.dns_options:
        match = _DNS_OPTION.fullmatch(option)
        if match is not None:
            options.append(without_empty({"name": match.group(1), "value": match.group(2)}))
    return without_empty(
        {
            "nameservers": said(service.places, "dns_servers", servers[:MOST_NAME_SERVERS]),
            "searches": said(service.places, "dns_search", searches[:MOST_SEARCHES]),
            "options": said(service.places, "dns_options", options),
        }
    )


def _partly(service: ServiceSpec, attribute: str, ledger: Ledger) -> None:
    ledger.note(
        service.places.get(attribute),
        Outcome.CONVERTED,
        "",
        msg("A pod takes three name servers by address, and 32 search domains; the rest is left."),
    )


def node_selector(service: ServiceSpec, ledger: Ledger) -> dict[str, Any]:
    """The nodes that fit: by the labels asked for, by the platform of the images."""
    wanted: dict[str, Any] = {}
    reason = msg("Nodes carry their platform as labels.")
    for container in service.containers:
        system, _slash, machine = container.platform.lower().partition("/")
        architecture = machine.partition("/")[0]
        if not system:
            continue
        for key, value in (
            ("kubernetes.io/os", system),
            ("kubernetes.io/arch", _ARCHITECTURES.get(architecture, architecture)),
        ):
            if value and is_label_value(value):
                wanted.setdefault(key, changed(container.places, "platform", value, reason))
    for key, value in service.node_labels.items():
        if is_key(key) and is_label_value(value):
            wanted[key] = said(service.places, f"node_labels/{key}", value)
        else:
            ledger.drop(service.places.get(f"node_labels/{key}"), msg("No node can have it."))
    return wanted


_HOST_NAMESPACES = (
    ("hostNetwork", "host_network"),
    ("hostPID", "host_pid"),
    ("hostIPC", "host_ipc"),
)


def host_namespaces(service: ServiceSpec, ledger: Ledger) -> dict[str, Any]:
    """Namespaces of the host are kept; processes can be shared with one side only."""
    made: dict[str, Any] = {}
    for field, attribute in _HOST_NAMESPACES:
        if getattr(service, attribute):
            made[field] = said(service.places, attribute, value=True)
    if service.share_process_namespace:
        place = service.places.get("share_process_namespace")
        if service.host_pid:
            ledger.drop(place, msg("The containers see each other among the host's processes."))
        else:
            made["shareProcessNamespace"] = said(
                service.places, "share_process_namespace", value=True
            )
    return made

"""Pods: ports of the node, names and addresses, and what excludes each other."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from migrations_app.domain import names
from migrations_app.domain.manifests.resources import mapping, sequence
from migrations_app.domain.messages import msg
from migrations_app.domain.places import Path
from migrations_app.domain.server_rules.faults import (
    Fault,
    apart,
    is_address,
    no_address,
    no_name,
    of_key,
    of_labels,
    required,
    twice,
)

_SYSCTL = re.compile(r"(?:[a-z0-9](?:[-_a-z0-9]*[a-z0-9])?[./])*[a-z0-9](?:[-_a-z0-9]*[a-z0-9])?")
_SEARCHED = re.compile(
    r"(?:[_a-z0-9](?:[-_a-z0-9]*[a-z0-9])?[.])*[_a-z0-9](?:[-_a-z0-9]*[a-z0-9])?"
)
_MOST_SERVERS = 3


def of_pod(path: Path, spec: dict[str, Any]) -> Iterator[Fault]:
    yield from _host_ports(path, spec)
    yield from _names(path, spec)
    if spec.get("shareProcessNamespace") is True and spec.get("hostPID") is True:
        yield apart((*path, "shareProcessNamespace"), "shareProcessNamespace", "hostPID")
    if isinstance(spec.get("os"), dict) and spec["os"].get("name") == "":
        yield required((*path, "os", "name"), "name")
    security = spec.get("securityContext")
    if isinstance(security, dict) and security.get("sysctls"):
        yield from _sysctls(path, spec, sequence(security["sysctls"]))
    yield from _searches((*path, "dnsConfig"), mapping(spec.get("dnsConfig")))
    servers = sequence(mapping(spec.get("dnsConfig")).get("nameservers"))
    if spec.get("dnsPolicy") == "None" and not servers:
        yield required((*path, "dnsConfig"), "nameservers")
    for index, server in enumerate(servers):
        if isinstance(server, str) and not is_address(server):
            yield no_address((*path, "dnsConfig", "nameservers", index), server)
    if len(servers) > _MOST_SERVERS:
        yield (
            (*path, "dnsConfig", "nameservers"),
            msg("At most %(most)s are taken here.", most=_MOST_SERVERS),
        )


def _host_ports(path: Path, spec: dict[str, Any]) -> Iterator[Fault]:
    """One port of the node is one container's; with the node's own network both are the same."""
    seen: set[tuple[str, str, Any]] = set()
    on_host = spec.get("hostNetwork") is True
    for index, container in enumerate(sequence(spec.get("containers"))):
        for number, port in enumerate(sequence(mapping(container).get("ports"))):
            host = mapping(port).get("hostPort")
            if not isinstance(host, int) or not host:
                continue
            at: Path = (*path, "containers", index, "ports", number, "hostPort")
            if on_host and host != port.get("containerPort"):
                yield at, msg("With hostNetwork it is the containerPort, or not set.")
            key = (str(port.get("protocol") or "TCP"), str(port.get("hostIP") or ""), host)
            if key in seen:
                yield twice(at, host)
            seen.add(key)


def _names(path: Path, spec: dict[str, Any]) -> Iterator[Fault]:
    subdomain = spec.get("subdomain")
    if isinstance(subdomain, str) and subdomain and not names.is_label(subdomain):
        yield no_name((*path, "subdomain"), subdomain)
    yield from of_labels((*path, "nodeSelector"), spec.get("nodeSelector"))
    for index, gate in enumerate(sequence(spec.get("readinessGates"))):
        condition = mapping(gate).get("conditionType")
        yield from of_key((*path, "readinessGates", index, "conditionType"), condition)
    for index, alias in enumerate(sequence(spec.get("hostAliases"))):
        at: Path = (*path, "hostAliases", index)
        address = mapping(alias).get("ip")
        if isinstance(address, str) and not is_address(address):
            yield no_address((*at, "ip"), address)
        for number, name in enumerate(sequence(mapping(alias).get("hostnames"))):
            if isinstance(name, str) and not names.is_subdomain(name):
                yield no_name((*at, "hostnames", number), name)


def _searches(path: Path, dns: dict[str, Any]) -> Iterator[Fault]:
    """Domains that are searched, and options, both by their names."""
    for index, domain in enumerate(sequence(dns.get("searches"))):
        plain = domain.removesuffix(".") if isinstance(domain, str) else ""
        if plain and not _SEARCHED.fullmatch(plain):
            yield no_name((*path, "searches", index), domain)
    for index, option in enumerate(sequence(dns.get("options"))):
        if not mapping(option).get("name"):
            yield required((*path, "options", index, "name"), "name")


def _sysctls(path: Path, spec: dict[str, Any], sysctls: list[Any]) -> Iterator[Fault]:
    seen: set[str] = set()
    for index, sysctl in enumerate(sysctls):
        name = mapping(sysctl).get("name")
        at: Path = (*path, "securityContext", "sysctls", index, "name")
        if not isinstance(name, str):
            continue
        if not _SYSCTL.fullmatch(name):
            yield no_name(at, name)
        if name in seen:
            yield twice(at, name)
        if spec.get("hostNetwork") is True and name.startswith("net."):
            yield apart(at, name, "hostNetwork")
        seen.add(name)

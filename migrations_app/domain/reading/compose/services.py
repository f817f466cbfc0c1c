"""One compose service as a :class:`ServiceSpec`: its container, its names and what it leans on."""

from __future__ import annotations

import ipaddress

from migrations_app.domain.findings import Severity
from migrations_app.domain.messages import msg
from migrations_app.domain.reading.compose import short_forms
from migrations_app.domain.reading.compose.container import read_container
from migrations_app.domain.reading.compose.deploy import read_deploy
from migrations_app.domain.reading.compose.fields import Fields
from migrations_app.domain.reading.compose.hooks import read_hooks
from migrations_app.domain.reading.compose.nodes import Node, scalar_text
from migrations_app.domain.reading.compose.short_forms import BadForm
from migrations_app.domain.reading.compose.site import Site
from migrations_app.domain.reading.compose.volumes import read_volumes
from migrations_app.domain.spec import Condition, Dependency, ServiceSpec

_CONDITIONS = {
    "service_started": Condition.STARTED,
    "service_healthy": Condition.HEALTHY,
    "service_completed_successfully": Condition.COMPLETED,
}

_DEFAULT_NETWORK = "default"
"""What the services of a project share that name no other network."""


def read_service(key: str, node: Node, site: Site) -> ServiceSpec:
    """Everything that a service says."""
    fields = Fields(node, site.account)
    name = site.service_name(key)
    container = read_container(name, node, site)
    containers = (*read_hooks(node, container, site), container)
    fields.values["name"] = name
    fields.places["name"] = node.place
    _names(key, name, fields, site)
    _resolution(fields)
    _namespaces(fields)
    read_deploy(fields)
    fields.values["depends_on"] = _dependencies(fields, site)
    return ServiceSpec(
        **fields.values,
        containers=containers,
        volumes=read_volumes(containers, site),
        identity=f"compose:{site.project}/{key}",
        file=node.file,
        places=fields.places,
    )


def _names(key: str, name: str, fields: Fields, site: Site) -> None:
    """The names by which peers reach it: its aliases, and that of its container."""
    aliases: dict[str, Node] = {}
    networks: list[str] = []
    for network, joined in fields.entries("networks"):
        networks.append(network)
        for said in fields.inner(joined).items("aliases") if joined.is_mapping else ():
            aliases.setdefault(scalar_text(said.value), said)
        if network != _DEFAULT_NETWORK and not site.defines("networks", network):
            site.account.find(
                "CAP-07",
                Severity.LOW,
                joined,
                msg("Network %(name)s is used and nowhere defined.", name=network),
                msg("Compose refuses such a file; on a cluster all pods share one network."),
                msg("Define it under networks, or give the file that does."),
                subject=network,
            )
    container_name = fields.has("container_name")
    if container_name is not None and (own := fields.text("container_name")):
        if own == name:
            site.account.keep(container_name, msg("The service has this name already."))
        else:
            aliases.setdefault(own, container_name)
    if name != key:
        aliases.setdefault(key, fields.node)
    if not networks and fields.has("network_mode") is None:
        networks.append(_DEFAULT_NETWORK)
    fields.values["networks"] = tuple(networks)
    fields.values["aliases"] = tuple(aliases)
    for alias, node in aliases.items():
        place = node.place if node is fields.node else site.account.take(node)
        fields.places[f"aliases/{alias}"] = place
    fields.take_text("hostname", "hostname")


def _resolution(fields: Fields) -> None:
    """How names are looked up in it."""
    hosts: dict[str, str] = {}
    for node in fields.items("extra_hosts"):
        try:
            name, addresses = short_forms.host(scalar_text(node.value))
            address = str(ipaddress.ip_address(addresses[0]))
        except BadForm as error:
            fields.account.trouble(node, error.message)
        except ValueError:
            fields.account.find(
                "CFG-04",
                Severity.MEDIUM,
                node,
                msg("%(entry)s leads to the host.", entry=scalar_text(node.value)),
                msg("A node is no host of this pod's: what listens there is not on a cluster."),
                msg("Name what is meant by an address or a Service."),
            )
            fields.account.drop(node, msg("No address that a cluster knows."))
        else:
            if name in hosts:
                fields.account.drop(node, msg("Another address of the name counts."))
                continue
            hosts[name] = address
            fields.places[f"extra_hosts/{name}"] = fields.account.take(node)
    fields.values["extra_hosts"] = hosts
    fields.take_texts("dns_servers", "dns")
    fields.take_texts("dns_search", "dns_search")
    fields.take_texts("dns_options", "dns_opt")


def _namespaces(fields: Fields) -> None:
    """What it shares with its host; what it shares with other services is settled later."""
    for attribute, key in (
        ("host_network", "network_mode"),
        ("host_pid", "pid"),
        ("host_ipc", "ipc"),
    ):
        node, mode = fields.has(key), fields.text(key)
        if node is None or mode.startswith("service:"):
            continue
        if mode == "host":
            fields.switch_on(attribute, node)
        elif mode.startswith("container:"):
            _of_a_container(mode, node, fields)
        elif key == "network_mode" and mode == "none":
            _without_network(node, fields)


def _of_a_container(mode: str, node: Node, fields: Fields) -> None:
    fields.account.find(
        "CAP-06",
        Severity.HIGH,
        node,
        msg("The service shares %(mode)s, which is outside of the project.", mode=mode),
        msg("Only the containers of one pod can share it."),
        msg("Put both into one pod, or let them meet over a Service."),
    )
    fields.account.drop(node, msg("Only the containers of one pod can share it."))


def _without_network(node: Node, fields: Fields) -> None:
    fields.account.find(
        "CAP-06",
        Severity.MEDIUM,
        node,
        msg("The service has no network."),
        msg("Every pod has one; only a network policy keeps it from using it."),
        msg("Add a NetworkPolicy that denies all, if the isolation matters."),
    )
    fields.account.drop(node, msg("Every pod has a network."))


def _dependencies(fields: Fields, site: Site) -> tuple[Dependency, ...]:
    found: list[Dependency] = []
    for name, node in fields.entries("depends_on"):
        condition = fields.inner(node).text("condition") or "service_started"
        known = _CONDITIONS.get(condition)
        if known is None:
            fields.account.trouble(
                node, msg("%(condition)s is no condition compose knows.", condition=condition)
            )
            continue
        required = node.get("required")
        if not site.defines("services", name):
            fields.account.find(
                "CAP-07",
                Severity.LOW,
                node,
                msg("Service %(name)s is waited for and nowhere defined.", name=name),
                msg("Compose refuses such a file; nothing on a cluster waits for it."),
                msg("Give the file that defines it."),
                subject=name,
            )
        found.append(
            Dependency(
                site.service_name(name),
                known,
                required is None or scalar_text(required.value).lower() != "false",
                places={"": fields.account.take(node)} if "depends_on" in node.path else {},
            )
        )
    return tuple(found)

"""What the containers of a service share: its name, its host name, how it resolves names."""

from __future__ import annotations

import re

from migrations_app.domain.messages import msg
from migrations_app.domain.reading.inspect_groups import Group
from migrations_app.domain.reading.inspect_network import read_hosts, read_networks
from migrations_app.domain.reading.inspect_process import Fields, Origins
from migrations_app.domain.reading.inspections import Inspection

_ID = re.compile(r"[0-9a-f]{12}|[0-9a-f]{64}")


def read_pod(group: Group, fields: Fields) -> None:
    """The attributes of a service that is a pod: from the pod, else from what is left of it."""
    pod = group.pod
    if pod is not None:
        fields.set("name", pod.name, pod.place("Name"))
        _pod_own(pod, fields)
    elif group.infra is not None:
        read_alone(Origins(group.infra, None, None), fields)
        hostname = group.infra.text("Config", "Hostname")
        fields.values.pop("hostname", None)
        name = group.pod_id[:12] if _ID.fullmatch(hostname) or not hostname else hostname
        fields.set("name", name, group.infra.place("Config", "Hostname"))
    else:
        member = group.members[0]
        hostname = member.text("Config", "Hostname")
        known = hostname and not _ID.fullmatch(hostname)
        at = ("Config", "Hostname") if known else ("Name",)
        fields.set("name", hostname if known else member.name, member.place(*at))
    network_owner = group.infra or next(iter(group.members), None)
    if network_owner is not None:
        _names(network_owner, fields)


def _pod_own(pod: Inspection, fields: Fields) -> None:
    infra = "InfraConfig"
    hostname = pod.text("Hostname")
    if hostname and pod.flag(infra, "HostNetwork"):
        pod.drop(("Hostname",), msg("The name of the host, whose network the pod is on."))
    elif hostname and hostname != pod.name:
        fields.set("hostname", hostname, pod.place("Hostname"))
    elif hostname:
        pod.drop(("Hostname",), msg("The pod's own name, as it would be without."))
    hosts, places = read_hosts(pod, infra, "HostAdd")
    fields.values["extra_hosts"] = hosts
    fields.places.update(places)
    for attribute, key in (
        ("dns_servers", "DNSServer"),
        ("dns_search", "DNSSearch"),
        ("dns_options", "DNSOption"),
    ):
        if values := pod.texts(infra, key):
            fields.set(attribute, values, pod.place(infra, key))
    if pod.flag(infra, "HostNetwork"):
        fields.set("host_network", value=True, place=pod.place(infra, "HostNetwork"))
    if pod.text(infra, "pid_ns") == "host":
        fields.set("host_pid", value=True, place=pod.place(infra, "pid_ns"))
    elif "pid" in pod.texts("SharedNamespaces"):
        fields.set("share_process_namespace", value=True, place=pod.place("SharedNamespaces"))
    fields.values["networks"] = pod.texts(infra, "Networks")
    labels: dict[str, str] = {}
    for key, value in pod.mapping("Labels").items():
        labels[key] = str(value)
        fields.places[f"labels/{key}"] = pod.place("Labels", key)
    fields.values["labels"] = labels


def read_alone(origins: Origins, fields: Fields) -> None:
    """The attributes of a service that is one container outside a pod."""
    container, created = origins.container, origins.created
    fields.set("name", container.name, container.place("Name"))
    hostname = container.text("Config", "Hostname")
    host_uts = container.text("HostConfig", "UTSMode") == "host"
    named = created.last("hostname") is not None if created else not _ID.fullmatch(hostname)
    if (
        hostname
        and named
        and not host_uts
        and container.text("HostConfig", "NetworkMode") != "host"
    ):
        fields.set("hostname", hostname, container.place("Config", "Hostname"))
    hosts, places = read_hosts(container, "HostConfig", "ExtraHosts")
    fields.values["extra_hosts"] = hosts
    fields.places.update(places)
    for attribute, key in (
        ("dns_servers", "Dns"),
        ("dns_search", "DnsSearch"),
        ("dns_options", "DnsOptions"),
    ):
        if values := container.texts("HostConfig", key):
            fields.set(attribute, values, container.place("HostConfig", key))
    for attribute, option, key in (
        ("host_network", "network", "NetworkMode"),
        ("host_pid", "pid", "PidMode"),
        ("host_ipc", "ipc", "IpcMode"),
    ):
        asked = created.last(option) if created else None
        if container.text("HostConfig", key) == "host":
            fields.set(attribute, value=True, place=container.place("HostConfig", key))
        elif asked is not None and asked.value == "host":
            fields.set(
                attribute, value=True, place=container.place("Config", "CreateCommand", asked.index)
            )
    _names(container, fields)


def _names(container: Inspection, fields: Fields) -> None:
    networks, aliases = read_networks(container)
    fields.values.setdefault("networks", networks)
    fields.values["aliases"] = tuple(aliases)
    fields.places.update({f"aliases/{alias}": place for alias, place in aliases.items()})

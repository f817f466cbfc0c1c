"""Options about names, networks and ports."""

from __future__ import annotations

import re
from collections.abc import Iterator

from migrations_app.domain.findings import Severity
from migrations_app.domain.messages import msg
from migrations_app.domain.reading.podman_argv import values
from migrations_app.domain.reading.podman_argv.draft import Draft
from migrations_app.domain.reading.podman_argv.given import Given
from migrations_app.domain.spec import Port

_PORTS = re.compile(r"(\d{1,5})(?:-(\d{1,5}))?")
_PROTOCOLS = ("tcp", "udp", "sctp")
_MOST_PORTS = 1000
_ANY_ADDRESS = ("0.0.0.0", "::", "*", "")  # noqa: S104 - how "anywhere" is written
_PODMANS_OWN = ("bridge", "default", "private", "slirp4netns", "pasta")
ADDRESS = msg("A cluster gives addresses; peers use the Service's name.")
HOSTS_FILE = msg("A pod's hosts file is written by the cluster.")
HOST_NAME = msg("The host's name is not a pod's.")


def publish(draft: Draft, given: Given) -> None:
    for item in values.listed(given.value):
        found = tuple(_published(item, given))
        if not found:
            draft.refuse(given, "8080:80/tcp")
            return
        draft.ports.extend(found)


def _published(text: str, given: Given) -> Iterator[Port]:
    """``[[ADDRESS:][HOST]:]CONTAINER[/PROTOCOL]``, each of the numbers one or a range."""
    text, _slash, protocol = text.partition("/")
    rest, _colon, inner = text.rpartition(":")
    address, host = "", rest
    if rest.startswith("["):
        address, _bracket, host = rest[1:].partition("]")
        host = host.removeprefix(":")
    elif ":" in rest:
        address, _colon, host = rest.rpartition(":")
        if ":" in address:
            return
    ports, published = _range(inner), _range(host) if host else ()
    protocol = protocol.lower() or "tcp"
    if not ports or protocol not in _PROTOCOLS or (host and not published):
        return
    if published and len(published) != len(ports):
        # one container port behind a range on the host: Podman takes a free one of the range
        if len(ports) != 1:
            return
        published = published[:1]
    for index, number in enumerate(ports):
        yield Port(
            container_port=number,
            protocol=protocol,
            host_port=(published[index] or None) if published else None,
            host_ip="" if address in _ANY_ADDRESS else address,
            places={"": given.place},
        )


def _range(text: str) -> tuple[int, ...]:
    match = _PORTS.fullmatch(text)
    if match is None:
        return ()
    first, last = int(match[1]), int(match[2] or match[1])
    if not first <= last < 2**16 or last - first >= _MOST_PORTS:
        return ()
    return tuple(range(first, last + 1))


def expose(draft: Draft, given: Given) -> None:
    for item in values.listed(given.value):
        text, _slash, protocol = item.partition("/")
        protocol = protocol.lower() or "tcp"
        ports = _range(text)
        if not ports or protocol not in _PROTOCOLS:
            draft.refuse(given, "8080/tcp")
            return
        draft.ports += [Port(number, protocol, places={"": given.place}) for number in ports]


def network(draft: Draft, given: Given) -> None:
    """A network by name with its options, several of them, or a mode."""
    mode, _colon, _rest = given.value.partition(":")
    if mode in ("host", "none", "container", "ns"):
        _mode(draft, given, mode)
        return
    if mode in _PODMANS_OWN:
        draft.add(draft.service, "networks", mode, given)
        for option in _options(given.value):
            _network_option(draft, given, option)
        return
    if "=" not in given.value:
        for item in values.listed(given.value):
            draft.add(draft.service, "networks", item.partition(":")[0], given)
        return
    draft.add(draft.service, "networks", mode, given)
    for option in _options(given.value):
        _network_option(draft, given, option)


def _options(text: str) -> tuple[str, ...]:
    return tuple(option for option in text.partition(":")[2].split(",") if option)


def _network_option(draft: Draft, given: Given, option: str) -> None:
    key, _equals, value = option.partition("=")
    if key == "alias" and value:
        draft.add(draft.service, "aliases", value, given)
    elif key in ("ip", "ip6", "mac"):
        draft.drop(given, ADDRESS, part=key)
    else:
        reason = msg("An option of Podman's network; a cluster has one network for all pods.")
        draft.drop(given, reason, part=key)


def _mode(draft: Draft, given: Given, mode: str) -> None:
    if mode == "host":
        draft.service.set("host_network", value=True, place=given.place)
        return
    draft.container.put("unmapped", "--network", given.value, given.place)
    if mode == "none":
        draft.leans(
            given,
            Severity.MEDIUM,
            msg("The container has no network."),
            msg("Add a NetworkPolicy that denies all, if the isolation matters."),
        )
    else:
        draft.leans(
            given,
            Severity.HIGH,
            msg("The container uses the network of another container."),
            msg("Put both into one pod with podman pod create; only its containers share one."),
        )


def alias(draft: Draft, given: Given) -> None:
    for item in values.listed(given.value):
        draft.add(draft.service, "aliases", item, given)


def address(draft: Draft, given: Given) -> None:
    draft.drop(given, ADDRESS)


def hostname(draft: Draft, given: Given) -> None:
    draft.service.set("hostname", given.value, given.place)


def extra_host(draft: Draft, given: Given) -> None:
    """``NAME[;NAME]:ADDRESS``; Docker writes ``NAME=ADDRESS`` as well."""
    for item in values.listed(given.value):
        match = re.fullmatch(r"([^:=]+)[:=](.+)", item)
        if match is None:
            draft.refuse(given, "db:10.0.0.5")
        elif match[2] == "host-gateway":
            draft.drop(given, msg("A cluster's nodes have no such address of the host."))
        else:
            for name in match[1].split(";"):
                draft.service.put("extra_hosts", name, match[2].strip("[]"), given.place)


def dns_server(draft: Draft, given: Given) -> None:
    _name_resolution(draft, given, "dns_servers")


def dns_search(draft: Draft, given: Given) -> None:
    _name_resolution(draft, given, "dns_search")


def dns_option(draft: Draft, given: Given) -> None:
    _name_resolution(draft, given, "dns_options")


def _name_resolution(draft: Draft, given: Given, attribute: str) -> None:
    if given.value in ("none", "", "."):
        draft.drop(given, msg("A cluster writes the pod's resolv.conf."))
        return
    for item in values.listed(given.value):
        draft.join(draft.service, attribute, item, given)


def process_namespace(draft: Draft, given: Given) -> None:
    if given.value == "host":
        draft.service.set("host_pid", value=True, place=given.place)
    elif given.value == "private":
        draft.needless(given, msg("As it is without."))
    else:
        draft.drop(given, msg("Only the containers of one pod can share processes."))


def ipc_namespace(draft: Draft, given: Given) -> None:
    if given.value == "host":
        draft.service.set("host_ipc", value=True, place=given.place)
    elif given.value in ("private", "shareable", ""):
        draft.needless(given, msg("The containers of a pod share this; nothing else can."))
    else:
        reason = msg("The containers of a pod share this; other sharing does not exist.")
        draft.drop(given, reason)


def name_namespace(draft: Draft, given: Given) -> None:
    if given.value == "private":
        draft.needless(given, msg("As it is without."))
    else:
        draft.drop(given, HOST_NAME)


def shared(draft: Draft, given: Given) -> None:
    """What the containers of a pod share; a cluster lets them share network and IPC always."""
    names = {name.lstrip("+") for name in values.listed(given.value)}
    if "pid" in names:
        draft.service.set("share_process_namespace", value=True, place=given.place)
    elif names <= {"net", "ipc", "uts", "none", ""} and names & {"net"}:
        draft.needless(given, msg("What the containers of a pod share anyway."))
    else:
        draft.drop(given, msg("The containers of a pod share network and IPC, and no cgroup."))


def pod(draft: Draft, given: Given) -> None:
    draft.pod = given.value.removeprefix("new:")
    draft.needless(given, msg("The containers of a pod are put into one workload."))


def pod_id_file(draft: Draft, given: Given) -> None:
    draft.pod_id_file = given.value
    draft.needless(given, msg("The containers of a pod are put into one workload."))


def requires(draft: Draft, given: Given) -> None:
    """Which containers come first; who has them all at hand says what that means."""
    draft.requires.append(given)

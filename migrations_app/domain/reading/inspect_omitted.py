"""What a command asked for and no inspection shows: taken from the command, or told of.

Podman keeps the command line that made a container or a pod. Most options show up in a field of
the inspection; of those below nothing is to be seen anywhere else.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from migrations_app.domain.messages import Message, msg
from migrations_app.domain.reading.inspect_process import Fields, Origins
from migrations_app.domain.reading.inspect_rules import HOST, NO_PART, TUNING
from migrations_app.domain.reading.inspections import Inspection
from migrations_app.domain.reading.podman_argv import CreateCommand

_FIXED_ADDRESS = re.compile(r"[:,](?:ip6?|mac)=")
_ADDRESSES = msg("A cluster gives addresses; peers use the Service's name.")
_HOSTS = msg("A pod's hosts file is written by the cluster.")
_USERS = msg("A cluster leaves the image's own user list as it is.")
_VARIABLES = msg("A pod cannot take a variable of the image away; give it an empty value.")
_NAMESPACES = msg("User namespaces of pods depend on the cluster; the users above are kept.")

SILENT: Mapping[str, Message] = {
    **dict.fromkeys(("ip", "ip6", "mac-address"), _ADDRESSES),
    **dict.fromkeys(("no-hosts", "hosts-file"), _HOSTS),
    **dict.fromkeys(("passwd-entry", "group-entry", "hostuser", "passwd"), _USERS),
    **dict.fromkeys(("unsetenv", "unsetenv-all"), _VARIABLES),
    **dict.fromkeys(("subuidname", "subgidname"), _NAMESPACES),
    **dict.fromkeys(
        (
            "cgroup-conf",
            "cgroupns",
            "cgroups",
            "device-cgroup-rule",
            "kernel-memory",
            "personality",
            "rdt-class",
            "shm-size-systemd",
        ),
        TUNING,
    ),
    **dict.fromkeys(("chrootdirs", "preserve-fd", "preserve-fds", "init-path"), NO_PART),
    "cgroup-parent": HOST,
    "env-host": msg("The variables of the host at that time; those it had are listed one by one."),
    "link": msg("Peers find each other by the names of their Services."),
    "requires": msg(
        "A cluster starts all services at once; this one must try again until the other answers."
    ),
}
"""Why what these options ask for does not go on."""

_SHOWN_IF_USED: Mapping[str, str] = {
    "blkio-weight": "BlkioWeight",
    "blkio-weight-device": "BlkioWeightDevice",
    "device-read-bps": "BlkioDeviceReadBps",
    "device-write-bps": "BlkioDeviceWriteBps",
    "device-read-iops": "BlkioDeviceReadIOps",
    "device-write-iops": "BlkioDeviceWriteIOps",
    "cpu-rt-period": "CpuRealtimePeriod",
    "cpu-rt-runtime": "CpuRealtimeRuntime",
    "cpuset-cpus": "CpusetCpus",
    "cpuset-mems": "CpusetMems",
    "memory-swap": "MemorySwap",
    "memory-swappiness": "MemorySwappiness",
    "oom-score-adj": "OomScoreAdj",
    "oom-kill-disable": "OomKillDisable",
}
"""Limits that an inspection leaves out where the kernel does not know them."""

_PATHS = ("mask", "unmask")


def read_omitted(origins: Origins, fields: Fields) -> None:
    """Pull policy, platform, graphics processors and the rest of what only the command says."""
    container, created = origins.container, origins.created
    if created is None:
        return
    _pull_policy(container, created, fields)
    _platform(container, created, fields)
    if (gpus := created.last("gpus")) is not None:
        fields.set("gpus", gpus.value, container.place("Config", "CreateCommand", gpus.index))
    for given in created.all("init-ctr"):
        if given.value == "once":
            fields.values["unmapped"] = {"--init-ctr": given.value}
            place = container.place("Config", "CreateCommand", given.index)
            fields.places["unmapped/--init-ctr"] = place
    drop_silent(container, ("Config", "CreateCommand"), created)
    for option, key in _SHOWN_IF_USED.items():
        given_last = created.last(option)
        if given_last is not None and container.get("HostConfig", key) in (None, 0, -1, "", []):
            container.drop(("Config", "CreateCommand", given_last.index), TUNING)


def drop_silent(inspection: Inspection, path: tuple[str, ...], created: CreateCommand) -> None:
    """A row for every option that no field shows, at its place in the command."""
    for given in created.given:
        reason = SILENT.get(given.option)
        if reason is not None and given.value != "":
            inspection.drop((*path, given.index), reason)
    for given in (*created.all("network"), *created.all("net")):
        if _FIXED_ADDRESS.search(given.value):
            inspection.drop((*path, given.index), _ADDRESSES)


def _pull_policy(container: Inspection, created: CreateCommand, fields: Fields) -> None:
    given = created.last("pull")
    if given is None:
        return
    policy = {"true": "always", "false": "never"}.get(given.value.lower(), given.value.lower())
    fields.set("pull_policy", policy, container.place("Config", "CreateCommand", given.index))


def _platform(container: Inspection, created: CreateCommand, fields: Fields) -> None:
    """``--platform``, or ``--os`` and ``--arch``: for a cluster a matter of its nodes."""
    whole, system, machine = (created.last(name) for name in ("platform", "os", "arch"))
    given = whole or machine or system
    if given is None:
        return
    text = whole.value if whole else f"{system.value if system else 'linux'}/"
    if not whole and machine:
        text += machine.value
    fields.set("platform", text, container.place("Config", "CreateCommand", given.index))


def hidden_paths(origins: Origins, fields: Fields) -> None:
    """Paths that ``--security-opt`` masks or unmasks, which no inspection lists."""
    container, created = origins.container, origins.created
    shown = set(container.texts("HostConfig", "SecurityOpt"))
    for given in created.all("security-opt") if created else ():
        name, equals, value = given.value.partition("=")
        if name not in _PATHS or not equals or given.value in shown:
            continue
        place = container.place("Config", "CreateCommand", given.index)
        paths = tuple(path for path in value.split(":") if path)
        fields.values[name] = (*fields.values.get(name, ()), *paths)
        fields.places.update({f"{name}/{path}": place for path in paths})

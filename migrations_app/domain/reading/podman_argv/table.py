"""Every option of ``podman run``, ``create`` and ``pod create``, and of Docker's: how it is read.

One entry an option: whether it takes a value, how often it counts, and either who reads it or why
it stays behind. Taken from the help of Podman 4.3 and 5.8 and of Docker 27.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from migrations_app.domain.messages import Message, msg
from migrations_app.domain.reading.inspect_rules import HOST, LOGS, NO_PART, TUNING
from migrations_app.domain.reading.podman_argv import (
    of_files,
    of_health,
    of_limits,
    of_network,
    of_process,
    of_security,
)
from migrations_app.domain.reading.podman_argv.draft import Draft
from migrations_app.domain.reading.podman_argv.given import Given

Read = Callable[[Draft, Given], None]


@dataclass(frozen=True, slots=True)
class Option:
    """One option. ``repeats``: each time it is given counts, else the last one does.

    ``keyed`` names its place by what stands before the ``=`` of its value.
    """

    read: Read
    takes_value: bool = True
    repeats: bool = False
    keyed: bool = False


def _each(read: Read) -> Option:
    return Option(read, repeats=True)


def _keyed(read: Read) -> Option:
    return Option(read, repeats=True, keyed=True)


def _switch(read: Read) -> Option:
    return Option(read, takes_value=False)


def _lost(reason: Message, *, takes_value: bool = True, repeats: bool = False) -> Option:
    def read(draft: Draft, given: Given) -> None:
        if takes_value or given.on:
            draft.drop(given, reason)
        else:
            draft.needless(given, of_process.SWITCHED_OFF)

    return Option(read, takes_value, repeats)


def _needless(reason: Message, *, takes_value: bool = True, repeats: bool = False) -> Option:
    return Option(lambda draft, given: draft.needless(given, reason), takes_value, repeats)


_TERMINAL = msg("About the terminal that the command is typed in.")
_ON_THIS_HOST = msg("Written for tools on this host; a cluster keeps its own state.")
_PULLING = msg("About pulling the image here; a cluster has pull secrets and policies of its own.")
_REPLACED = msg("A cluster replaces and removes pods by itself.")
_IN_BACKGROUND = msg("A cluster runs everything in the background.")
_BEHIND_HEALTH = msg("A failed liveness probe restarts the container; there is no other action.")
_HEALTH_LOG = msg("A cluster keeps the results of probes as events.")
_USERS_FILE = msg("A cluster leaves the image's own user list as it is.")
_INFRA = msg("The container that holds a pod together; a cluster makes its own.")
_VARIABLES_OF_IMAGE = msg(
    "A pod cannot take a variable of its image away; set it to another value."
)
_MERGED = msg("It builds on a variable of the image, which is not known; write the whole value.")

OPTIONS: Mapping[str, Option] = {
    # what runs
    "name": Option(of_process.name),
    "entrypoint": Option(of_process.entrypoint),
    "workdir": Option(of_process.working_dir),
    "tty": _switch(of_process.terminal),
    "interactive": _switch(of_process.standard_input),
    "env": _keyed(of_process.variable),
    "env-file": _each(of_process.variable_file),
    "env-host": _switch(of_process.variables_of_host),
    "env-merge": _lost(_MERGED, repeats=True),
    "unsetenv": _lost(_VARIABLES_OF_IMAGE, repeats=True),
    "unsetenv-all": _lost(_VARIABLES_OF_IMAGE, takes_value=False),
    "http-proxy": _needless(
        msg("The host's proxy is not a node's; set the variables of a proxy by name."),
        takes_value=False,
    ),
    "tz": Option(of_process.time_zone),
    "label": _keyed(of_process.label),
    "label-file": _each(of_process.label_file),
    "annotation": _keyed(of_process.annotation),
    "init": _switch(of_process.init_process),
    "init-path": _lost(msg("No init process is added; the image must reap its own children.")),
    "init-ctr": Option(of_process.init_container),
    "systemd": Option(of_process.systemd),
    "rootfs": _switch(of_process.root_folder),
    "umask": _lost(NO_PART),
    "personality": _lost(NO_PART),
    # how it lives and ends
    "restart": Option(of_process.restart),
    "stop-timeout": Option(of_process.stop_timeout),
    "stop-signal": Option(of_process.stop_signal),
    "timeout": Option(of_process.deadline),
    "detach": _needless(_IN_BACKGROUND, takes_value=False),
    "rm": _needless(_REPLACED, takes_value=False),
    "rmi": _needless(_REPLACED, takes_value=False),
    "replace": _needless(_REPLACED, takes_value=False),
    "attach": _needless(_TERMINAL, repeats=True),
    "detach-keys": _needless(_TERMINAL),
    "sig-proxy": _needless(_TERMINAL, takes_value=False),
    "quiet": _needless(_TERMINAL, takes_value=False),
    "sdnotify": Option(of_process.start_notice),
    "preserve-fd": _lost(NO_PART, repeats=True),
    "preserve-fds": _lost(NO_PART),
    "cidfile": _needless(_ON_THIS_HOST),
    "conmon-pidfile": _needless(_ON_THIS_HOST),
    "pidfile": _needless(_ON_THIS_HOST),
    "exit-policy": _needless(msg("A pod ends when its containers have ended.")),
    "log-driver": Option(of_process.log_driver),
    "log-opt": _lost(LOGS, repeats=True),
    # the image
    "pull": Option(of_process.pull_policy),
    "platform": Option(of_process.platform),
    "arch": Option(of_process.architecture),
    "os": Option(of_process.architecture),
    "variant": Option(of_process.architecture),
    "authfile": _needless(_PULLING),
    "cert-dir": _needless(_PULLING),
    "creds": _needless(_PULLING),
    "decryption-key": _lost(_PULLING, repeats=True),
    "disable-content-trust": _needless(_PULLING, takes_value=False),
    "tls-verify": _needless(_PULLING, takes_value=False),
    "retry": _needless(_PULLING),
    "retry-delay": _needless(_PULLING),
    "use-api-socket": _lost(NO_PART, takes_value=False),
    # health
    "health-cmd": Option(of_health.part),
    "health-interval": Option(of_health.part),
    "health-timeout": Option(of_health.part),
    "health-retries": Option(of_health.part),
    "health-start-period": Option(of_health.part),
    "health-start-interval": _lost(msg("A startup probe has one interval, that of the check.")),
    "health-startup-cmd": Option(of_health.part),
    "health-startup-interval": Option(of_health.part),
    "health-startup-timeout": Option(of_health.part),
    "health-startup-retries": Option(of_health.part),
    "health-startup-success": _lost(msg("A startup probe has passed when it passed once.")),
    "health-on-failure": _lost(_BEHIND_HEALTH),
    "health-log-destination": _lost(_HEALTH_LOG),
    "health-max-log-count": _lost(_HEALTH_LOG),
    "health-max-log-size": _lost(_HEALTH_LOG),
    "no-healthcheck": _switch(of_health.no_check),
    # files
    "volume": _each(of_files.volume),
    "mount": _each(of_files.mount),
    "tmpfs": _each(of_files.tmpfs),
    "secret": _each(of_files.secret),
    "device": _each(of_files.device),
    "gpus": Option(of_files.gpus),
    "volumes-from": _each(of_files.volumes_from),
    "image-volume": Option(of_files.image_volumes),
    "read-only": _switch(of_files.read_only_root),
    "read-only-tmpfs": _switch(of_files.read_only_tmpfs),
    "chrootdirs": _lost(NO_PART, repeats=True),
    "volume-driver": _lost(msg("A storage class takes the place of a volume driver.")),
    "storage-opt": _lost(msg("A node bounds the space of containers by ephemeral-storage.")),
    # network
    "publish": _each(of_network.publish),
    "publish-all": _needless(
        msg("Peers reach the ports that the image exposes; which they are it tells itself."),
        takes_value=False,
    ),
    "expose": _each(of_network.expose),
    "network": _each(of_network.network),
    "network-alias": _each(of_network.alias),
    "ip": Option(of_network.address),
    "ip6": Option(of_network.address),
    "link-local-ip": _lost(of_network.ADDRESS, repeats=True),
    "mac-address": Option(of_network.address),
    "hostname": Option(of_network.hostname),
    "domainname": _lost(NO_PART),
    "add-host": _each(of_network.extra_host),
    "dns": _each(of_network.dns_server),
    "dns-search": _each(of_network.dns_search),
    "dns-option": _each(of_network.dns_option),
    "no-hosts": _lost(of_network.HOSTS_FILE, takes_value=False),
    "hosts-file": _lost(of_network.HOSTS_FILE),
    "no-hostname": _lost(msg("A pod's host name is set by the cluster."), takes_value=False),
    "link": _lost(msg("Peers find each other by the names of their Services."), repeats=True),
    "pid": Option(of_network.process_namespace),
    "ipc": Option(of_network.ipc_namespace),
    "uts": Option(of_network.name_namespace),
    "pod": Option(of_network.pod),
    "pod-id-file": Option(of_network.pod_id_file),
    "requires": _each(of_network.requires),
    # the pod
    "share": Option(of_network.shared),
    "share-parent": _needless(HOST, takes_value=False),
    "infra": _needless(_INFRA, takes_value=False),
    "infra-command": _needless(_INFRA),
    "infra-conmon-pidfile": _needless(_INFRA),
    "infra-image": _needless(_INFRA),
    "infra-name": _needless(_INFRA),
    # resources and the kernel
    "memory": Option(of_limits.memory),
    "memory-reservation": Option(of_limits.memory_reservation),
    "memory-swap": _lost(msg("Swap is the node's business; pods are given none of it.")),
    "memory-swappiness": _lost(TUNING),
    "kernel-memory": _lost(TUNING),
    "cpus": Option(of_limits.cpus),
    "cpu-quota": Option(of_limits.cpu_quota),
    "cpu-period": Option(of_limits.cpu_quota),
    "cpu-shares": Option(of_limits.cpu_shares),
    "pids-limit": Option(of_limits.pids_limit),
    "shm-size": Option(of_limits.shared_memory),
    "shm-size-systemd": _lost(NO_PART),
    "sysctl": _keyed(of_limits.sysctl),
    "ulimit": _each(of_limits.ulimit),
    "oom-kill-disable": _lost(TUNING, takes_value=False),
    "oom-score-adj": _lost(msg("A cluster derives it from requests and limits of memory.")),
    "cgroup-conf": _lost(TUNING, repeats=True),
    "cgroup-parent": _lost(HOST),
    "cgroupns": _lost(HOST),
    "cgroups": Option(of_process.control_groups),
    "rdt-class": _lost(TUNING),
    # users and rights
    "user": Option(of_security.user),
    "group-add": _each(of_security.group),
    "cap-add": _each(of_security.add_capability),
    "cap-drop": _each(of_security.drop_capability),
    "privileged": _switch(of_security.privileged),
    "security-opt": _each(of_security.security_option),
    "seccomp-policy": _lost(HOST),
    "userns": Option(of_security.user_namespace),
    "uidmap": _each(of_security.identity_map),
    "gidmap": _each(of_security.identity_map),
    "subuidname": Option(of_security.identity_map),
    "subgidname": Option(of_security.identity_map),
    "hostuser": _lost(_USERS_FILE, repeats=True),
    "passwd": _lost(_USERS_FILE, takes_value=False),
    "passwd-entry": _lost(_USERS_FILE),
    "group-entry": _lost(_USERS_FILE),
    # the host
    **{
        name: _lost(TUNING, repeats=name.endswith(("device", "bps", "iops", "rule")))
        for name in (
            "blkio-weight",
            "blkio-weight-device",
            "cpu-count",
            "cpu-percent",
            "cpu-rt-period",
            "cpu-rt-runtime",
            "cpuset-cpus",
            "cpuset-mems",
            "device-cgroup-rule",
            "device-read-bps",
            "device-read-iops",
            "device-write-bps",
            "device-write-iops",
            "io-maxbandwidth",
            "io-maxiops",
        )
    },
    "isolation": _lost(HOST),
    "runtime": _lost(HOST),
    "help": _needless(_TERMINAL, takes_value=False),
}

SHORT: Mapping[str, str] = {
    "a": "attach",
    "c": "cpu-shares",
    "d": "detach",
    "e": "env",
    "h": "hostname",
    "i": "interactive",
    "l": "label",
    "m": "memory",
    "p": "publish",
    "P": "publish-all",
    "q": "quiet",
    "t": "tty",
    "u": "user",
    "v": "volume",
    "w": "workdir",
}
SHORT_OF_PODS: Mapping[str, str] = {**SHORT, "n": "name"}
ALIASES: Mapping[str, str] = {
    "net": "network",
    "net-alias": "network-alias",
    "dns-opt": "dns-option",
    "healthcheck-cmd": "health-cmd",
    "healthcheck-command": "health-cmd",
    "healthcheck-interval": "health-interval",
    "healthcheck-retries": "health-retries",
    "healthcheck-start-period": "health-start-period",
    "healthcheck-timeout": "health-timeout",
    "volume-from": "volumes-from",
    "cpu-share": "cpu-shares",
    "timezone": "tz",
}


def nearest(name: str) -> str:
    """The known option that is written most like ``name``; empty if none is near."""
    known = [*OPTIONS, *ALIASES]
    found = get_close_matches(name, known, n=1, cutoff=0.72)
    return ALIASES.get(found[0], found[0]) if found else ""

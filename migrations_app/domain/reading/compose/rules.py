"""Why fields of a compose file stay behind, as data: a pattern, and the reason for all below it."""

from __future__ import annotations

from collections.abc import Mapping

from migrations_app.domain.messages import Message, msg
from migrations_app.domain.places import Path

Pattern = tuple[str, ...]

_PODMAN = msg("A setting of podman-compose for its own containers and pods.")
_OWN = msg("Compose's own: it says how the file is read, not what runs.")
_NETWORK = msg(
    "A network of this host; all pods of a cluster share one, and only policies keep them apart: "
    "the preset section network makes them of it."
)
_ADDRESS = msg("A cluster gives addresses; peers use the Service's name.")
_LOGS = msg("A cluster collects what containers write to standard output.")
_TUNING = msg("A pod specification cannot set this; it belongs to the node's configuration.")
_LOCAL = msg("Serves development on this machine.")
_NO_PART = msg("There is no such setting in a pod specification.")
_SWARM = msg("Of Docker Swarm; a cluster places and publishes by its own rules.")
_HOOK = msg("A pod has hooks of another kind; add a lifecycle hook in the manifest.")
_BUILT = msg("Builds the image; a cluster runs images that are built before.")
_UNUSED = msg("Nothing in the project uses it.")
_PROJECT = msg("Tells projects apart; it is kept with the service.")
_PEERS = msg("Peers find each other by the names of their Services.")
_SECRET_NAME = msg("Kept as the name of the Secret.")
_CONFIG_NAME = msg("Kept as the name of the ConfigMap.")
_CLAIM_NAME = msg("Kept as the name of the claim.")
_PROFILES = msg("Decides whether the service is rendered; see the question.")
_LISTED = msg("The same port is listed above.")
_SWAP = msg("Swap is the node's business; pods are given none of it.")

EXTENSION = msg("An extension of the format; what other places take from it is listed there.")
UNKNOWN = msg("Not understood; tell us what it should become.")
UNSAID = msg("Nothing is said here.")
ONLY_EXTENDED = msg("No service of the project takes it over.")

HARMLESS = frozenset(
    reason.text
    for reason in (
        _OWN,
        _BUILT,
        EXTENSION,
        _PROJECT,
        _PEERS,
        _SECRET_NAME,
        _CONFIG_NAME,
        _CLAIM_NAME,
        _PROFILES,
        _LISTED,
        UNSAID,
    )
)
"""Reasons, in English, with which nothing is lost: such a row is *converted*, and no finding."""

_SERVICE: Mapping[str, Message] = {
    "attach": _LOCAL,
    "blkio_config": _TUNING,
    "build": _BUILT,
    "cgroup": _TUNING,
    "cgroup_parent": _TUNING,
    "cpu_count": _TUNING,
    "cpu_percent": _TUNING,
    "cpu_period": _TUNING,
    "cpu_quota": msg("Another limit of CPUs counts instead."),
    "cpu_rt_period": _TUNING,
    "cpu_rt_runtime": _TUNING,
    "cpu_shares": msg("The reserved CPUs count instead."),
    "cpuset": _TUNING,
    "credential_spec": _NO_PART,
    "deploy/endpoint_mode": _SWARM,
    "deploy/placement": _SWARM,
    "deploy/resources": _SWARM,
    "deploy/restart_policy": msg("The pace of restarts is the cluster's: longer after each."),
    "deploy/rollback_config": _SWARM,
    "deploy/update_config": _SWARM,
    "develop": _LOCAL,
    "device_cgroup_rules": _TUNING,
    "domainname": msg("A pod's domain is that of its Service and namespace."),
    "external_links": msg("What is outside of the project has a Service or an address of its own."),
    "healthcheck": msg("The check is switched off, or belongs to the image."),
    "ipc": msg("The containers of a pod share this; other sharing does not exist."),
    "isolation": _NO_PART,
    "links": _PEERS,
    "logging": _LOGS,
    "mac_address": _ADDRESS,
    "mem_swappiness": _SWAP,
    "memswap_limit": _SWAP,
    "models": msg("A model runner of this machine; give the service an address of one."),
    "net": msg("The old name of network_mode, which no version reads any more."),
    "network_mode": _NETWORK,
    "networks": _NETWORK,
    "oom_kill_disable": _TUNING,
    "oom_score_adj": msg("A cluster derives it from requests and limits of memory."),
    "pid": msg("Only the containers of one pod can share processes."),
    "post_start": _HOOK,
    "pre_start": _NO_PART,
    "pre_stop": _HOOK,
    "profiles": _PROFILES,
    "provider": msg("Compose hands the service to a program of this machine."),
    "pull_refresh_after": msg("A node pulls an image by its pull policy alone."),
    "runtime": msg("A runtime of this host; a cluster knows runtime classes of its own."),
    "storage_opt": _TUNING,
    "triggers": msg("A Job of a cluster is started by its schedule, or when it is made."),
    "umask": _NO_PART,
    "use_api_socket": msg("The engine's socket; a cluster has its own API and accounts for it."),
    "uts": msg("The host's name is not a pod's."),
    "volume_driver": msg("A storage class takes the place of a volume driver."),
    "volumes": msg("Another mount of the same path counts."),
    "tmpfs": msg("Another mount of the same path counts."),
    "expose": _LISTED,
}

_VOLUME: Mapping[str, Message] = {
    "name": _CLAIM_NAME,
    "external": msg("The same as without it."),
    "driver": msg("A storage class takes the place of a volume driver."),
    "driver_opts": msg("A claim has no such option; its storage class decides."),
}

RULES: Mapping[Pattern, Message] = {
    ("version",): _OWN,
    ("name",): _PROJECT,
    ("include",): _OWN,
    ("networks",): _NETWORK,
    ("models",): msg("A model runner of this machine; give the service an address of one."),
    ("secrets",): _UNUSED,
    ("configs",): _UNUSED,
    ("secrets", "*", "name"): _SECRET_NAME,
    ("configs", "*", "name"): _CONFIG_NAME,
    **{("services", "*", *key.split("/")): reason for key, reason in _SERVICE.items()},
    **{("volumes", "*", key): reason for key, reason in _VOLUME.items()},
}

_TOP = frozenset({"services", *(pattern[0] for pattern in RULES)})


def reason_for(path: Path) -> Message | None:
    """The reason of the longest path with a rule that leads to a field.

    A file of version 1 has its services at the top; a job is a service in another section.
    """
    if path[0] == "jobs":
        path = ("services", *path[1:])
    if str(path[0]) not in _TOP and not str(path[0]).startswith("x-"):
        path = ("services", *path)
    for length in range(len(path), 0, -1):
        prefix = path[:length]
        steps = tuple(str(step) for step in prefix)
        if str(prefix[-1]).startswith("x-"):
            return _PODMAN if "podman" in str(prefix[-1]) else EXTENSION
        patterns = [steps]
        if length >= 2:
            patterns.append((steps[0], "*", *steps[2:]))
        for pattern in patterns:
            if pattern in RULES:
                return RULES[pattern]
    return None

"""Powers over the node, and what a container does as root."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from migrations_app.domain.checks.base import CheckContext, Rule, Workload
from migrations_app.domain.findings import Finding, Severity
from migrations_app.domain.manifests.resources import get, mapping, name_of, sequence
from migrations_app.domain.messages import msg
from migrations_app.domain.places import Path

SEC_01 = Rule(
    "SEC-01",
    Severity.BLOCKER,
    msg("Rootless Podman keeps a privileged container a user's; on a cluster it owns the node."),
    msg("Take privileged away and add the capabilities that are needed, one by one."),
)
SEC_02 = Rule(
    "SEC-02",
    Severity.HIGH,
    msg("Root in rootless Podman is an ordinary user of the host; on a node it is root."),
    msg("Set runAsUser to a number other than 0 that the image can run with."),
)
SEC_06 = Rule(
    "SEC-06",
    Severity.HIGH,
    msg("Podman grants it by itself or was told to; CRI-O and containerd grant nine others."),
    msg("Do without it, or have the cluster's administrators allow it for this namespace."),
)
SEC_08 = Rule(
    "SEC-08",
    Severity.HIGH,
    msg(
        "On a host of one's own these are a convenience; on a node they reach other people's pods."
    ),
    msg("Take it away; name Services in place of host ports, and set sysctls on the node."),
)

CLUSTER_DEFAULTS = frozenset(
    {
        *("CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL"),
        *("NET_BIND_SERVICE", "SETGID", "SETPCAP", "SETUID"),
    }
)
"""What CRI-O, and containerd from version 2, give a container that asks for nothing."""

SAFE_SYSCTLS = frozenset(
    {
        *("kernel.shm_rmid_forced", "net.ipv4.ip_local_port_range", "net.ipv4.tcp_syncookies"),
        *("net.ipv4.ping_group_range", "net.ipv4.ip_unprivileged_port_start"),
        *("net.ipv4.ip_local_reserved_ports", "net.ipv4.tcp_keepalive_time"),
        *("net.ipv4.tcp_fin_timeout", "net.ipv4.tcp_keepalive_intvl"),
        *("net.ipv4.tcp_keepalive_probes", "net.ipv4.tcp_rmem", "net.ipv4.tcp_wmem"),
    }
)
_HOST_NAMESPACES = ("hostNetwork", "hostPID", "hostIPC")
_TOOLS = {"ping": "NET_RAW", "tcpdump": "NET_RAW", "arping": "NET_RAW", "chroot": "SYS_CHROOT"} | {
    "mknod": "MKNOD",
    "setcap": "SETFCAP",
}
_WORD = re.compile(r"(?:^|[\s;&|/])(ping|tcpdump|arping|chroot|mknod|setcap)(?=\s)")


def privileged(context: CheckContext) -> Iterator[Finding]:
    """SEC-01: a privileged container."""
    for item, path, container in context.containers:
        if get(container, ("securityContext", "privileged")) is True:
            yield SEC_01.found(
                item,
                (*path, "securityContext", "privileged"),
                msg("Container %(name)s is privileged.", name=container.get("name")),
            )


def root(context: CheckContext) -> Iterator[Finding]:
    """SEC-02: a container runs as root, or as a user whose number nobody knows.

    Told by ``runAsUser: 0``, and where the image was inspected by its own user: root, or a name,
    which a kubelet refuses as soon as ``runAsNonRoot`` is set. The question ``user-id`` asks for
    the number. Contradictions are SEC-03.
    """
    for workload in context.workloads:
        for path, container in workload.containers:
            own = mapping(container.get("securityContext"))
            pod = mapping(workload.spec.get("securityContext"))
            user = own.get("runAsUser", pod.get("runAsUser"))
            non_root = own.get("runAsNonRoot", pod.get("runAsNonRoot")) is True
            name = str(container.get("name"))
            if user == 0 and not isinstance(user, bool) and not non_root:
                holder = path if "runAsUser" in own else workload.path
                yield SEC_02.found(
                    workload.item,
                    (*holder, "securityContext", "runAsUser"),
                    msg("Container %(name)s runs as root.", name=name),
                    name,
                )
            elif user is None and isinstance(container.get("image"), str):
                yield from _by_image(context, workload, path, container, non_root=non_root)


def _by_image(
    context: CheckContext,
    workload: Workload,
    path: Path,
    container: dict[str, Any],
    *,
    non_root: bool,
) -> Iterator[Finding]:
    known = context.image_facts(container["image"])
    if known is None:
        return
    user = known.user.partition(":")[0]
    name = str(container.get("name"))
    asked = context.question("user-id", name_of(workload.item.body), name)
    if user in ("", "0", "root"):
        message = msg("Container %(name)s runs as root, as its image does.", name=name)
    elif not user.isdigit() and non_root:
        message = msg(
            "Container %(name)s must not run as root, and its user %(user)s is no number.",
            name=name,
            user=user,
        )
    else:
        return
    yield SEC_02.found(workload.item, (*path, "securityContext"), message, name, asked=asked)


def missing_capabilities(context: CheckContext) -> Iterator[Finding]:
    """SEC-06: a capability that clusters do not give by default is added, or seems to be needed.

    Podman's own defaults hold SETFCAP and SYS_CHROOT, which CRI-O and containerd leave out; NET_RAW
    and MKNOD went with Podman 4. ``ping``, ``chroot``, ``mknod`` or ``setcap`` in a command tell.
    """
    for item, path, container in context.containers:
        added = {
            str(name).upper().removeprefix("CAP_")
            for name in sequence(get(container, ("securityContext", "capabilities", "add")))
        }
        beyond = sorted(added - CLUSTER_DEFAULTS)
        if beyond:
            yield SEC_06.found(
                item,
                (*path, "securityContext", "capabilities", "add"),
                msg(
                    "Container %(name)s adds %(capabilities)s.",
                    name=container.get("name"),
                    capabilities=", ".join(beyond),
                ),
            )
        if "ALL" in added:
            continue
        for where, word in _needed(path, container):
            if _TOOLS[word] not in added:
                yield SEC_06.found(
                    item,
                    where,
                    msg(
                        "Container %(name)s calls %(tool)s, which needs %(capability)s.",
                        name=container.get("name"),
                        tool=word,
                        capability=_TOOLS[word],
                    ),
                    word,
                )


def _needed(path: Path, container: dict[str, Any]) -> Iterator[tuple[Path, str]]:
    for field in ("command", "args"):
        words = [str(word) for word in sequence(container.get(field))]
        for index, word in enumerate(words):
            first = word.rpartition("/")[2] if index == 0 and field == "command" else ""
            if first in _TOOLS:
                yield (*path, field, index), first
            for match in _WORD.finditer(word):
                yield (*path, field, index), match[1]


def host_powers(context: CheckContext) -> Iterator[Finding]:
    """SEC-08: the host's network, processes or memory, an unsafe sysctl, or an unmasked /proc."""
    for workload in context.workloads:
        for field in _HOST_NAMESPACES:
            if workload.spec.get(field) is True:
                yield SEC_08.found(
                    workload.item,
                    (*workload.path, field),
                    msg("%(name)s has %(field)s.", name=workload.item.label, field=field),
                )
        security = mapping(workload.spec.get("securityContext"))
        for index, sysctl in enumerate(sequence(security.get("sysctls"))):
            name = str(mapping(sysctl).get("name"))
            if name not in SAFE_SYSCTLS:
                yield SEC_08.found(
                    workload.item,
                    (*workload.path, "securityContext", "sysctls", index),
                    msg("A kubelet sets %(name)s only where it is allowed to.", name=name),
                    name,
                )
        for path, container in workload.containers:
            mount = get(container, ("securityContext", "procMount"))
            if mount not in (None, "Default"):
                yield SEC_08.found(
                    workload.item,
                    (*path, "securityContext", "procMount"),
                    msg("Container %(name)s sees all of /proc.", name=container.get("name")),
                )

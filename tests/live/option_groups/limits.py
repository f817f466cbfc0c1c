"""What a container may use, and what it may do."""

from __future__ import annotations

from tests.live.option_groups.expecting import container, finding, pod, question, row
from tests.live.option_groups.group import Group

LIMITS = (
    Group(
        "memory limit",
        ("--memory=64m",),
        (container("resources/limits/memory", "64Mi"),),
        theirs=(container("resources/limits/memory", ...),),
    ),
    Group(
        "memory reservation",
        ("--memory=64m", "--memory-reservation=32m"),
        (container("resources/requests/memory", "32Mi"),),
    ),
    Group(
        "CPU limit",
        ("--cpus=0.5",),
        (container("resources/limits/cpu", "500m"),),
        sample=True,
    ),
    Group(
        "CPU quota",
        ("--cpu-period=50000", "--cpu-quota=20000"),
        (container("resources/limits/cpu", "400m"),),
    ),
    Group("CPU shares", ("--cpu-shares=512",), (container("resources/requests/cpu", "500m"),)),
    Group("CPUs by number", ("--cpuset-cpus=0",), (row("HostConfig/CpusetCpus"),)),
    Group("swap", ("--memory=64m", "--memory-swap=128m"), (row("HostConfig/MemorySwap"),)),
    Group("swappiness", ("--memory-swappiness=10",), (row("HostConfig/MemorySwappiness"),)),
    Group("processes", ("--pids-limit=77",), (row("HostConfig/PidsLimit"),)),
    Group("weight of input and output", ("--blkio-weight=300",), (row("Config/CreateCommand/"),)),
    Group("killed first", ("--oom-score-adj=500",), (row("HostConfig/OomScoreAdj"),)),
    Group("ulimits", ("--ulimit=nofile=1024:2048",), (row("HostConfig/Ulimits"),)),
    Group(
        "safe sysctl",
        ("--sysctl=net.ipv4.ping_group_range=0 100",),
        (
            pod(
                "securityContext/sysctls",
                [{"name": "net.ipv4.ping_group_range", "value": "0 100"}],
            ),
        ),
    ),
    Group(
        "sysctl that a node must allow",
        ("--sysctl=net.core.somaxconn=4096",),
        (finding("SEC-08"), row("Config/CreateCommand/")),
    ),
    Group(
        "capability added",
        ("--cap-add=NET_ADMIN",),
        (container("securityContext/capabilities/add", ["NET_ADMIN"]),),
        theirs=(container("securityContext/capabilities/add", ["CAP_NET_ADMIN"]),),
    ),
    Group(
        "capability dropped",
        ("--cap-drop=KILL", "--cap-drop=CAP_CHOWN"),
        (container("securityContext/capabilities/drop", ["KILL", "CHOWN"]),),
        theirs=(container("securityContext/capabilities/drop", ["CAP_KILL", "CAP_CHOWN"]),),
    ),
    Group(
        "all capabilities dropped but one",
        ("--cap-drop=all", "--cap-add=NET_BIND_SERVICE"),
        (
            container("securityContext/capabilities/drop", ["ALL"]),
            container("securityContext/capabilities/add", ["NET_BIND_SERVICE"]),
        ),
        theirs=(container("securityContext/capabilities/drop", ["CAP_SETUID", "CAP_KILL"]),),
        sample=True,
    ),
    Group(
        "capabilities that a cluster does not give by itself",
        ("--user=0",),
        (finding("SEC-06"),),
    ),
    Group(
        "privileged",
        ("--privileged",),
        (container("securityContext/privileged", True),),
    ),
    Group(
        "no new privileges",
        ("--security-opt=no-new-privileges",),
        (container("securityContext/allowPrivilegeEscalation", False),),
    ),
    Group(
        "no seccomp profile",
        ("--security-opt=seccomp=unconfined",),
        (container("securityContext/seccompProfile/type", "Unconfined"),),
    ),
    Group(
        "own seccomp profile",
        ("--security-opt=seccomp={folder}/profile.json",),
        (row("HostConfig/SecurityOpt"),),
    ),
    Group(
        "SELinux type",
        ("--security-opt=label=type:spc_t",),
        (container("securityContext/seLinuxOptions/type", "spc_t"),),
    ),
    Group(
        "no SELinux labels",
        ("--security-opt=label=disable",),
        (row("HostConfig/SecurityOpt"),),
    ),
    Group(
        "paths unhidden", ("--security-opt=unmask=/proc/kcore",), (row("Config/CreateCommand/"),)
    ),
    Group("user namespace", ("--uidmap=0:100000:5000",), (row("HostConfig/"),)),
    Group(
        "device",
        ("--device=/dev/null:/dev/xnull",),
        (question("device"), finding("CAP-04"), row("HostConfig/Devices", "question")),
    ),
)

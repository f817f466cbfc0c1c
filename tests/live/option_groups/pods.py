"""Pods, and what their containers share."""

from __future__ import annotations

from tests.live.option_groups.expecting import container, finding, kind, pod, question, row
from tests.live.option_groups.group import Group


def _pod(name: str, options: tuple[str, ...], *expects: object, **more: object) -> Group:
    return Group(name, options, expects, is_pod=True, **more)  # type: ignore[arg-type]


PODS = (
    _pod(
        "pod with a port",
        ("--publish=18090:7000",),
        container("ports", [{"containerPort": 7000}]),
        kind("Service/spec/ports", [{"port": 7000}]),
        image="rich",
    ),
    _pod("host name of a pod", ("--hostname=inner",), pod("hostname", "inner")),
    _pod(
        "fixed hosts of a pod",
        ("--add-host=billing:10.1.2.3",),
        pod("hostAliases", [{"ip": "10.1.2.3", "hostnames": ["billing"]}]),
    ),
    _pod(
        "name resolution of a pod",
        ("--dns=10.9.8.7", "--dns-search=example.com"),
        pod("dnsConfig/nameservers", ["10.9.8.7"]),
        pod("dnsConfig/searches", ["example.com"]),
    ),
    _pod(
        "network of the host for a pod",
        ("--network=host",),
        pod("hostNetwork", True),
        finding("SEC-08"),
    ),
    _pod(
        "name of a pod on a network",
        ("--network={mark}-net", "--network-alias=db"),
        kind("Service/metadata/name", "db"),
        image="rich",
    ),
    _pod("shared processes", ("--share=pid,ipc,net",), pod("shareProcessNamespace", True)),
    _pod(
        "labels of a pod",
        ("--label=team=payments",),
        kind("Deployment/metadata/annotations/team", "payments"),
        theirs=(kind("Pod/metadata/labels/team", "payments"),),
    ),
    _pod("CPUs of a pod", ("--cpus=0.5",), row("cpu_quota")),
    _pod("memory of a pod", ("--memory=64m",), row("memory_limit"), since=(4, 4)),
    _pod(
        "container before the others",
        (),
        pod("initContainers", [{"args": ["true"]}]),
        theirs=(pod("initContainers", [{"name": ...}]),),
        inside=("--init-ctr=always",),
        command=("true",),
    ),
    _pod(
        "sysctl of a pod",
        ("--sysctl=net.ipv4.ping_group_range=0 100",),
        pod(
            "securityContext/sysctls",
            [{"name": "net.ipv4.ping_group_range", "value": "0 100"}],
        ),
    ),
    _pod(
        "volume of a pod",
        ("--volume={mark}-data:/data",),
        container("volumeMounts", [{"mountPath": "/data"}]),
        question("volume-size"),
    ),
    _pod(
        "restart policy of a pod",
        ("--restart=on-failure",),
        kind("Job/spec/template/spec/restartPolicy", "OnFailure"),
        theirs=(pod("restartPolicy", "OnFailure"),),
        since=(4, 5),
    ),
    _pod(
        "shared memory of a pod",
        ("--shm-size=128m",),
        pod("volumes", [{"emptyDir": {"medium": "Memory", "sizeLimit": "128Mi"}}]),
        since=(4, 4),
    ),
    _pod(
        "security options of a pod",
        ("--security-opt=no-new-privileges",),
        container("securityContext/allowPrivilegeEscalation", False),
    ),
    _pod(
        "device of a pod",
        ("--device=/dev/null:/dev/xnull",),
        question("device"),
    ),
    _pod("user namespace of a pod", ("--userns=host",), row("InfraConfig")),
    _pod("exit policy of a pod", ("--exit-policy=stop",), row("ExitPolicy")),
)

"""Services that say what no cluster takes: what readers meet in the files of strangers."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

from migrations_app.domain.spec import (
    Condition,
    ContainerSpec,
    Dependency,
    HealthCheck,
    Mount,
    MountKind,
    Port,
    Resources,
    RestartPolicy,
    Rollout,
    SecretUse,
    Security,
    ServiceSpec,
    VolumeSpec,
)

NAMES = (
    *("web", "Web_App.v1", "my_data", "my-data", "UPPER", "a" * 90, "1st", "-", "ünïcode", "x y"),
    *("db.example.com", "web", "_", "a/b"),
)
PATHS = (
    *("/data", "/data/", "data", "/a:b", "", "/", "/etc/../etc/x", "/with space", "/data//x"),
    *("/dev/shm", "/run/secrets/token", "../up", "/etc/app.conf", "/ключ.txt"),
)
TEXTS = ("", " ", "$(HOME)", "$$", "1e3", "yes", "null", "日本", "a\nb", "x" * 300, "=", '"')
SYSCTLS = ("net.ipv4.tcp_syncookies", "kernel.shm_rmid_forced")
NUMBERS = (0, 1, -1, 53, 80, 8080, 65535, 65536, 99999, 2**31, 2**40)
ADDRESSES = ("10.1.2.3", "::1", "host-gateway", "not an address", "", "300.1.1.1")


def nasty_services(seed: int, count: int = 3) -> tuple[ServiceSpec, ...]:
    """A few services of one bundle; the same for the same seed."""
    chance = random.Random(seed)
    return tuple(_service(chance) for _ in range(count))


def _some(chance: random.Random, values: Sequence[Any], most: int = 3) -> tuple[Any, ...]:
    return tuple(chance.choice(values) for _ in range(chance.randint(0, most)))


def _service(chance: random.Random) -> ServiceSpec:
    containers = tuple(_container(chance) for _ in range(chance.randint(1, 3)))
    return ServiceSpec(
        name=chance.choice(NAMES),
        containers=containers,
        volumes=tuple(
            VolumeSpec(name, external=chance.random() < 0.2, labels={chance.choice(NAMES): "x"})
            for name in _some(chance, NAMES)
        ),
        networks=_some(chance, NAMES),
        aliases=_some(chance, NAMES),
        hostname=chance.choice(("", *NAMES)),
        extra_hosts={name: chance.choice(ADDRESSES) for name in _some(chance, NAMES)},
        dns_servers=_some(chance, ADDRESSES, 5),
        dns_search=_some(chance, (*NAMES, "."), 4),
        dns_options=_some(chance, ("ndots:2", "", ":", "rotate")),
        host_network=chance.random() < 0.2,
        host_pid=chance.random() < 0.3,
        host_ipc=chance.random() < 0.2,
        share_process_namespace=chance.random() < 0.4,
        replicas=chance.choice((None, 0, 3, -1)),
        every_node=chance.random() < 0.1,
        schedule=chance.choice(("", "", "", "5 4 * * *")),
        rollout=chance.choice((None, Rollout(2, 5.0, True), Rollout(0, None, False))),
        depends_on=tuple(Dependency(name, Condition.HEALTHY) for name in _some(chance, NAMES)),
        node_labels={name: chance.choice(TEXTS) for name in _some(chance, NAMES)},
        labels={name: chance.choice(TEXTS) for name in _some(chance, NAMES)},
        annotations={name: chance.choice(TEXTS) for name in _some(chance, NAMES)},
        is_pod=len(containers) > 1,
        file="nasty.yaml",
    )


def _container(chance: random.Random) -> ContainerSpec:
    return ContainerSpec(
        name=chance.choice(NAMES),
        image=chance.choice(("web:1", " web:1 ", "", "localhost/x", "docker.io/library/a@b")),
        image_unnamed=chance.random() < 0.1,
        init=chance.random() < 0.3,
        command=chance.choice((None, (), TEXTS)),
        args=chance.choice((None, ("a", "$(X)"))),
        working_dir=chance.choice(("", "/srv", "relative")),
        environment={
            name: chance.choice(TEXTS)
            for name in _some(chance, (*NAMES, "", "A=B", "DB_PASSWORD", "API-KEY x"), 6)
        },
        secrets=tuple(_secret(chance) for _ in range(chance.randint(0, 3))),
        ports=tuple(
            Port(
                chance.choice(NUMBERS),
                chance.choice(("tcp", "udp", "sctp", "icmp")),
                chance.choice((None, *NUMBERS)),
                name=chance.choice(("", "http", *NAMES)),
            )
            for _ in range(chance.randint(0, 6))
        ),
        mounts=tuple(_mount(chance) for _ in range(chance.randint(0, 6))),
        health=chance.choice((None, _check(chance))),
        startup_health=chance.choice((None, _check(chance))),
        resources=Resources(
            cpu_limit=chance.choice((None, "0.5", "0", "-1", "much", "1e-9")),
            cpu_request=chance.choice((None, "2", "0.0001")),
            memory_limit=chance.choice((None, 0, 1024, -5)),
            memory_request=chance.choice((None, 2**40, 7)),
            extended={"nvidia.com/gpu": "1", "gpu": "two"} if chance.random() < 0.2 else {},
        ),
        security=_security(chance),
        restart=chance.choice(tuple(RestartPolicy)),
        restart_retries=chance.choice((None, 0, 3, -2)),
        exit_code=chance.choice((None, 0, 1)),
        stop_timeout=chance.choice((None, 0.0, -1.0, 2.5)),
        shm_size=chance.choice((None, 2**20)),
        sysctls=dict.fromkeys(
            _some(chance, ("net.ipv4.tcp_syncookies", "kernel.shm_rmid_forced")), "1"
        ),
        devices=_some(chance, ("/dev/null", "/dev/kvm:/dev/kvm:rwm")),
        labels={name: chance.choice(TEXTS) for name in _some(chance, NAMES)},
        annotations={name: chance.choice(TEXTS) for name in _some(chance, NAMES)},
        pull_policy=chance.choice(("", "always", "build", "odd")),
        platform=chance.choice(("", "linux/amd64", "linux", "odd one/!")),
        deadline=chance.choice((None, 0.0, 10.0)),
        gpus=chance.choice(("", "", "all", "2", "some")),
    )


def _secret(chance: random.Random) -> SecretUse:
    as_env = chance.random() < 0.5
    return SecretUse(
        name=chance.choice(NAMES),
        as_env=as_env,
        target=chance.choice(NAMES if as_env else PATHS),
        mode=chance.choice((None, 0o400, 0o7777)),
        value=chance.choice((None, "s3cret")),
    )


def _mount(chance: random.Random) -> Mount:
    return Mount(
        kind=chance.choice(tuple(MountKind)),
        target=chance.choice(PATHS),
        source=chance.choice((*NAMES, *PATHS)),
        read_only=chance.random() < 0.4,
        content=chance.choice((None, "text", "")),
        is_directory=chance.choice((None, True, False)),
        size=chance.choice((None, 0, 2**20)),
        mode=chance.choice((None, 0o644, 0o7777)),
        sub_path=chance.choice(("", "part", "../up", "/abs")),
        entries={"a.conf": "x", "b/c d": "y"} if chance.random() < 0.1 else {},
    )


def _check(chance: random.Random) -> HealthCheck:
    return HealthCheck(
        test=chance.choice(
            (
                ("CMD", "true"),
                ("CMD-SHELL", "curl -f http://localhost:99999/ || exit 1"),
                ("CMD-SHELL", "nc -z localhost 99999"),
                ("NONE",),
                ("CMD",),
                (),
                ("CMD", "wget", "http://localhost:8080/healthz"),
            )
        ),
        interval=chance.choice((None, 0.1, -1.0, 1e9)),
        timeout=chance.choice((None, 0.0, 1e9)),
        retries=chance.choice((None, 0, 5)),
        start_period=chance.choice((None, 0.0, 1e6)),
    )


def _security(chance: random.Random) -> Security:
    return Security(
        user=chance.choice(("", "1001:0", "app", "99999999999", "0", ":5")),
        groups=_some(chance, ("4242", "staff", "99999999999")),
        privileged=chance.random() < 0.2,
        cap_add=_some(chance, ("NET_ADMIN", "CAP_SYS_ADMIN", "sys_time", "NET_ADMIN")),
        cap_drop=_some(chance, ("ALL", "cap_kill")),
        no_new_privileges=chance.random() < 0.5,
        read_only_root=chance.random() < 0.3,
        seccomp=chance.choice(("", "unconfined", "/etc/profile.json")),
        apparmor=chance.choice(("", "unconfined", "mine")),
        selinux={"type": "spc_t", "filetype": "x"} if chance.random() < 0.2 else {},
        mask=_some(chance, PATHS),
        unmask=_some(chance, ("ALL", "/proc/kcore")),
    )

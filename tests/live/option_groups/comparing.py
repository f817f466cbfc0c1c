"""What a service says, fact by fact, so that two of them can be laid beside each other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from migrations_app.domain.places import Place
from migrations_app.domain.spec import (
    ContainerSpec,
    HealthCheck,
    Mount,
    MountKind,
    Places,
    RestartPolicy,
    ServiceSpec,
)

_KEPT_BY = {
    MountKind.BIND: "the host",
    MountKind.VOLUME: "a volume",
    MountKind.ANONYMOUS: "a volume",
    MountKind.TMPFS: "memory",
    MountKind.IMAGE: "an image",
}
_SERVICE = (
    *("hostname", "dns_servers", "dns_search", "dns_options", "host_network", "host_pid"),
    *("host_ipc", "share_process_namespace"),
)
_CONTAINER = (
    *("image", "working_dir", "stop_timeout", "stop_signal", "tty", "stdin", "shm_size"),
    *("ulimits", "devices", "init_process", "deadline", "pull_policy", "platform", "gpus"),
)
_SECURITY = (
    *("user", "groups", "privileged", "no_new_privileges", "read_only_root", "seccomp"),
    *("apparmor", "userns", "mask", "unmask"),
)
_RESOURCES = ("cpu_limit", "cpu_request", "memory_limit", "memory_request", "pids_limit")
_OF_TOOLS = ("io.podman.", "io.kubernetes.", "com.docker.", "PODMAN_")
_ALWAYS = frozenset({RestartPolicy.ALWAYS, RestartPolicy.UNLESS_STOPPED, RestartPolicy.UNSET})


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that is said, and the places where it is."""

    value: Any
    places: tuple[Place, ...]


def facts(service: ServiceSpec) -> dict[str, Fact]:
    """Everything that was chosen of a service, under a name that survives being played."""
    found = dict(_attributes(service, _SERVICE, service.places))
    found |= _keyed("host", service.extra_hosts, service.places, "extra_hosts")
    for index, container in enumerate(_in_order(service)):
        start = f"{index}." if len(service.containers) > 1 else ""
        found |= {start + name: fact for name, fact in _of_container(container)}
    return found


def _in_order(service: ServiceSpec) -> list[ContainerSpec]:
    return sorted(service.containers, key=lambda item: (not item.init, item.name))


def _of_container(container: ContainerSpec) -> Iterator[tuple[str, Fact]]:
    places = container.places
    yield from _attributes(container, _CONTAINER, places)
    yield from _attributes(container.security, _SECURITY, container.security.places)
    yield from _attributes(container.resources, _RESOURCES, container.resources.places)
    words = (*(container.command or ()), *(container.args or ()))
    if words:
        yield "words", Fact(words, _places(places, "command", "args"))
    for name, fact in _keyed("variable", container.environment, places, "environment").items():
        yield name, fact
    for use in container.secrets:
        name = f"variable {use.target}" if use.as_env else f"secret at {use.target}"
        yield name, Fact(f"secret {use.name}", _all(use.places))
    for port in container.ports:
        name = f"port {port.container_port}/{port.protocol}"
        yield name, Fact(True, _all(port.places))
        if port.host_port:
            address = f"{port.host_ip}:{port.host_port}"
            yield f"{name} on the host", Fact(address, _all(port.places))
    for mount in container.mounts:
        yield f"mount {mount.target}", Fact(_mounted(mount), _all(mount.places))
    for name, check in (("health", container.health), ("start-up", container.startup_health)):
        if check is not None:
            yield name, Fact(_checked(check), _all(check.places))
    if container.restart not in _ALWAYS:
        policy = (container.restart.value, container.restart_retries)
        yield "restart", Fact(policy, _places(places, "restart", "restart_retries"))
    security = container.security
    if security.used_caps:
        places_of = _places(security.places, "cap_add", "cap_drop")
        yield "capabilities", Fact(frozenset(security.used_caps), places_of)
    for key, value in security.selinux.items():
        yield f"selinux {key}", Fact(value, _places(security.places, f"selinux/{key}"))
    yield from _keyed("sysctl", container.sysctls, places, "sysctls").items()
    yield from _keyed("annotation", container.annotations, places, "annotations").items()
    yield from _keyed("label", container.labels, places, "labels").items()


def _attributes(holder: Any, names: tuple[str, ...], places: Places) -> Iterator[tuple[str, Fact]]:
    for name in names:
        value = getattr(holder, name)
        if value not in (None, "", False, (), 0):
            yield name, Fact(value, _under(places, name))


def _keyed(word: str, values: Mapping[str, str], places: Places, attribute: str) -> dict[str, Fact]:
    return {
        f"{word} {key}": Fact(value, _places(places, f"{attribute}/{key}"))
        for key, value in values.items()
        if not key.startswith(_OF_TOOLS)
    }


def _mounted(mount: Mount) -> tuple[Any, ...]:
    kept = _KEPT_BY.get(mount.kind, mount.kind.value)
    limit = (mount.size, mount.mode) if mount.kind is MountKind.TMPFS else ()
    return (kept, mount.read_only, *limit)


def _checked(check: HealthCheck) -> tuple[Any, ...]:
    return check.test, check.interval, check.timeout, check.retries, check.start_period


def _places(places: Places, *names: str) -> tuple[Place, ...]:
    return tuple(places[name] for name in names if name in places)


def _under(places: Places, name: str) -> tuple[Place, ...]:
    return tuple(p for key, p in places.items() if key == name or key.startswith(f"{name}/"))


def _all(places: Places) -> tuple[Place, ...]:
    return tuple(places.values())

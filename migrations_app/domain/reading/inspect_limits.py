"""Resource limits, privileges and kernel settings of an inspected container."""

from __future__ import annotations

import re
from decimal import Decimal

from migrations_app.domain.messages import msg
from migrations_app.domain.places import Place
from migrations_app.domain.reading.inspect_omitted import hidden_paths
from migrations_app.domain.reading.inspect_process import OF_THE_IMAGE, Fields, Origins
from migrations_app.domain.reading.inspections import Inspection
from migrations_app.domain.reading.podman_argv import key_values
from migrations_app.domain.spec import Resources, Security

DEFAULT_SHM_SIZE = 65_536_000
_NANO = Decimal(10) ** 9
_DEFAULT_PIDS = frozenset({0, -1, 2048, 4096})
_SPECIAL_GROUPS = frozenset({"keep-groups"})


def read_resources(origins: Origins) -> Resources:
    """Limits and reservations. CPU shares are a request as Kubernetes converts them: 1024 a CPU."""
    container = origins.container
    fields = Fields()
    nano = container.number("HostConfig", "NanoCpus")
    quota = container.number("HostConfig", "CpuQuota")
    period = container.number("HostConfig", "CpuPeriod") or 100_000
    shares = container.number("HostConfig", "CpuShares")
    if nano > 0:
        fields.set("cpu_limit", _cpus(nano / _NANO), container.place("HostConfig", "NanoCpus"))
    elif quota > 0:
        cpus = Decimal(quota) / Decimal(period)
        fields.set("cpu_limit", _cpus(cpus), container.place("HostConfig", "CpuQuota"))
    if shares > 0:
        cpus = Decimal(shares) / 1024
        fields.set("cpu_request", _cpus(cpus), container.place("HostConfig", "CpuShares"))
    for attribute, key in (
        ("memory_limit", "Memory"),
        ("memory_request", "MemoryReservation"),
    ):
        if (size := container.number("HostConfig", key)) > 0:
            fields.set(attribute, size, container.place("HostConfig", key))
    pids = container.number("HostConfig", "PidsLimit")
    if pids not in _DEFAULT_PIDS:
        fields.set("pids_limit", pids, container.place("HostConfig", "PidsLimit"))
    return Resources(**fields.values, places=fields.places)


def _cpus(value: Decimal) -> str:
    """CPUs to a thousandth, the finest a cluster knows, rounded up."""
    return format(value.quantize(Decimal("0.001"), rounding="ROUND_UP").normalize(), "f")


def read_security(origins: Origins) -> Security:
    """What differs from Podman's defaults and from the image's own user."""
    container = origins.container
    fields = Fields()
    _user(origins, fields)
    _groups(container, fields)
    _capabilities(origins, fields)
    for attribute, key in (
        ("privileged", "Privileged"),
        ("read_only_root", "ReadonlyRootfs"),
    ):
        if container.flag("HostConfig", key):
            fields.set(attribute, value=True, place=container.place("HostConfig", key))
    _security_options(container, fields)
    hidden_paths(origins, fields)
    _used_capabilities(origins, fields)
    return Security(**fields.values, places=fields.places)


def _user(origins: Origins, fields: Fields) -> None:
    container = origins.container
    user = container.text("Config", "User")
    if origins.image is not None:
        image_user = origins.image.text("Config", "User") or origins.image.text("User")
        same = user == image_user
    else:
        same = origins.created is not None and origins.created.last("user") is None
    if user and same:
        container.drop(("Config", "User"), OF_THE_IMAGE)
    elif user:
        fields.set("user", user, container.place("Config", "User"))


def _groups(container: Inspection, fields: Fields) -> None:
    groups: list[str] = []
    for index, group in enumerate(container.texts("HostConfig", "GroupAdd")):
        path = ("HostConfig", "GroupAdd", index)
        if group in _SPECIAL_GROUPS:
            container.drop(
                path,
                msg("The groups of the person who started it; a cluster has none."),
            )
        else:
            groups.append(group)
            fields.places[f"groups/{group}"] = container.place(*path)
    fields.values["groups"] = tuple(groups)


def _capabilities(origins: Origins, fields: Fields) -> None:
    container = origins.container
    if container.flag("HostConfig", "Privileged"):
        return
    everything = _drops_all(origins)
    if everything is not None:
        fields.set("cap_drop", ("ALL",), everything)
        kept = tuple(_plain(name) for name in container.texts("BoundingCaps"))
        if kept:
            fields.set("cap_add", kept, container.place("BoundingCaps"))
        for key in ("CapAdd", "CapDrop"):
            if container.texts("HostConfig", key):
                container.drop(("HostConfig", key), msg("Part of dropping all capabilities."))
        return
    _added_capabilities(origins, fields)
    dropped = tuple(_plain(name) for name in container.texts("HostConfig", "CapDrop"))
    if dropped:
        fields.set("cap_drop", dropped, container.place("HostConfig", "CapDrop"))


def _added_capabilities(origins: Origins, fields: Fields) -> None:
    """What was added; of what Podman gives by itself only the command says that it was asked for.

    Clusters give fewer by themselves.
    """
    container, path = origins.container, ("HostConfig", "CapAdd")
    shown = tuple(_plain(name) for name in container.texts(*path))
    place = container.place(*path)
    asked: dict[str, Place] = {}
    for given in origins.created.all("cap-add") if origins.created else ():
        for name in filter(None, given.value.split(",")):
            asked[_plain(name)] = container.place("Config", "CreateCommand", given.index)
    if "ALL" in asked:
        fields.set("cap_add", ("ALL",), asked["ALL"])
        if shown:
            container.drop(path, msg("Part of adding all capabilities."))
        return
    names = tuple(dict.fromkeys((*shown, *asked)))
    if names:
        fields.set("cap_add", names, place if shown else asked[names[0]])


def _used_capabilities(origins: Origins, fields: Fields) -> None:
    """What it had in the end; a user other than root has none of it by itself."""
    container = origins.container
    names = container.texts("EffectiveCaps")
    if names and not container.flag("HostConfig", "Privileged"):
        fields.values["used_caps"] = tuple(_plain(name) for name in names)
        fields.places["used_caps"] = container.place("EffectiveCaps")


def _drops_all(origins: Origins) -> Place | None:
    """Where all capabilities are dropped: Podman lists them one by one, as its own defaults."""
    container = origins.container
    for given in origins.created.all("cap-drop") if origins.created else ():
        if "all" in given.value.lower().split(","):
            return container.place("Config", "CreateCommand", given.index)
    if "ALL" in {_plain(name) for name in container.texts("HostConfig", "CapDrop")}:
        return container.place("HostConfig", "CapDrop")
    return None


def _plain(capability: str) -> str:
    return capability.upper().removeprefix("CAP_")


_NEXT_LABEL = ",label="
"""Podman keeps all labels in one text; a level has commas of its own."""


def _security_options(container: Inspection, fields: Fields) -> None:
    selinux: dict[str, str] = {}
    for index, option in enumerate(container.texts("HostConfig", "SecurityOpt")):
        path = ("HostConfig", "SecurityOpt", index)
        name, value = (*re.split("[=:]", option, maxsplit=1), "")[:2]
        if name == "no-new-privileges" and value != "false":
            fields.set("no_new_privileges", value=True, place=container.place(*path))
        elif name in ("seccomp", "apparmor"):
            fields.set(name, value, container.place(*path))
        elif name == "label" and ":" in value:
            for part in value.split(_NEXT_LABEL):
                kind, _colon, label = part.partition(":")
                selinux[kind] = label
                fields.places[f"selinux/{kind}"] = container.place(*path)
        elif name == "unmask" and container.flag("HostConfig", "Privileged"):
            container.drop(path, msg("A privileged container sees all paths anyway."))
        else:
            container.drop(
                path,
                msg(
                    "%(option)s has no counterpart in a pod specification.",
                    option=option,
                ),
            )
    fields.values["selinux"] = selinux


def read_kernel(origins: Origins, fields: Fields) -> None:
    """Shared memory, sysctls (of Podman only the command holds them), limits, devices."""
    container, created = origins.container, origins.created
    size = container.number("HostConfig", "ShmSize")
    if size not in (0, DEFAULT_SHM_SIZE, 64 * 1024 * 1024):
        fields.set("shm_size", size, container.place("HostConfig", "ShmSize"))
    sysctls: dict[str, str] = {}
    for given in created.all("sysctl") if created else ():
        for name, value in key_values(given.value).items():
            sysctls[name] = value
            place = container.place("Config", "CreateCommand", given.index)
            fields.places[f"sysctls/{name}"] = place
    for name, value in container.mapping("HostConfig", "Sysctls").items():  # as Docker tells them
        sysctls[name] = str(value)
        fields.places[f"sysctls/{name}"] = container.place("HostConfig", "Sysctls", name)
    fields.values["sysctls"] = sysctls
    _ulimits(origins, fields)
    _devices(container, fields)


def _ulimits(origins: Origins, fields: Fields) -> None:
    """Limits that were asked for; the others come from the host's own configuration."""
    container, created = origins.container, origins.created
    asked = {
        given.value.partition("=")[0].lower()
        for given in (created.all("ulimit") if created else ())
    }
    limits: list[str] = []
    for index, item in enumerate(container.sequence("HostConfig", "Ulimits")):
        path = ("HostConfig", "Ulimits", index)
        if not isinstance(item, dict):
            continue
        name = str(item.get("Name", "")).upper().removeprefix("RLIMIT_").lower()
        if created is not None and name not in asked:
            container.drop(
                path,
                msg("A default of this host's configuration; nobody asked for it."),
            )
            continue
        limits.append(f"{name}={item.get('Soft')}:{item.get('Hard')}")
        fields.places[f"ulimits/{limits[-1]}"] = container.place(*path)
    fields.values["ulimits"] = tuple(limits)


def _devices(container: Inspection, fields: Fields) -> None:
    devices: list[str] = []
    privileged = container.flag("HostConfig", "Privileged")
    for index, item in enumerate(container.sequence("HostConfig", "Devices")):
        path = ("HostConfig", "Devices", index)
        if not isinstance(item, dict):
            continue
        if privileged:
            container.drop(path, msg("A privileged container sees all devices anyway."))
            continue
        parts = (
            item.get("PathOnHost"),
            item.get("PathInContainer"),
            item.get("CgroupPermissions"),
        )
        devices.append(":".join(str(part) for part in parts if part))
        fields.places[f"devices/{devices[-1]}"] = container.place(*path)
    fields.values["devices"] = tuple(devices)

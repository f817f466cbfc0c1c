"""What can be said of a container only when all of its options are known."""

from __future__ import annotations

from decimal import Decimal

from migrations_app.domain.loss import LossRow, Outcome
from migrations_app.domain.messages import msg
from migrations_app.domain.reading.podman_argv import of_health, values
from migrations_app.domain.reading.podman_argv.draft import Draft
from migrations_app.domain.reading.podman_argv.of_files import WRITABLE_WITH_READ_ONLY_ROOT
from migrations_app.domain.spec import (
    ContainerSpec,
    Mount,
    MountKind,
    Port,
    Resources,
    Security,
)

_DEFAULT_PERIOD = 100_000


def finished_container(draft: Draft) -> ContainerSpec:
    """The container of a draft, its options settled among each other."""
    of_health.finish(draft)
    _finish_command(draft)
    _finish_cpus(draft)
    _finish_platform(draft)
    _finish_capabilities(draft)
    _finish_mounts(draft)
    return _container(draft)


def _finish_command(draft: Draft) -> None:
    """An entry point that is taken away leaves the arguments as the command."""
    fields = draft.container
    if fields.values.get("command") != ():
        return
    del fields.values["command"]
    if "args" in fields.values:
        fields.set("command", fields.values.pop("args"), fields.places.pop("args"))


def _finish_cpus(draft: Draft) -> None:
    """Quota and period as CPUs."""
    quota, period = draft.settings.get("cpu-quota"), draft.settings.get("cpu-period")
    amount = values.number(quota.value) if quota else None
    if quota is None or not amount or amount < 0:
        for given in (quota, period):
            if given is not None:
                draft.needless(given, msg("No limit, as it is without."))
        return
    if "cpu_limit" in draft.resources.values or draft.pod_create:
        for given in (quota, period):
            if given is not None:
                draft.drop(given, msg("Podman takes the number of CPUs or this, not both."))
        return
    length = (values.number(period.value) if period else None) or _DEFAULT_PERIOD
    cpus = values.cpus(Decimal(amount) / Decimal(length))
    draft.resources.set("cpu_limit", cpus, quota.place)
    if period is not None:
        draft.needless(period, msg("Reckoned into the limit of CPUs."))


def _finish_platform(draft: Draft) -> None:
    parts = {key: draft.settings.get(key) for key in ("os", "arch", "variant")}
    given = [part for part in parts.values() if part is not None]
    if not given:
        return
    if "platform" in draft.container.values:
        for part in given:
            draft.drop(part, msg("Podman takes a platform or this, not both."))
        return
    words = [parts["os"].value if parts["os"] else "linux"]
    words += [part.value for part in (parts["arch"], parts["variant"]) if part is not None]
    draft.container.set("platform", "/".join(words), given[0].place)
    for part in given[1:]:
        draft.needless(part, msg("Part of the platform."))


def _finish_capabilities(draft: Draft) -> None:
    """All capabilities belong to a privileged container; dropping all needs no other names."""
    fields = draft.security
    if fields.values.get("privileged"):
        for attribute in ("cap_add", "cap_drop"):
            if fields.values.pop(attribute, None):
                places = [
                    fields.places.pop(key)
                    for key in list(fields.places)
                    if key.partition("/")[0] == attribute
                ]
                for place in dict.fromkeys(places):
                    reason = msg("A privileged container has all capabilities.")
                    row = LossRow(place.object + place.path, Outcome.CONVERTED, "", reason, place)
                    draft.rows.append(row)
    elif "ALL" in fields.values.get("cap_drop", ()):
        fields.values["cap_drop"] = ("ALL",)


def _finish_mounts(draft: Draft) -> None:
    """The folders that a read-only root leaves writable, unless that is switched off."""
    place = draft.security.places.get("read_only_root")
    setting = draft.settings.get("read-only-tmpfs")
    if place is None or (setting is not None and not setting.on):
        return
    taken = {mount.target for mount in draft.mounts}
    draft.mounts += [
        Mount(kind=MountKind.TMPFS, target=target, places={"": place})
        for target in WRITABLE_WITH_READ_ONLY_ROOT
        if target not in taken
    ]


def _container(draft: Draft) -> ContainerSpec:
    fields = draft.container
    found = dict(fields.values)
    found["environment"] = dict(sorted(found.get("environment", {}).items()))
    name, image = found.pop("name", ""), found.pop("image", "")
    return ContainerSpec(
        name=name,
        image=image,
        image_unnamed=not image,
        ports=_ports(draft),
        mounts=tuple(draft.mounts),
        secrets=tuple(draft.secrets),
        resources=Resources(**draft.resources.values, places=draft.resources.places),
        security=Security(**draft.security.values, places=draft.security.places),
        places=fields.places,
        **found,
    )


def _ports(draft: Draft) -> tuple[Port, ...]:
    """Each port once; one that is published need not be exposed as well."""
    published = {(p.container_port, p.protocol) for p in draft.ports if p.host_port is not None}
    found: dict[tuple[int, str, int | None, str], Port] = {}
    for port in draft.ports:
        key = (port.container_port, port.protocol, port.host_port, port.host_ip)
        exposed = port.host_port is None and (port.container_port, port.protocol) in published
        if not exposed:
            found.setdefault(key, port)
    used = {port.places[""].path for port in found.values()}
    for port in draft.ports:
        place = port.places[""]
        if place.path not in used:
            used.add(place.path)
            reason = msg("Another option says the same of this port.")
            row = LossRow(place.object + place.path, Outcome.CONVERTED, "", reason, place)
            draft.rows.append(row)
    return tuple(found.values())

"""What a pod was told and its containers do not show: sysctls, security options."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from migrations_app.domain.places import Place
from migrations_app.domain.reading.inspect_container import created_by
from migrations_app.domain.reading.inspect_groups import Group
from migrations_app.domain.reading.inspect_omitted import drop_silent
from migrations_app.domain.reading.inspections import Inspection
from migrations_app.domain.reading.podman_argv import key_values
from migrations_app.domain.spec import ContainerSpec

_NO_NEW_PRIVILEGES = ("no-new-privileges", "no-new-privileges=true", "no-new-privileges:true")


def with_pod_options(containers: list[ContainerSpec], group: Group) -> list[ContainerSpec]:
    """The containers with what was said of the pod as a whole."""
    holder, path = _command_of(group)
    if holder is None or not containers:
        return containers
    changed = list(containers)
    for name, value, place in _sysctls(holder, path):
        if name not in changed[0].sysctls:
            changed[0] = replace(
                changed[0],
                sysctls={**changed[0].sysctls, name: value},
                places={**changed[0].places, f"sysctls/{name}": place},
            )
    created = created_by(holder)
    if created is not None and created.complete:
        drop_silent(holder, path, created)
    return _without_new_privileges(changed, group.pod)


def _command_of(group: Group) -> tuple[Inspection | None, tuple[str, ...]]:
    if group.pod is not None:
        return group.pod, ("CreateCommand",)
    return group.infra, ("Config", "CreateCommand")


def _sysctls(holder: Inspection, path: tuple[str, ...]) -> Iterator[tuple[str, str, Place]]:
    created = created_by(holder)
    for given in created.all("sysctl") if created is not None and created.complete else ():
        for name, value in key_values(given.value).items():
            yield name, value, holder.place(*path, given.index)


def _without_new_privileges(
    containers: list[ContainerSpec], pod: Inspection | None
) -> list[ContainerSpec]:
    """Podman keeps the option with the pod; each of its containers lives under it."""
    options = pod.texts("security_opt") if pod else ()
    asked = next((i for i, text in enumerate(options) if text in _NO_NEW_PRIVILEGES), None)
    if pod is None or asked is None:
        return containers
    place = pod.place("security_opt", asked)
    return [
        replace(
            item,
            security=replace(
                item.security,
                no_new_privileges=True,
                places={**item.security.places, "no_new_privileges": place},
            ),
        )
        for item in containers
    ]

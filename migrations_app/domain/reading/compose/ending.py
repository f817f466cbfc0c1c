"""Services whose end others wait for: what ends is a Job."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from migrations_app.domain.places import Place
from migrations_app.domain.spec import Condition, ContainerSpec, RestartPolicy, ServiceSpec


def meant_to_end(specs: Sequence[ServiceSpec]) -> list[ServiceSpec]:
    """The services, those whose end is waited for with a policy that lets them end.

    A policy that the service states for itself is left as it is.
    """
    ending = {
        dependency.service: dependency.places.get("", Place(spec.file))
        for spec in specs
        for dependency in spec.depends_on
        if dependency.condition is Condition.COMPLETED
    }
    return [
        replace(spec, containers=tuple(_ends(item, ending[spec.name]) for item in spec.containers))
        if spec.name in ending
        else spec
        for spec in specs
    ]


def _ends(container: ContainerSpec, place: Place) -> ContainerSpec:
    if container.restart is not RestartPolicy.UNSET or container.init:
        return container
    places = {**container.places, "restart": place}
    return replace(container, restart=RestartPolicy.NO, places=places)

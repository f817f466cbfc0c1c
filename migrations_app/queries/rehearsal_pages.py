"""A rehearsal as its page shows it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from migrations_app.domain.errors import InvalidInput
from migrations_app.domain.manifests.resources import containers, mapping
from migrations_app.domain.quantities import Quantity
from migrations_app.domain.rehearsal.right_size import RightSize, right_size
from migrations_app.models import Rehearsal, Service
from migrations_app.queries import charts, visibility
from migrations_app.queries.actors import Actor
from migrations_app.queries.charts import Chart

Amounts = dict[str, dict[str, int]]


@dataclass(frozen=True, slots=True)
class Advice:
    """What a container asks for now, and what the measurement says it should."""

    container: str
    asks: Mapping[str, str]
    size: RightSize


@dataclass(frozen=True, slots=True)
class Measured:
    """What was measured: a chart of one container, the others, and advice for the subject's."""

    names: tuple[str, ...]
    chart: Chart | None
    advice: tuple[Advice, ...]


def find(actor: Actor, pk: UUID) -> QuerySet[Rehearsal]:
    return (
        visibility.rehearsals(actor)
        .filter(pk=pk)
        .select_related("run__initiator", "run__host", "revision", "service__application")
        .defer("revision__text", "revision__base_text", "revision__trail", "revision__provenance")
    )


def listed(service: Service) -> QuerySet[Rehearsal]:
    """The rehearsals of a service without what they measured, latest first."""
    return (
        Rehearsal.objects.filter(service=service)
        .select_related("run", "revision")
        .only(
            "number", "outcome", "base_digest", "host_name", "podman_version", "created", "ended",
            "summary", "service_id", "peers",
            "run__state", "run__created", "run__started", "run__ended", "run__actor",
            "revision__number", "revision__environment", "revision__base_digest",
        )
        .order_by("-number")
    )  # fmt: skip


def measured(rehearsal: Rehearsal, wanted: str = "") -> Measured:
    """The chart of the container that is asked for, else of the first of the subject."""
    subject, resources = _subject(rehearsal)
    names = charts.containers(rehearsal.probes, rehearsal.usage, subject)
    name = wanted if wanted in names else next(iter(names), "")
    ready_at = rehearsal.summary.get("ready_at")
    drawn = None
    if name:
        drawn = charts.chart(
            container=name,
            probes=rehearsal.probes,
            usage=rehearsal.usage,
            ready_at=ready_at,
            resources=resources.get(name, {}),
        )
    advice = []
    for container, amounts in resources.items():
        size = right_size(charts.samples_of(rehearsal.usage, container), ready_at)
        if size is not None:
            advice.append(Advice(container, _asks(amounts), size))
    return Measured(tuple(names), drawn, tuple(advice))


def preset_text(service: Service, advice: tuple[Advice, ...]) -> str:
    """The requests of the advice as a preset, ready to be kept."""
    lines = [
        f"name: {service.application.slug}-{service.key}-size"[:100],
        f"scope: {{application: {service.application.slug}}}",
        "resources:",
        "  containers:",
    ]
    for item in advice:
        request = f"{{cpu: {item.size.cpu}m, memory: {item.size.memory}Mi}}"
        lines.append(f"    {item.container}: {{requests: {request}}}")
    return "\n".join(lines) + "\n"


def _subject(rehearsal: Rehearsal) -> tuple[set[str], dict[str, Amounts]]:
    """The workloads of the rehearsed service, and what their containers ask for."""
    workloads: set[str] = set()
    amounts: dict[str, Amounts] = {}
    for body in rehearsal.revision.base_objects:
        for _path, container in containers(body):
            workloads.add(f"{body.get('kind')}/{mapping(body.get('metadata')).get('name')}")
            amounts[str(container.get("name"))] = _amounts(mapping(container.get("resources")))
    return workloads, amounts


def _amounts(resources: Mapping[str, Any]) -> Amounts:
    found: Amounts = {}
    for kind, field in (("request", "requests"), ("limit", "limits")):
        for name, factor in (("memory", 1), ("cpu", 1000)):
            value = mapping(resources.get(field)).get(name)
            if value is None:
                continue
            try:
                found.setdefault(name, {})[kind] = round(Quantity.parse(str(value)).amount * factor)
            except InvalidInput:
                continue
    return found


def _asks(amounts: Amounts) -> dict[str, str]:
    return {
        f"{name}_{kind}": charts.amount(name, value)
        for name, kinds in amounts.items()
        for kind, value in kinds.items()
    }

"""What a preset changes: every service rendered with it and without it, and the difference."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from django.db.models import Q, QuerySet

from migrations_app.domain.engine import Options
from migrations_app.domain.errors import WorkbenchError
from migrations_app.domain.manifests.diff import ObjectDiff, compare
from migrations_app.domain.messages import Message, msg
from migrations_app.domain.schemas import Schemas
from migrations_app.models import Application, Environment, Preset, Service
from migrations_app.queries import visibility
from migrations_app.queries.actors import Actor
from migrations_app.queries.inputs import Inputs, gather
from migrations_app.queries.rendering import Rendered, rendered, with_stand_ins


@dataclass(frozen=True, slots=True)
class Impact:
    """What a preset changes for one service. ``problem`` says why that cannot be told."""

    service: Service
    objects: tuple[ObjectDiff, ...] = ()
    problem: Message | None = None

    @property
    def changed(self) -> int:
        """How many fields."""
        return sum(len(item.fields) for item in self.objects)


def shaped_by(actor: Actor, preset: Preset) -> QuerySet[Service]:
    """The visible services that a preset applies to."""
    rows = visibility.services(actor).filter(archived=None, application__archived=None)
    pinned = Q(pinned_presets__version__preset=preset)
    if preset.pinned_only:
        rows = rows.filter(pinned)
    elif preset.application_id:
        rows = rows.filter(Q(application=preset.application_id) | pinned)
    return rows.select_related("application").order_by("application__slug", "key").distinct()


def impacts(preset: Preset, services: Iterable[Service], schemas: Schemas) -> Iterator[Impact]:
    """The impact on each of the services; those of one application are rendered together."""
    comparisons: dict[Application, _Comparison] = {}
    for service in services:
        application = service.application
        if application not in comparisons:
            comparisons[application] = _Comparison(preset, application, schemas)
        yield comparisons[application].impact_on(service)


class _Comparison:
    """One application, rendered with a preset and without it; once for each set of layers."""

    def __init__(self, preset: Preset, application: Application, schemas: Schemas) -> None:
        self.preset = preset
        self.schemas = schemas
        self.inputs: Inputs = gather(application)
        self.environment = Environment.objects.filter(
            application=application, name=preset.environment
        ).first()
        self._done: dict[tuple[str, ...], Rendered] = {}

    def impact_on(self, service: Service) -> Impact:
        options, _missing = with_stand_ins(
            self.inputs.options(service, environment=self.environment)
        )
        without = replace(
            options,
            layers=tuple(
                layer
                for layer in options.layers
                if layer.label.partition("@")[0] != self.preset.name
            ),
        )
        try:
            after = self._rendered(options).part(self.inputs, service)
            before = self._rendered(without).part(self.inputs, service)
        except WorkbenchError as error:
            return Impact(service, problem=error.message)
        if after is None or before is None:
            message = msg("No source in force tells of %(name)s.", name=service.name)
            return Impact(service, problem=message)
        return Impact(
            service,
            compare([item.body for item in before.objects], [item.body for item in after.objects]),
        )

    def _rendered(self, options: Options) -> Rendered:
        key = tuple(f"{layer.label}:{layer.environment}" for layer in options.layers)
        if key not in self._done:
            self._done[key] = rendered(self.inputs, options, self.schemas)
        return self._done[key]

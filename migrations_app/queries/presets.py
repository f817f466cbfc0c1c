"""Presets as lists, pages and the editor show them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from uuid import UUID

from django.db.models import Count, F, Q, QuerySet

from migrations_app.domain.manifests.diff import ObjectDiff, compare
from migrations_app.domain.messages import Message, msg
from migrations_app.domain.people.roles import Verb
from migrations_app.domain.presets.from_answers import preset_text
from migrations_app.domain.presets.schema import Preset as Layer
from migrations_app.domain.schemas import Schemas
from migrations_app.models import Assessment, Environment, PinnedPreset, Preset, Service
from migrations_app.queries import visibility
from migrations_app.queries.actors import Actor, verbs
from migrations_app.queries.impact import shaped_by
from migrations_app.queries.inputs import gather
from migrations_app.queries.rendering import rendered, with_stand_ins

SAMPLES = 100


def begun_with_answers(actor: Actor, pk: str) -> str:
    """The answers of a service as the text of a preset; ``""`` for one that is not to be seen."""
    try:
        found = visibility.services(actor).select_related("application").filter(pk=UUID(pk)).first()
    except ValueError:
        return ""
    if found is None:
        return ""
    rows = Assessment.objects.filter(service=found).values_list("questions", flat=True)
    return preset_text(f"{found.key}-answers", found.application.slug, rows.first() or ())


@dataclass(frozen=True, slots=True)
class PresetPreview:
    """What an edited preset makes of one service, against what is in force.

    ``missing`` names required parameters that nobody gave; they were filled with stand-ins.
    """

    layer: Layer
    service: Service | None = None
    manifest: str = ""
    digest: str = ""
    objects: tuple[ObjectDiff, ...] = ()
    missing: tuple[str, ...] = ()
    problem: Message | None = None

    @property
    def changed(self) -> int:
        """How many fields differ."""
        return sum(len(item.fields) for item in self.objects)


def listed(actor: Actor, q: str = "") -> QuerySet[Preset]:
    """Visible presets with ``pins``: how many services have pinned them."""
    rows = visibility.presets(actor).select_related("application")
    if q:
        rows = rows.filter(Q(name__icontains=q) | Q(application__slug__icontains=q))
    pinned = Count("versions__pins__service", distinct=True)
    return rows.annotate(pins=pinned).order_by(
        F("application__slug").asc(nulls_first=True), "environment", "name"
    )


def may_edit(actor: Actor, preset: Preset) -> bool:
    """Whether this person may make a new version of it."""
    if preset.application is None:
        return Verb.EDIT_ORGANISATION_PRESET in verbs(actor)
    return Verb.EDIT_PRESET in verbs(actor, preset.application)


def samples(actor: Actor, preset: Preset | None = None) -> list[Service]:
    """Services on which a preset can be tried: those that it shapes, else all that are visible."""
    if preset is not None:
        return list(shaped_by(actor, preset)[:SAMPLES])
    rows = visibility.services(actor).filter(archived=None).select_related("application")
    return list(rows.order_by("application__slug", "key")[:SAMPLES])


def pins(actor: Actor, preset: Preset) -> QuerySet[PinnedPreset]:
    """The visible services that have pinned a version of it."""
    rows = PinnedPreset.objects.filter(
        version__preset=preset, service__in=visibility.services(actor)
    )
    return rows.select_related("service__application", "version").order_by("service__key")


def preview(text: str, service: Service | None, schemas: Schemas) -> PresetPreview:
    """Try a preset's text on a service, whatever its scope. Nothing is kept.

    Raises:
        InvalidPreset: with line and column of everything that is wrong.
        MissingParameter: never; parameters get stand-ins.
    """
    layer = Layer.from_text(text, named=True)
    if service is None:
        return PresetPreview(layer)
    inputs = gather(service.application)
    environment = Environment.objects.filter(
        application=service.application, name=layer.environment or "local"
    ).first()
    before, _none = with_stand_ins(inputs.options(service, environment=environment))
    after, missing = with_stand_ins(
        replace(
            inputs.options(service, environment=environment),
            layers=_laid(before.layers, layer),
        )
    )
    now = rendered(inputs, before, schemas).part(inputs, service)
    then = rendered(inputs, after, schemas).part(inputs, service)
    if now is None or then is None:
        untold = msg("No source in force tells of %(name)s.", name=service.name)
        return PresetPreview(layer, service, problem=untold)
    return PresetPreview(
        layer,
        service,
        then.text,
        then.digest,
        compare([item.body for item in now.objects], [item.body for item in then.objects]),
        tuple(missing),
    )


def _laid(layers: tuple[Layer, ...], layer: Layer) -> tuple[Layer, ...]:
    """The layers with this one in the place of its older version, else on top."""
    names = [item.label.partition("@")[0] for item in layers]
    if layer.name in names:
        place = names.index(layer.name)
        return (*layers[:place], layer, *layers[place + 1 :])
    return (*layers, layer)

"""Presets: made, changed by new versions only, and pinned to services."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import IntegrityError, transaction

from migrations_app.actions import audit, permissions
from migrations_app.actions.assessing import assess
from migrations_app.actions.environments import named_environment
from migrations_app.actions.permissions import Actor, Verb
from migrations_app.actions.services import locked, raise_version
from migrations_app.actions.unit import action
from migrations_app.domain.audit.tags import Tag
from migrations_app.domain.errors import Conflict, InvalidInput, InvalidPreset, Problem, StaleState
from migrations_app.domain.messages import msg
from migrations_app.domain.places import Place
from migrations_app.domain.presets.schema import Preset as Layer
from migrations_app.domain.schemas import Schemas
from migrations_app.models import Application, PinnedPreset, Preset, PresetVersion, Service


@dataclass(frozen=True, slots=True)
class Pin:
    """One layer of a service's own: a version of a preset, for one environment or for all."""

    preset: Preset
    number: int
    environment: str = ""


@action
def create_preset(
    *, actor: Actor, text: str, schemas: Schemas, pinned_only: bool = False
) -> PresetVersion:
    """Make a preset; its name and scope are in its text.

    Raises:
        InvalidPreset: with line and column of everything that is wrong.
        Conflict: the name is taken.
    """
    layer = Layer.from_text(text, named=True)
    application = _application(layer)
    _require(actor, application)
    try:
        with transaction.atomic():
            preset = Preset.objects.create(
                name=layer.name,
                application=application,
                environment=layer.environment,
                pinned_only=pinned_only,
            )
    except IntegrityError:
        raise Conflict(
            msg(
                "The preset %(name)s is there already. Make a new version of it, or choose "
                "another name.",
                name=layer.name,
            )
        ) from None
    version = _add_version(actor, preset, text)
    if not pinned_only:
        _reassess(_applications(application), schemas)
    _record(actor, Tag.PRESET_CREATED, version)
    return version


@action
def create_version(
    *,
    actor: Actor,
    preset: Preset,
    text: str,
    schemas: Schemas,
    latest: int | None = None,
) -> PresetVersion:
    """Say anew what a preset says. Services that pin an older version keep that one.

    Raises:
        InvalidPreset: with line and column of everything that is wrong.
        InvalidInput: name or scope differ from the preset's, which are fixed.
        Conflict: it says exactly what the latest version says.
        StaleState: the latest version is no longer ``latest``.
    """
    _require(actor, preset.application)
    layer = Layer.from_text(text, named=True)
    preset = Preset.objects.select_for_update(of=("self",)).get(pk=preset.pk)
    if latest is not None and preset.latest != latest:
        raise StaleState(
            msg("Somebody changed this meanwhile. Load it again, then repeat your change.")
        )
    slug = preset.application.slug if preset.application else ""
    if (layer.name, layer.application, layer.environment) != (
        preset.name,
        slug,
        preset.environment,
    ):
        raise InvalidInput(
            msg("Name and scope of a preset are fixed. Keep them, or make another preset.")
        )
    if preset.versions.filter(number=preset.latest, digest=_digest(text)).exists():
        raise Conflict(msg("The latest version says exactly this already."))
    version = _add_version(actor, preset, text)
    if not preset.pinned_only:
        _reassess(_applications(preset.application), schemas)
    _record(actor, Tag.PRESET_VERSION_CREATED, version)
    return version


@action
def pin_presets(
    *,
    actor: Actor,
    service: Service,
    pins: Sequence[Pin],
    schemas: Schemas,
    version: int | None = None,
) -> Service:
    """Replace the layers of a service's own.

    Raises:
        InvalidInput: a version or an environment that does not exist, or a preset of another
            application.
        StaleState: the service was changed since ``version`` was read.
    """
    permissions.require(actor, Verb.PIN_PRESET, service.application)
    service = locked(service)
    versions = [_pinnable(service, index, pin) for index, pin in enumerate(pins)]
    raise_version(service, version)
    PinnedPreset.objects.filter(service=service).delete()
    PinnedPreset.objects.bulk_create(
        PinnedPreset(service=service, version=found, environment=pin.environment, position=position)
        for position, (pin, found) in enumerate(zip(pins, versions, strict=True))
    )
    assess(application=service.application, schemas=schemas, services=[service])
    audit.record(
        tag=Tag.PRESETS_PINNED,
        actor=actor,
        data={
            "pins": [
                f"{found}:{pin.environment}" for pin, found in zip(pins, versions, strict=True)
            ]
        },
        application=service.application,
        service=service,
    )
    return service


def _require(actor: Actor, application: Application | None) -> None:
    if application is None:
        permissions.require(actor, Verb.EDIT_ORGANISATION_PRESET)
    else:
        permissions.require(actor, Verb.EDIT_PRESET, application)


def _application(layer: Layer) -> Application | None:
    if not layer.application:
        return None
    application = Application.objects.filter(slug=layer.application, archived=None).first()
    if application is None:
        raise InvalidPreset(
            msg(
                "The preset is for the application %(slug)s, which is not there.",
                slug=layer.application,
            )
        )
    return application


def _add_version(actor: Actor, preset: Preset, text: str) -> PresetVersion:
    preset.latest += 1
    preset.save(update_fields=["latest"])
    return PresetVersion.objects.create(
        preset=preset,
        number=preset.latest,
        text=text,
        digest=_digest(text),
        author=actor.user,
        author_name=actor.name,
    )


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _pinnable(service: Service, index: int, pin: Pin) -> PresetVersion:
    if pin.preset.application_id not in (None, service.application_id):
        told = msg("The preset %(name)s belongs to another application.", name=pin.preset.name)
        raise InvalidInput(told, [Problem("foreign_preset", told, Place(path=f"/{index}/preset"))])
    found = pin.preset.versions.select_related("preset").filter(number=pin.number).first()
    if found is None:
        told = msg(
            "The preset %(name)s has no version %(number)s.",
            name=pin.preset.name,
            number=pin.number,
        )
        place = Place(path=f"/{index}/version")
        raise InvalidInput(told, [Problem("unknown_version", told, place)])
    if pin.environment:
        named_environment(service.application, pin.environment, f"/{index}/environment")
    return found


def _applications(application: Application | None) -> Iterable[Application]:
    if application is not None:
        return [application]
    return Application.objects.filter(archived=None, sources__isnull=False).distinct()


def _reassess(applications: Iterable[Application], schemas: Schemas) -> None:
    """Look at everything anew that a preset shapes; gates may read otherwise now."""
    for application in applications:
        changed = assess(application=application, schemas=schemas)
        for service in Service.objects.filter(pk__in=changed):
            raise_version(service)


def _record(actor: Actor, tag: Tag, version: PresetVersion) -> None:
    audit.record(
        tag=tag,
        actor=actor,
        data={"preset": version.preset.name, "version": str(version.number)},
        application=version.preset.application,
        digest=version.digest,
    )

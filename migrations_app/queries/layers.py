"""The presets that shape an application or a service, as layers."""

from __future__ import annotations

from dataclasses import replace

from migrations_app.domain.presets.schema import Preset as Layer
from migrations_app.models import Application, PinnedPreset, Preset, Service


def layers(application: Application) -> tuple[Layer, ...]:
    """The latest versions of the presets that apply to an application, of all environments."""
    presets = Preset.objects.filter(
        application__isnull=True, archived=None, pinned_only=False
    ) | Preset.objects.filter(application=application, archived=None, pinned_only=False)
    return tuple(
        Layer.from_text(version.text, preset.name, preset.latest)
        for preset in presets.prefetch_related("versions")
        for version in preset.versions.all()
        if version.number == preset.latest
    )


def pins(service: Service) -> tuple[Layer, ...]:
    """The layers of a service's own."""
    rows = PinnedPreset.objects.filter(service=service).select_related("version__preset")
    return tuple(
        replace(
            Layer.from_text(row.version.text, row.version.preset.name, row.version.number),
            environment=row.environment,
        )
        for row in rows
    )


def layer_id(layer: Layer) -> str:
    """What tells a layer apart in a digest: the preset, its version, and where it applies."""
    return f"{layer.label}:{layer.environment}"

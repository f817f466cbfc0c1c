"""Presets as a request names or writes them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext, gettext_lazy
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from migrations_app.domain.presets.schema import Preset as Layer
from migrations_app.models import Preset
from migrations_app.queries import visibility
from migrations_app.queries.actors import Actor
from migrations_app.queries.previews import layers_of


@extend_schema_field({"oneOf": [{"type": "string"}, {"type": "object"}]})
class PresetField(serializers.Field[Any, Any, Any, Any]):
    """A stored preset (id, name, name@version or ``{preset, version}``), or one that is written."""

    default_error_messages = {
        "invalid": gettext_lazy("Give an id, a name, name@version, a text or an object.")
    }

    def to_internal_value(self, data: Any) -> Any:
        """Checked for its kind only; what it means is decided with the actor at hand."""
        if not isinstance(data, str | dict) or (isinstance(data, str) and len(data) > 200_000):
            self.fail("invalid")
        return data


def layers_in(actor: Actor, wanted: Sequence[Any]) -> tuple[Layer, ...]:
    """The presets as layers, in the order of the request.

    Raises:
        InvalidPreset: a text that is no good preset.
        ValidationError: a stored one that is not there, or may not be seen.
    """
    return tuple(_layer(actor, index, item) for index, item in enumerate(wanted))


def _layer(actor: Actor, index: int, item: Any) -> Layer:
    if isinstance(item, dict):
        if "preset" not in item:
            return Layer.from_value(item)
        return _stored(actor, index, str(item["preset"]), str(item.get("version") or ""))
    if "\n" in item or ":" in item:
        return Layer.from_text(item)
    name, _at, number = item.partition("@")
    return _stored(actor, index, name, number)


def _stored(actor: Actor, index: int, which: str, number: str) -> Layer:
    rows = visibility.presets(actor)
    preset = stored_preset(rows, which)
    wanted = number or (str(preset.latest) if preset else "")
    if preset is not None and wanted.isdecimal() and len(wanted) < 10:
        version = preset.versions.select_related("preset").filter(number=int(wanted)).first()
        if version is not None:
            return layers_of([version])[0]
    raise serializers.ValidationError(
        {"presets": {str(index): [gettext("There is no such preset or version.")]}},
        "unknown_preset",
    )


def stored_preset(rows: QuerySet[Preset], which: str) -> Preset | None:
    """The one of these presets with this name or id."""
    named = rows.filter(name=which).first()
    if named is not None:
        return named
    try:
        return rows.filter(pk=UUID(which)).first()
    except ValueError:
        return None

"""A whole preset: what stands at its head, and its sections in one literal list."""

from __future__ import annotations

from typing import Any

from migrations_app.domain.presets.sections import (
    answers,
    configuration,
    exposure,
    network,
    observability,
    probes,
    registry,
    resources,
    scaling,
    secrets,
    security,
    storage,
    workload,
)
from migrations_app.domain.presets.sections.section import Section
from migrations_app.domain.presets.shape import Shape, by_name, flag, keys, text

SCHEMA_ID = "https://kakehashi.dev/schemas/preset.json"

SECTIONS: tuple[Section, ...] = (
    registry.SECTION,
    resources.SECTION,
    probes.SECTION,
    configuration.SECTION,
    secrets.SECTION,
    security.SECTION,
    workload.SECTION,
    storage.SECTION,
    scaling.SECTION,
    exposure.SECTION,
    observability.SECTION,
    network.SECTION,
    answers.SECTION,
)

_HEAD = {
    "name": text("What the preset is called; a stored one needs it.", nullable=False),
    "scope": keys(
        "Whom it is for; without it, the whole organisation.",
        application=text("The slug of an application."),
        environment=text("The name of an environment."),
    ),
    "parameters": by_name(
        keys(
            required=flag("Whether rendering needs a value."),
            default=Shape(("string", "number"), "The value when none is given."),
            description=text("What the value means."),
        ),
        "Values that whoever renders gives; used as ${NAME}.",
    ),
}

PRESET = Shape(
    ("object",),
    "Settings that are applied to manifests.",
    keys={**_HEAD, **{section.name: section.shape for section in SECTIONS}},
)


def json_schema() -> dict[str, Any]:
    """The JSON Schema of preset files, as it is published."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": SCHEMA_ID,
        "title": "Kakehashi preset",
        **PRESET.to_json_schema(),
        "type": "object",
    }

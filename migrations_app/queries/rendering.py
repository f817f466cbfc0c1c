"""Rendering an application, with every secret value taken out before anything is kept or shown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from migrations_app.domain import records
from migrations_app.domain.engine import Made, Options, render, services_of
from migrations_app.domain.manifests.ownership import Ownership
from migrations_app.domain.manifests.render import to_yaml
from migrations_app.domain.manifests.secret_markers import reference, take
from migrations_app.domain.presets.schema import Preset as Layer
from migrations_app.domain.schemas import Schemas
from migrations_app.domain.slices import Cutter, Slice, find
from migrations_app.models import Service
from migrations_app.queries.inputs import Inputs


@dataclass(frozen=True, slots=True)
class Rendered:
    """What was made, with markers in place of secret values, and the values apart from it.

    ``values`` are by object (``Secret/db@bank``) and pointer; ``secrets`` all of them as texts.
    """

    made: Made
    ownership: Ownership
    cutter: Cutter
    values: Mapping[str, Mapping[str, str]]
    secrets: frozenset[str]

    def part(self, inputs: Inputs, service: Service) -> Slice | None:
        """What one service owns, None if no source in force tells of it."""
        told = inputs.told.get(str(service.pk))
        owned = find(self.ownership, told.wanted) if told else None
        return self.cutter.part_of(owned) if owned else None

    @property
    def shared(self) -> Slice:
        """What no service owns alone."""
        return self.cutter.shared

    def values_of(self, part: Slice) -> dict[tuple[str, str], str]:
        """The secret values of a part, by object without its namespace, and pointer."""
        return {
            (name.partition("@")[0], pointer): value
            for name in (reference(item.body) for item in part.objects)
            for pointer, value in self.values.get(name, {}).items()
        }

    def records(self, part: Slice) -> dict[str, list[Any]]:
        """Everything said of a part as plain values, for the fields of the same names."""
        plain = {
            "findings": [records.finding(item) for item in part.findings],
            "questions": [records.question(item) for item in part.questions],
            "loss": [records.loss_row(item) for item in part.loss],
            "trail": [records.change(item) for item in part.changes],
            "renames": [dict(item) for item in part.renames],
            "provenance": list(records.provenance(part.objects)),
        }
        return {key: records.conceal(value, self.secrets) for key, value in plain.items()}


def rendered(inputs: Inputs, options: Options, schemas: Schemas) -> Rendered:
    """Render the whole application.

    Raises:
        MissingParameter: a preset needs a parameter that was not given.
        InvalidInput: an answer is none of its question's choices.
    """
    return hidden(render(inputs.bundle, options, schemas))


def hidden(made: Made) -> Rendered:
    """Take the secret values out of what was made."""
    bodies, values = take(item.body for item in made.objects)
    objects = tuple(
        item if body is item.body else replace(item, body=body)
        for item, body in zip(made.objects, bodies, strict=True)
    )
    text = made.text if not values else to_yaml(item.body for item in objects)
    safe = replace(made, objects=objects, text=text)
    ownership = services_of(safe)
    by_object: dict[str, dict[str, str]] = {}
    for (name, pointer), value in values.items():
        by_object.setdefault(name, {})[pointer] = value
    secrets = records.secret_texts((*values.values(), *made.secrets))
    return Rendered(safe, ownership, Cutter(safe, ownership), by_object, secrets)


def with_stand_ins(options: Options) -> tuple[Options, list[str]]:
    """The options with something for each required parameter that was not given, and their names.

    Good for looking at a service before anybody gave parameters; never for a revision.
    """
    missing = missing_parameters(options.layers, options.parameters)
    stand_ins = {name: name.lower().replace("_", "-") for name in missing}
    parameters = {**stand_ins, **options.parameters}
    return replace(options, parameters=parameters, stand_ins=bool(stand_ins)), missing


def missing_parameters(layers: Iterable[Layer], given: Mapping[str, str]) -> list[str]:
    """The parameters that some layer requires and nobody gave."""
    return sorted(
        {
            name
            for layer in layers
            for name, parameter in layer.parameters.items()
            if parameter.required and parameter.default is None and name not in given
        }
    )

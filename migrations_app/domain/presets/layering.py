"""Six layers of presets made into one, and the transforms that come of it.

Order, weakest first: organisation, organisation@environment, application,
application@environment, service, service@environment. Maps merge, null deletes, lists replace
except those whose elements have a name.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from migrations_app.domain.errors import MissingParameter, Problem
from migrations_app.domain.messages import msg
from migrations_app.domain.places import Place
from migrations_app.domain.presets.schema import PARAMETER, Preset
from migrations_app.domain.provenance import Step, StepKind


@dataclass(frozen=True, slots=True)
class Settings:
    """What all layers come to: the merged sections, and which preset set each of them last.

    A preset whose environment decides is named as an ENVIRONMENT step, so that a reader sees what
    would be different elsewhere.
    """

    sections: Mapping[str, Any]
    steps: Mapping[str, Step]

    def section(self, name: str) -> Mapping[str, Any]:
        value = self.sections.get(name)
        return value if isinstance(value, dict) else {}

    def step(self, name: str) -> Step:
        return self.steps[name]


def merge(lower: Any, upper: Any) -> Any:
    """``upper`` laid over ``lower``; a null in a mapping takes the key away."""
    if isinstance(lower, dict) and isinstance(upper, dict):
        merged = dict(lower)
        for key, value in upper.items():
            if value is None:
                merged.pop(key, None)
            else:
                merged[key] = merge(lower.get(key), value)
        return merged
    if isinstance(lower, list) and isinstance(upper, list) and _named(lower) and _named(upper):
        by_name = {item["name"]: item for item in lower}
        for item in upper:
            by_name[item["name"]] = merge(by_name.get(item["name"]), item)
        return list(by_name.values())
    return _without_nulls(upper) if isinstance(upper, dict) else upper


def _without_nulls(value: dict[str, Any]) -> dict[str, Any]:
    return {
        key: _without_nulls(item) if isinstance(item, dict) else item
        for key, item in value.items()
        if item is not None
    }


def _named(value: list[Any]) -> bool:
    return bool(value) and all(isinstance(item, dict) and "name" in item for item in value)


def settle(layers: Iterable[Preset], given: Mapping[str, str]) -> Settings:
    """Merge layers in order and fill in their parameters.

    A null below ``containers`` stays: there it deletes what an object has, not what a layer says.

    Raises:
        MissingParameter: a required parameter was not given; names all of them.
    """
    sections: dict[str, Any] = {}
    steps: dict[str, Step] = {}
    problems: list[Problem] = []
    for preset in layers:
        values = _parameters(preset, given, problems)
        for name, section in preset.sections.items():
            filled = fill(section, values)
            containers = filled.get("containers") if isinstance(filled, dict) else None
            sections[name] = merge(sections.get(name), filled)
            if containers:
                _keep_nulls(sections[name], containers)
            kind = StepKind.ENVIRONMENT if preset.environment else StepKind.PRESET
            steps[name] = Step(
                kind, preset.label, msg("Set by the preset %(name)s.", name=preset.label)
            )
    if problems:
        raise MissingParameter(msg("A parameter that a preset needs was not given."), problems)
    return Settings(sections, steps)


def _keep_nulls(section: dict[str, Any], written: Mapping[str, Any]) -> None:
    """Put the nulls of per-container settings back: they delete fields of the container."""
    for name, wanted in written.items():
        if isinstance(wanted, dict):
            merged = section.setdefault("containers", {}).setdefault(name, {})
            section["containers"] = {
                **section["containers"],
                name: _laid_nulls(merged, wanted),
            }


def _laid_nulls(merged: Any, written: Mapping[str, Any]) -> dict[str, Any]:
    result = dict(merged) if isinstance(merged, dict) else {}
    for key, value in written.items():
        if value is None:
            result[key] = None
        elif isinstance(value, dict):
            result[key] = _laid_nulls(result.get(key), value)
    return result


def _parameters(
    preset: Preset, given: Mapping[str, str], problems: list[Problem]
) -> dict[str, str]:
    values: dict[str, str] = {}
    for name, parameter in preset.parameters.items():
        value = given.get(name, parameter.default)
        if value is None and parameter.required:
            problems.append(
                Problem(
                    "missing_parameter",
                    msg(
                        "Preset %(preset)s needs the parameter %(name)s. Give it as "
                        "%(name)s=VALUE.",
                        preset=preset.label,
                        name=name,
                    ),
                    Place(preset.name),
                )
            )
        values[name] = value or ""
    return values


def fill(value: Any, parameters: Mapping[str, str]) -> Any:
    """The value with every ``${NAME}`` replaced."""
    if isinstance(value, str):
        return PARAMETER.sub(lambda match: parameters.get(match[1], match[0]), value)
    if isinstance(value, dict):
        return {key: fill(item, parameters) for key, item in value.items()}
    if isinstance(value, list):
        return [fill(item, parameters) for item in value]
    return value


def in_order(presets: Iterable[Preset], pinned: Iterable[Preset] = ()) -> tuple[Preset, ...]:
    """The layers in their order: organisation, application, then what a service pins itself."""

    def rank(preset: Preset) -> tuple[bool, bool, str]:
        return bool(preset.application), bool(preset.environment), preset.name

    own = sorted(pinned, key=lambda preset: (bool(preset.environment), preset.name))
    return (*sorted(presets, key=rank), *own)

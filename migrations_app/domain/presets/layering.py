"""Six layers of presets made into one that knows which preset set each of its values.

Order, weakest first: organisation, organisation@environment, application,
application@environment, service, service@environment. Maps merge, null deletes, lists replace
except those whose elements have a name.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from migrations_app.domain.errors import MissingParameter, Problem
from migrations_app.domain.messages import msg
from migrations_app.domain.places import Path, Place
from migrations_app.domain.presets.checking import check_filled
from migrations_app.domain.presets.schema import Preset
from migrations_app.domain.presets.sections.probes import PROBE_ACTIONS
from migrations_app.domain.presets.shape import PARAMETER
from migrations_app.domain.provenance import Step, StepKind

NO_STEP = Step(StepKind.PRESET, "")


@dataclass(frozen=True, slots=True)
class Settings:
    """What all layers come to.

    ``setters`` maps the path of every value to the layer that set it, counted as in ``steps``. A
    preset whose environment decides is named as an ENVIRONMENT step, so that a reader sees what
    would be different elsewhere.
    """

    sections: Mapping[str, Any]
    setters: Mapping[Path, int]
    steps: tuple[Step, ...]

    def section(self, name: str) -> Mapping[str, Any]:
        value = self.sections.get(name)
        return value if isinstance(value, dict) else {}

    def step(self, section: str, *keys: str | Path) -> Step:
        """The strongest layer behind a section or, with ``keys``, behind some of its parts."""
        parts = [(section, *([key] if isinstance(key, str) else key)) for key in keys]
        parts = parts or [(section,)]
        layers = [
            layer
            for path, layer in self.setters.items()
            if any(path[: len(part)] == part for part in parts)
        ]
        return self.steps[max(layers)] if layers else NO_STEP

    def shares(self, section: str) -> list[tuple[Step, frozenset[Path]]]:
        """Each layer that set something in a section, weakest first, with the paths within it."""
        shares: dict[int, set[Path]] = {}
        for path, layer in self.setters.items():
            if path[0] == section:
                shares.setdefault(layer, set()).add(path[1:])
        return [(self.steps[layer], frozenset(paths)) for layer, paths in sorted(shares.items())]

    def stages(self, section: str, *first: str) -> list[tuple[Step, Mapping[str, Any]]]:
        """The section as it grows layer by layer, for what several layers make together.

        A transform runs once for each stage, each time with what was said so far, and so changes
        what that layer alone adds. ``first`` are keys without which there is nothing to add to:
        the strongest layer behind them comes first, the others follow weakest first.
        """
        layers = sorted({layer for path, layer in self.setters.items() if path[0] == section})
        behind = [
            layer
            for path, layer in self.setters.items()
            if path[0] == section and any(key in first for key in path[1:])
        ]
        if behind:
            layers.sort(key=lambda layer: (layer != max(behind), layer))
        return [
            (self.steps[layer], self._said_by(section, frozenset(layers[: index + 1])))
            for index, layer in enumerate(layers)
        ]

    def _said_by(self, section: str, layers: frozenset[int]) -> Mapping[str, Any]:
        """What some of the layers alone say in a section."""
        said: dict[str, Any] = {}
        for path, layer in self.setters.items():
            if path[0] == section and layer in layers:
                holder, value = said, self.sections[section]
                *above, last = ("", *map(str, path[1:]))
                for key in above[1:]:
                    holder, value = holder.setdefault(key, {}), value[key]
                if last:
                    holder[last] = value[last]
        return said


def settle(
    layers: Iterable[Preset], given: Mapping[str, str], *, checked: bool = False
) -> Settings:
    """Merge layers in order and fill in their parameters.

    ``checked``: hold each preset against its shape again, now that its parameters have values.

    Raises:
        MissingParameter: a required parameter was not given; names all of them.
        InvalidPreset: what was given for a parameter cannot stand where the preset puts it.
    """
    merged = _Merged()
    problems: list[Problem] = []
    for preset in layers:
        values = _parameters(preset, given, problems)
        filled = fill(preset.sections, values)
        if checked and values and all(values.values()):
            check_filled(preset.label, filled)
        merged.lay(preset, filled)
    if problems:
        raise MissingParameter(msg("A parameter that a preset needs was not given."), problems)
    return Settings(merged.sections, merged.setters, tuple(merged.steps))


@dataclass(slots=True)
class _Merged:
    """The layers so far."""

    sections: dict[str, Any] = field(default_factory=dict)
    setters: dict[Path, int] = field(default_factory=dict)
    steps: list[Step] = field(default_factory=list)

    def lay(self, preset: Preset, sections: Mapping[str, Any]) -> None:
        """Lay one more preset over what is there."""
        kind = StepKind.ENVIRONMENT if preset.environment else StepKind.PRESET
        self.steps.append(
            Step(kind, preset.label, msg("Set by the preset %(name)s.", name=preset.label))
        )
        self._lay(self.sections, sections, ())

    def _lay(self, lower: dict[str, Any], upper: Mapping[str, Any], path: Path) -> None:
        for key, value in upper.items():
            here = (*path, key)
            if value is None:
                self._delete(lower, key, here)
            elif isinstance(value, dict):
                if not isinstance(lower.get(key), dict):
                    self._set(lower, key, {}, here)
                self._only_action(lower[key], value, here)
                self._lay(lower[key], value, here)
                if value:
                    self.setters.pop(here, None)
            elif isinstance(value, list) and _named(value) and _named(lower.get(key)):
                self._set(lower, key, _by_name(lower[key], value), here)
            else:
                self._set(lower, key, value, here)

    def _set(self, holder: dict[str, Any], key: str, value: Any, path: Path) -> None:
        self._forget(path)
        holder[key] = value
        self.setters[path] = len(self.steps) - 1

    def _delete(self, holder: dict[str, Any], key: str, path: Path) -> None:
        """A null below ``containers`` stays: it also deletes what the container itself has.

        So does one in what is said of a workload: it takes back what is said of all.
        """
        of_one = path[1:2] == ("workloads",) and len(path) > 3
        if of_one or (len(path) > 2 and path[1] == "containers"):
            self._set(holder, key, None, path)
        else:
            self._forget(path)
            holder.pop(key, None)

    def _only_action(self, lower: dict[str, Any], upper: Mapping[str, Any], path: Path) -> None:
        """A probe asks in one way: another one in an upper layer takes its place."""
        if path[0] == "probes" and upper.keys() & PROBE_ACTIONS:
            for action in [key for key in lower if key in PROBE_ACTIONS and key not in upper]:
                del lower[action]
                self._forget((*path, action))

    def _forget(self, path: Path) -> None:
        for old in [known for known in self.setters if known[: len(path)] == path]:
            del self.setters[old]


def _named(value: Any) -> bool:
    return (
        isinstance(value, list)
        and bool(value)
        and all(isinstance(item, dict) and "name" in item for item in value)
    )


def _by_name(lower: list[Any], upper: list[Any]) -> list[Any]:
    merged = {item["name"]: item for item in lower}
    for item in upper:
        merged[item["name"]] = {**merged.get(item["name"], {}), **item}
    return list(merged.values())


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

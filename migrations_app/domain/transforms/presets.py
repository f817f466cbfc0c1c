"""From settled presets to the transforms they stand for, in the one order in which they run."""

from __future__ import annotations

from migrations_app.domain.bundle import Facts
from migrations_app.domain.presets.layering import Settings
from migrations_app.domain.transforms.base import Transform
from migrations_app.domain.transforms.probes import AddProbes
from migrations_app.domain.transforms.registry import UseRegistry
from migrations_app.domain.transforms.resources import LimitResources


def transforms_for(settings: Settings, facts: Facts) -> list[Transform]:
    """The transforms of every section that some layer sets."""
    transforms: list[Transform] = []
    if section := settings.section("registry"):
        transforms.append(UseRegistry.of(section, settings.step("registry"), facts.image_digests))
    if section := settings.section("resources"):
        transforms.append(LimitResources.of(section, settings.step("resources")))
    if section := settings.section("probes"):
        transforms.append(AddProbes.of(section, settings.step("probes"), facts.healthchecks))
    return transforms

"""From settled presets to the transforms they stand for, in the one order in which they run.

Each transform stands for one preset: what several presets decide together becomes several
transforms, so that the record names the preset behind every field.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from migrations_app.domain.bundle import Facts
from migrations_app.domain.presets.layering import Settings
from migrations_app.domain.transforms import (
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
from migrations_app.domain.transforms.base import Transform

Answers = Mapping[str, str]
"""Question id → answer."""

Builder = Callable[[Settings, Facts, Answers], Iterator[Transform]]

FIRST: tuple[Builder, ...] = (workload.kinds,)
"""Those that make objects go by another kind or name: what is known of them has to follow."""

SECTIONS: tuple[Builder, ...] = (
    security.who_runs,  # first: images still go by the names they were inspected under
    registry.transforms,
    resources.transforms,
    probes.transforms,
    configuration.transforms,
    workload.transforms,
    storage.transforms,
    scaling.transforms,
    exposure.transforms,
    observability.transforms,
    network.transforms,  # when it is known who is reached from where
    secrets.transforms,  # when nobody looks for hosts in their values any more
    security.transforms,  # when nobody looks for ports of the host any more
    storage.folders,  # when the writable folders of a read-only root are there, too
    workload.budgets,  # when it is known how many pods there are
    configuration.roll_outs,  # last: when all that pods refer to is as it will be
)


def first_for(settings: Settings, facts: Facts, answers: Answers) -> list[Transform]:
    """The transforms after which facts about objects have to be looked up by new labels.

    Raises:
        InvalidInput: with its parameters filled in, a preset asks for what cannot be.
    """
    return [transform for section in FIRST for transform in section(settings, facts, answers)]


def transforms_for(settings: Settings, facts: Facts, answers: Answers) -> list[Transform]:
    """The other transforms of every section that some layer sets.

    Raises:
        InvalidInput: with its parameters filled in, a preset asks for what cannot be.
    """
    return [transform for section in SECTIONS for transform in section(settings, facts, answers)]

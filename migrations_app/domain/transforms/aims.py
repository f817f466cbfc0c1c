"""Whom a value of a section is for: all containers, or those that the section names."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from migrations_app.domain.manifests.resources import mapping
from migrations_app.domain.presets.layering import Settings
from migrations_app.domain.provenance import Step
from migrations_app.domain.transforms.by_workload import without_nulls


@dataclass(frozen=True, slots=True)
class Aim:
    """Those that one preset speaks of: ``only`` these by name or, if None, all but ``others``."""

    only: frozenset[str] | None = None
    others: frozenset[str] = frozenset()

    def hits(self, name: Any) -> bool:
        """Whether somebody of this name is meant."""
        return name not in self.others if self.only is None else name in self.only

    @property
    def by_name(self) -> bool:
        """Whether they are named: then somebody meant exactly them."""
        return self.only is not None


@dataclass(frozen=True, slots=True)
class Aimed:
    """A value, whom it is for, and the preset behind it."""

    step: Step
    aim: Aim
    value: Any


def aimed(
    settings: Settings,
    section: str,
    keys: tuple[str, ...],
    value: Callable[[Mapping[str, Any]], Any],
    holder: str = "containers",
) -> Iterator[Aimed]:
    """What ``value`` makes of ``keys`` of a section: for everybody, and for each that is named.

    Who is named below ``holder`` and says nothing of these keys belongs to everybody. A value of
    None is for nobody.
    """
    common = settings.section(section)
    named = {
        name: _over(common, own)
        for name, own in mapping(common.get(holder)).items()
        if own and any(key in own for key in keys)
    }
    everybody = value(common)
    if everybody is not None:
        yield Aimed(settings.step(section, *keys), Aim(None, frozenset(named)), everybody)
    for name, said in named.items():
        own = value(without_nulls(said) if holder == "workloads" else said)
        if own is not None:
            step = settings.step(section, *((holder, name, key) for key in keys))
            yield Aimed(step, Aim(frozenset({name})), own)


def _over(common: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    """What somebody by name is told: its own over everybody's, maps merged as in layers."""
    merged = {**common, **own}
    for key, value in own.items():
        below = common.get(key)
        if isinstance(value, Mapping) and isinstance(below, Mapping):
            merged[key] = {**below, **value}
    return merged

"""What a service waits for, by the other units that its own names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import product

from migrations_app.domain.messages import msg
from migrations_app.domain.reading.quadlet.account import Account
from migrations_app.domain.reading.quadlet.container import is_oneshot
from migrations_app.domain.reading.quadlet.kinds import ENDINGS, UnitKind
from migrations_app.domain.reading.quadlet.site import Refusal, Site
from migrations_app.domain.reading.quadlet.surroundings import DEPENDENCIES
from migrations_app.domain.reading.quadlet.unit import QuadletUnit
from migrations_app.domain.reading.units.words import QUADLET_LIST
from migrations_app.domain.spec import Condition, Dependency, ServiceSpec

_WAITS = ("BindsTo", "Requires", "Requisite", "After", "Wants", "Upholds")
_REQUIRED = frozenset({"BindsTo", "Requires", "Requisite"})
_ELSEWHERE = msg("The other unit is not rendered with this one.")
_SAID = msg("Another line says the same of that unit.")
_PART = msg("The other unit is a part of what is rendered with this one.")


def missing_neighbours(unit: QuadletUnit, site: Site) -> list[Refusal]:
    """Units that a dependency names and that are not there: the generator refuses that."""
    return [
        Refusal(
            msg("%(key)s names %(unit)s, which is not among the files.", key=key, unit=word.text),
            setting.place_of(word),
            word.text,
        )
        for key in DEPENDENCIES
        for setting, word in unit.unit.each_word("Unit", key, QUADLET_LIST)
        if word.text.endswith(ENDINGS) and site.find(word.text, unit) is None
    ]


def with_dependencies(
    made: Sequence[tuple[Sequence[QuadletUnit], ServiceSpec]], site: Site, account: Account
) -> list[ServiceSpec]:
    """The services, each with the others that its units wait for."""
    names = {unit.name: spec.name for units, spec in made for unit in units}
    return [
        replace(spec, depends_on=_dependencies(units, spec.name, names, site, account))
        for units, spec in made
    ]


def _dependencies(
    units: Sequence[QuadletUnit],
    service: str,
    names: Mapping[str, str],
    site: Site,
    account: Account,
) -> tuple[Dependency, ...]:
    """``names``: unit → the service that it became, or is a part of."""
    found: dict[str, Dependency] = {}
    for unit, key in product(units, _WAITS):
        for setting, word in unit.unit.each_word("Unit", key, QUADLET_LIST):
            other = _unit_of(word.text, unit, site)
            if other is None:
                continue
            name = names.get(other.name)
            if name is None and other.kind in (UnitKind.CONTAINER, UnitKind.KUBE):
                account.drop(setting.place, _ELSEWHERE)
            elif name is None or name == service:
                account.convert(setting.place, _PART)
            elif name in found:
                account.convert(setting.place, _SAID)
            else:
                found[name] = Dependency(
                    service=name,
                    condition=_condition(other),
                    required=key in _REQUIRED,
                    places={"": setting.place},
                )
    return tuple(found.values())


def _unit_of(name: str, unit: QuadletUnit, site: Site) -> QuadletUnit | None:
    """The unit that a dependency means, by its own name or by that of its service."""
    if name.endswith(ENDINGS):
        return site.find(name, unit)
    return next((other for other in site.units if other.service.full == name), None)


def _condition(other: QuadletUnit) -> Condition:
    """When systemd takes a unit to be up."""
    if is_oneshot(other):
        return Condition.COMPLETED
    notify = other.text("Notify")
    if notify is not None and notify.text.lower() == "healthy":
        return Condition.HEALTHY
    return Condition.STARTED

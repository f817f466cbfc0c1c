"""What a service waits for, by the other units that its own names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
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


@dataclass(frozen=True, slots=True)
class Made:
    """A service, the units that it was made of, and the systemd services that it stands for."""

    spec: ServiceSpec
    units: tuple[QuadletUnit, ...]
    services: tuple[str, ...]


def with_dependencies(made: Sequence[Made], site: Site, account: Account) -> list[ServiceSpec]:
    """The services, each with the others that its units wait for."""
    names = {service: item.spec.name for item in made for service in item.services}
    return [
        replace(item.spec, depends_on=_dependencies(item, names, site, account)) for item in made
    ]


def _dependencies(
    item: Made, names: Mapping[str, str], site: Site, account: Account
) -> tuple[Dependency, ...]:
    """``names``: systemd service → the service that it became, or is a part of."""
    found: dict[str, Dependency] = {}
    for unit, key in product(item.units, _WAITS):
        for setting, word in unit.unit.each_word("Unit", key, QUADLET_LIST):
            other, service = _meant(word.text, unit, site)
            if other is None:
                continue
            name = names.get(service)
            if name is None and other.kind in (UnitKind.CONTAINER, UnitKind.KUBE):
                account.drop(setting.place, _ELSEWHERE)
            elif name is None or name == item.spec.name:
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


def _meant(name: str, unit: QuadletUnit, site: Site) -> tuple[QuadletUnit | None, str]:
    """The unit that a dependency means, and its service; of a template, that of the instance."""
    if name.endswith(ENDINGS):
        known = site.find(name, unit) or site.find(_template(name), unit)
        if known is None:
            return None, ""
        if known.service.is_template:
            instance = name.partition("@")[2].rpartition(".")[0]
            return known, f"{known.service.prefix}@{instance}.service"
        return known, known.service.full
    known = site.by_service.get(name) or site.by_service.get(_template(name))
    return known, name if known is not None else ""


def _template(name: str) -> str:
    """``app@blue.service`` without its instance."""
    stem, _dot, ending = name.rpartition(".")
    prefix, at, _instance = stem.partition("@")
    return f"{prefix}@.{ending}" if at else ""


def _condition(other: QuadletUnit) -> Condition:
    """When systemd takes a unit to be up."""
    if is_oneshot(other):
        return Condition.COMPLETED
    notify = other.text("Notify")
    if notify is not None and notify.text.lower() == "healthy":
        return Condition.HEALTHY
    return Condition.STARTED

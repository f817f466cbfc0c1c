"""The instances of a unit: one, or as many as somebody names of a template."""

from __future__ import annotations

import re
from collections.abc import Iterator

from migrations_app.domain.messages import msg
from migrations_app.domain.questions import Question
from migrations_app.domain.reading.quadlet.account import Account
from migrations_app.domain.reading.quadlet.kinds import ENDINGS
from migrations_app.domain.reading.quadlet.site import Site
from migrations_app.domain.reading.quadlet.unit import QuadletUnit
from migrations_app.domain.reading.units.specifiers import UnitName
from migrations_app.domain.reading.units.words import QUADLET_LIST

_FIRST = "1"
_REFERRING = ("After", "BindsTo", "PartOf", "Requires", "Upholds", "Wants")


def instances(unit: QuadletUnit, site: Site, account: Account) -> list[UnitName]:
    """The services of a unit. A template is a question: its instances are named elsewhere."""
    if not unit.service.is_template:
        return [unit.service]
    default = unit.text("DefaultInstance", "Install")
    mentioned = list(dict.fromkeys(_mentioned(unit, site)))
    known = mentioned or ([default.text] if default is not None and default.text else [_FIRST])
    answer = account.ask(
        Question(
            id=f"unit-instances:{unit.name}",
            code="unit-instances",
            text=msg("Which instances of the template %(unit)s are there?", unit=unit.name),
            why=msg(
                "A template becomes one service for each instance; systemd is told their names "
                "when they are started. Write them with spaces between."
            ),
            recommended=" ".join(known),
            place=unit.place,
        )
    )
    stem = unit.service_name.removesuffix("@")
    names = re.split(r"[\s,]+", answer.strip())
    return [UnitName.of(f"{stem}@{name}.service") for name in names if name]


def _mentioned(unit: QuadletUnit, site: Site) -> Iterator[str]:
    """The instances that other units lean on."""
    before = unit.stem
    for other in site.units:
        for key in _REFERRING:
            for _setting, word in other.unit.each_word("Unit", key, QUADLET_LIST):
                name, _dot, ending = word.text.rpartition(".")
                if name.startswith(before) and f".{ending}" in (*ENDINGS, ".service"):
                    instance = name.removeprefix(before)
                    if instance and "%" not in instance:
                        yield instance

"""The ``configuration`` section of a preset: variables out of pods, roll-outs when they change.

What looks secret goes by the rule that finds and hides secrets everywhere else
(``domain.secrets``); a marker for a secret is one as well. A variable stays where it is if another
one is in its value, if it is there twice, or if no key can be made of its name.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from migrations_app.domain.bundle import Facts
from migrations_app.domain.names import to_subdomain
from migrations_app.domain.presets.layering import Settings
from migrations_app.domain.transforms.aims import aimed
from migrations_app.domain.transforms.base import Transform
from migrations_app.domain.transforms.moving_variables import MoveVariables, Moving
from migrations_app.domain.transforms.rolling_out import RollOutOnChange

_KEYS = ("as", "prefix", "except", "secret")


def transforms(
    settings: Settings, _facts: Facts, _answers: Mapping[str, str]
) -> Iterator[Transform]:
    """What the section ``configuration`` asks for, but for roll-outs."""
    section = settings.section("configuration")
    for found in aimed(settings, "configuration", ("variables", *_KEYS), _plain):
        yield MoveVariables(
            found.step,
            found.aim,
            found.value,
            _suffix(section.get("name"), "config"),
            immutable=bool(section.get("immutable")),
        )
    for found in aimed(settings, "configuration", ("secrets", *_KEYS), _secret):
        yield MoveVariables(
            found.step, found.aim, found.value, _suffix(section.get("secretName"), "secrets")
        )


def roll_outs(
    settings: Settings, _facts: Facts, _answers: Mapping[str, str]
) -> Iterator[Transform]:
    """The roll-outs, once everything that pods refer to is as it will be."""
    if settings.section("configuration").get("rollout") == "hash":
        yield RollOutOnChange(settings.step("configuration", "rollout"))


def _plain(section: Mapping[str, Any]) -> Moving | None:
    return _moving(section, into="ConfigMap") if section.get("variables") == "configMap" else None


def _secret(section: Mapping[str, Any]) -> Moving | None:
    return _moving(section, into="Secret") if section.get("secrets") == "secret" else None


def _moving(section: Mapping[str, Any], into: str) -> Moving:
    return Moving(
        into=into,
        one_by_one=section.get("as") == "valueFrom",
        prefix=section.get("prefix") or "",
        left=frozenset(section.get("except") or ()),
        secret=frozenset(section.get("secret") or ()),
    )


def _suffix(said: str | None, usual: str) -> str:
    """A parameter may have made something of it that is no name."""
    return to_subdomain(said or usual)

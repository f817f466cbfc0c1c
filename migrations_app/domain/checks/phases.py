"""Which phase a check belongs to: what it finds closes the gate before that phase and later ones.

The first letters of a code say it. What a staging or a production cluster wants besides is asked
only of manifests that are made for one: a service that has just been captured is not reproached
with having no disruption budget.
"""

from __future__ import annotations

from collections.abc import Mapping

from migrations_app.domain.pipeline.phases import Phase

_FAMILIES: Mapping[str, Phase] = {
    "CAP": Phase.LOCAL,
    "IMG": Phase.LOCAL,
    "NAM": Phase.LOCAL,
    "STG": Phase.STAGING,
    "PRD": Phase.PRODUCTION,
    "GOV": Phase.PRODUCTION,
    "EDG": Phase.PRODUCTION,
}
_CODES: Mapping[str, Phase] = {"VOL-06": Phase.STAGING}
"""A rehearsal plays with empty volumes: their data matters from the first cluster on."""

_ENVIRONMENTS: Mapping[str, Phase] = {
    "staging": Phase.STAGING,
    "production": Phase.PRODUCTION,
    "edge": Phase.PRODUCTION,
}


def phase_of(code: str) -> Phase:
    """The phase that a code belongs to; most are about what any cluster takes."""
    return _CODES.get(code) or _FAMILIES.get(code[:3], Phase.COMPATIBLE)


def phase_for(environment: str | None) -> Phase:
    """How far a manifest for this environment is judged, if nobody says otherwise."""
    return _ENVIRONMENTS.get(environment or "", Phase.COMPATIBLE)

"""``resources``: requests and limits of containers."""

from __future__ import annotations

from migrations_app.domain.presets.sections.section import Section
from migrations_app.domain.presets.shape import QUANTITY, by_name, keys

_AMOUNTS = by_name(QUANTITY)
_RESOURCES = keys("Requests and limits of a container.", requests=_AMOUNTS, limits=_AMOUNTS)

SECTION = Section(
    "resources",
    keys(
        "Requests and limits.",
        default=_RESOURCES,
        containers=by_name(_RESOURCES, "By container name; wins over default."),
    ),
)

"""``resources``: requests and limits of containers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from migrations_app.domain.manifests.resources import mapping
from migrations_app.domain.messages import msg
from migrations_app.domain.names import is_key
from migrations_app.domain.places import Path
from migrations_app.domain.presets.sections.section import Complaint, Section
from migrations_app.domain.presets.shape import QUANTITY, by_name, keys

_AMOUNTS = by_name(QUANTITY)
_RESOURCES = keys("Requests and limits of a container.", requests=_AMOUNTS, limits=_AMOUNTS)

_KNOWN = ("cpu", "memory", "ephemeral-storage")


def _check(section: Mapping[str, Any]) -> Iterator[Complaint]:
    """Nodes have few things of their own; all else has a domain in its name."""
    parts: list[tuple[Path, Any]] = [(("default",), section.get("default"))]
    for name, own in mapping(section.get("containers")).items():
        parts.append((("containers", name), own))
    for path, part in parts:
        for side in ("requests", "limits"):
            for name in mapping(mapping(part).get(side)):
                huge = name.startswith("hugepages-")
                if name not in _KNOWN and not (is_key(name) and ("/" in name or huge)):
                    yield Complaint((*path, side, name), msg("Nodes have no %(name)s.", name=name))


SECTION = Section(
    "resources",
    keys(
        "Requests and limits.",
        default=_RESOURCES,
        containers=by_name(_RESOURCES, "By container name; wins over default."),
    ),
    _check,
)

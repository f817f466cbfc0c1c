"""Fixes of requests and limits: what to begin with until somebody has measured."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from migrations_app.domain.bundle import Object, Objects
from migrations_app.domain.errors import InvalidInput
from migrations_app.domain.fixing.base import changed
from migrations_app.domain.manifests.resources import get, mapping, replace_at
from migrations_app.domain.places import Path
from migrations_app.domain.quantities import Quantity

REQUESTS: Mapping[str, str] = {"cpu": "250m", "memory": "64Mi"}
LIMITS: Mapping[str, str] = {"cpu": "500m", "memory": "128Mi"}


def something_to_begin_with(objects: Objects, index: int, path: Path) -> Sequence[Object | None]:
    """RES-01: requests where there are none, limits where there are none, and none crossed.

    What is there stays: a request gives way to a smaller limit, a limit to a larger request.
    """
    resources = mapping(get(objects[index], path))
    requests, limits = mapping(resources.get("requests")), mapping(resources.get("limits"))
    filled = dict(resources)
    if not resources.get("requests"):
        filled["requests"] = {
            name: _bounded(amount, limits.get(name), least=True)
            for name, amount in REQUESTS.items()
        }
    if not resources.get("limits"):
        filled["limits"] = {
            name: _bounded(amount, requests.get(name), least=False)
            for name, amount in LIMITS.items()
        }
    if filled == resources:
        return objects
    return changed(objects, index, replace_at(objects[index], path, filled))


def _bounded(amount: str, other: Any, *, least: bool) -> Any:
    """The smaller or the larger of two amounts, the second of which may be missing or no amount."""
    if other is None:
        return amount
    try:
        theirs, ours = Quantity.parse(str(other)), Quantity.parse(amount)
    except InvalidInput:
        return amount
    return other if (theirs < ours if least else theirs > ours) else amount

"""The ``resources`` section of a preset: requests and limits.

What ``containers`` says wins over everything. What ``default`` says fills in what the source left
open: a limit that somebody measured and wrote into the source is worth more than a house rule.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from migrations_app.domain.bundle import Object, Objects
from migrations_app.domain.errors import InvalidInput
from migrations_app.domain.manifests.resources import map_containers, mapping
from migrations_app.domain.mends.quantities import whole
from migrations_app.domain.provenance import Step
from migrations_app.domain.quantities import Quantity

Amounts = Mapping[str, Any]
SIDES = ("requests", "limits")


@dataclass(frozen=True, slots=True)
class LimitResources:
    """``default`` for every container, ``containers`` by name; a null deletes."""

    step: Step
    default: Mapping[str, Amounts] = field(default_factory=dict)
    containers: Mapping[str, Mapping[str, Amounts | None] | None] = field(default_factory=dict)

    @classmethod
    def of(cls, section: Mapping[str, Any], step: Step) -> LimitResources:
        """Make the transform from a preset's section."""
        return cls(step, section.get("default") or {}, section.get("containers") or {})

    def __call__(self, objects: Objects) -> Sequence[Object | None]:
        return map_containers(objects, self._container)

    def _container(self, container: Mapping[str, Any]) -> Mapping[str, Any]:
        written = mapping(container.get("resources"))
        own = self.containers.get(str(container.get("name")), {})
        result = {key: value for key, value in written.items() if key not in SIDES}
        for side in SIDES:
            amounts = self._side(side, mapping(written.get(side)), own)
            if amounts:
                result[side] = amounts
        _keep_requests_below(result)
        if result == written:
            return container
        if not result:
            return {key: value for key, value in container.items() if key != "resources"}
        return {**container, "resources": result}

    def _side(
        self, side: str, written: Amounts, own: Mapping[str, Amounts | None] | None
    ) -> dict[str, Any]:
        if own is None or (side in own and own[side] is None):
            return {}
        amounts = {**_texts(self.default.get(side)), **written}
        for name, amount in (own.get(side) or {}).items():
            if amount is None:
                amounts.pop(name, None)
            else:
                amounts[name] = _text(amount)
        return amounts


def _keep_requests_below(resources: dict[str, Any]) -> None:
    """A default request above a container's own limit is lowered to it: a cluster would refuse."""
    limits = mapping(resources.get("limits"))
    requests = resources.get("requests")
    if not isinstance(requests, dict):
        return
    lowered = {
        name: limits[name] if name in limits and _exceeds(amount, limits[name]) else amount
        for name, amount in requests.items()
    }
    if lowered != requests:
        resources["requests"] = lowered


def _exceeds(request: Any, limit: Any) -> bool:
    try:
        return Quantity.parse(str(request)) > Quantity.parse(str(limit))
    except InvalidInput:
        return False


def _texts(amounts: Amounts | None) -> dict[str, Any]:
    return {name: _text(amount) for name, amount in (amounts or {}).items() if amount is not None}


def _text(amount: Any) -> str:
    return str(whole(str(amount)))

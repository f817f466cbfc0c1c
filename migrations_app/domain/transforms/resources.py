"""The ``resources`` section of a preset: requests and limits.

What ``containers`` says wins over everything. What ``default`` says fills in what the source left
open: a limit that somebody measured and wrote into the source is worth more than a house rule.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from migrations_app.domain.bundle import Facts, Object, Objects
from migrations_app.domain.errors import InvalidInput
from migrations_app.domain.manifests.resources import (
    CONTAINER_LISTS,
    map_pod_specs,
    map_spec_containers,
    mapping,
)
from migrations_app.domain.places import Path
from migrations_app.domain.presets.layering import Settings
from migrations_app.domain.provenance import Step
from migrations_app.domain.quantities import Quantity
from migrations_app.domain.transforms.base import Transform

Amounts = Mapping[str, Any]
SIDES = ("requests", "limits")
_EPHEMERAL = CONTAINER_LISTS[2]


def transforms(
    settings: Settings, _facts: Facts, _answers: Mapping[str, str]
) -> Iterator[Transform]:
    """What the section ``resources`` asks for."""
    section = settings.section("resources")
    shares = settings.shares("resources")
    for step, paths in shares:
        yield LimitResources(
            step=step,
            default=section.get("default") or {},
            containers=section.get("containers") or {},
            owned=paths if len(shares) > 1 else None,
        )


@dataclass(frozen=True, slots=True)
class LimitResources:
    """``default`` for every container, ``containers`` by name; a null deletes.

    ``owned`` are the paths within the section that ``step`` stands for; the transform changes what
    they decide and nothing else, so that each amount is recorded under the preset that set it.
    None: all of them.
    """

    step: Step
    default: Mapping[str, Amounts] = field(default_factory=dict)
    containers: Mapping[str, Mapping[str, Amounts | None] | None] = field(default_factory=dict)
    owned: frozenset[Path] | None = None

    def __call__(self, objects: Objects) -> Sequence[Object | None]:
        return map_pod_specs(objects, self._pod)

    def _pod(self, _body: Object, spec: dict[str, Any]) -> Mapping[str, Any]:
        """Ephemeral containers stay as they are: the API takes no resources for them."""
        changed = map_spec_containers(spec, self._container)
        if changed is spec or _EPHEMERAL not in spec:
            return changed
        return {**changed, _EPHEMERAL: spec[_EPHEMERAL]}

    def _container(self, container: Mapping[str, Any]) -> Mapping[str, Any]:
        name = str(container.get("name"))
        written = mapping(container.get("resources"))
        wanted = self._wanted(written, name)
        result = dict(written)
        for side in SIDES:
            amounts = self._side(side, mapping(written.get(side)), wanted[side], name)
            if amounts:
                result[side] = amounts
            else:
                result.pop(side, None)
        if result == written:
            return container
        if not result:
            return {key: value for key, value in container.items() if key != "resources"}
        return {**container, "resources": result}

    def _wanted(self, written: Amounts, name: str) -> dict[str, dict[str, Any]]:
        """Requests and limits of a container as all layers together want them."""
        own = self.containers.get(name, {})
        wanted: dict[str, dict[str, Any]] = {}
        for side in SIDES:
            overrides = None if own is None else own.get(side, {})
            if overrides is None:
                wanted[side] = {}
                continue
            filled = {**_plain(self.default.get(side)), **mapping(written.get(side))}
            for resource, amount in overrides.items():
                filled[resource] = None if amount is None else _text(resource, amount)
            wanted[side] = {key: amount for key, amount in filled.items() if amount is not None}
        _reconcile(wanted, written, own or {})
        return wanted

    def _side(
        self, side: str, written: Amounts, wanted: Mapping[str, Any], name: str
    ) -> dict[str, Any]:
        """What this transform makes of one side: its own share of what is wanted."""
        result: dict[str, Any] = {}
        for resource in (*written, *(key for key in wanted if key not in written)):
            source = wanted if self._decides(name, side, resource) else written
            if resource in source:
                result[resource] = source[resource]
        return result

    def _decides(self, name: str, side: str, resource: str) -> bool:
        """Whether an owned path set this amount or, where none did, the other side of it."""
        if self.owned is None:
            return True
        other = SIDES[1 - SIDES.index(side)]
        for looked_at in (side, other):
            for path in (
                ("containers", name),
                ("containers", name, looked_at),
                ("containers", name, looked_at, resource),
                ("default", looked_at, resource),
            ):
                if self._is_set(path):
                    return path in self.owned
        return False

    def _is_set(self, path: Path) -> bool:
        """Whether the section ends in a value or a null at this path."""
        value: Any = {"default": self.default, "containers": self.containers}
        for step in path:
            if not isinstance(value, Mapping) or step not in value:
                return False
            value = value[step]
        return not isinstance(value, Mapping)


def _reconcile(
    wanted: dict[str, dict[str, Any]],
    written: Amounts,
    own: Mapping[str, Amounts | None],
) -> None:
    """A request above its limit is refused by a cluster: what was only a default gives way."""
    for resource, request in wanted["requests"].items():
        limit = wanted["limits"].get(resource)
        if limit is None or not _exceeds(request, limit):
            continue
        asked = _strength("requests", resource, written, own)
        if asked > _strength("limits", resource, written, own):
            wanted["limits"][resource] = request
        else:
            wanted["requests"][resource] = limit


def _strength(side: str, resource: str, written: Amounts, own: Mapping[str, Amounts | None]) -> int:
    """2: set for this container by name, 1: written in the source, 0: a default."""
    if resource in (own.get(side) or {}):
        return 2
    return 1 if resource in mapping(written.get(side)) else 0


def _exceeds(request: Any, limit: Any) -> bool:
    try:
        return Quantity.parse(str(request)) > Quantity.parse(str(limit))
    except InvalidInput:
        return False


def _plain(amounts: Amounts | None) -> dict[str, Any]:
    return {
        name: _text(name, amount) for name, amount in (amounts or {}).items() if amount is not None
    }


def _text(resource: str, amount: Any) -> str:
    """An amount as text without a fraction: processors in thousandths, all else in whole units."""
    text = str(amount)
    try:
        quantity = Quantity.parse(text)
    except InvalidInput:
        return text
    if resource == "cpu" or "." not in text:
        return quantity.canonical()
    return quantity.whole_binary()

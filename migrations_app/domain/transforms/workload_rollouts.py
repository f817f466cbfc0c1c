"""How many pods there are, and how they are replaced."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from migrations_app.domain.bundle import Object, Objects
from migrations_app.domain.manifests.resources import (
    get,
    mapping,
    name_of,
    namespace_of,
    pod_spec,
    replace_at,
)
from migrations_app.domain.provenance import Step
from migrations_app.domain.transforms.aims import Aim
from migrations_app.domain.transforms.workload_kinds import holds_claim

ROLLOUT_FIELDS: Mapping[str, frozenset[str]] = {
    "minReadySeconds": frozenset({"Deployment", "StatefulSet", "DaemonSet"}),
    "progressDeadlineSeconds": frozenset({"Deployment"}),
    "revisionHistoryLimit": frozenset({"Deployment", "StatefulSet", "DaemonSet"}),
}
"""Field of a workload's specification → the kinds that have it."""

_COUNTED = frozenset({"Deployment", "StatefulSet"})


def scaled(objects: Objects) -> frozenset[tuple[str, str, str]]:
    """The workloads of which an autoscaler decides how many pods they have."""
    return frozenset(
        (namespace_of(body), str(target.get("kind")), str(target.get("name")))
        for body in objects
        if (target := mapping(get(body, ("spec", "scaleTargetRef"))))
    )


@dataclass(frozen=True, slots=True)
class SetReplicas:
    """How many pods; one that has data for itself stays alone, unless it is named."""

    step: Step
    aim: Aim
    count: int

    def __call__(self, objects: Objects) -> Sequence[Object | None]:
        left = scaled(objects)
        return [
            dict(replace_at(body, ("spec", "replicas"), self.count))
            if self._is_meant(body, left)
            else body
            for body in objects
        ]

    def _is_meant(self, body: Object, left: frozenset[tuple[str, str, str]]) -> bool:
        if body.get("kind") not in _COUNTED or not self.aim.hits(name_of(body)):
            return False
        found = pod_spec(body)
        key = (namespace_of(body), str(body.get("kind")), name_of(body))
        if found is None or key in left or get(body, ("spec", "replicas")) == self.count:
            return False
        stateful = body.get("kind") == "StatefulSet" or holds_claim(found[1])
        return self.aim.by_name or not stateful


@dataclass(frozen=True, slots=True)
class SetStrategy:
    """How a Deployment replaces its pods."""

    step: Step
    aim: Aim
    said: Mapping[str, Any]

    def __call__(self, objects: Objects) -> Sequence[Object | None]:
        return [self._changed(body) for body in objects]

    def _changed(self, body: Object) -> Object:
        if body.get("kind") != "Deployment" or not self.aim.hits(name_of(body)):
            return body
        written = mapping(get(body, ("spec", "strategy")))
        found = pod_spec(body)
        if found is None or (written.get("type") == "Recreate" and not self.aim.by_name):
            return body
        made = self._made(mapping(written.get("rollingUpdate")))
        if made == written:
            return body
        return dict(replace_at(body, ("spec", "strategy"), made))

    def _made(self, written: Mapping[str, Any]) -> dict[str, Any]:
        if self.said.get("type") == "Recreate":
            return {"type": "Recreate"}
        rolling = {
            key: self.said[key] if self.said.get(key) is not None else written.get(key)
            for key in ("maxSurge", "maxUnavailable")
        }
        kept = {key: value for key, value in rolling.items() if value is not None}
        return {"type": "RollingUpdate", **({"rollingUpdate": kept} if kept else {})}


@dataclass(frozen=True, slots=True)
class SetRolloutField:
    """One field of how a workload replaces its pods."""

    step: Step
    aim: Aim
    field: str
    value: int

    def __call__(self, objects: Objects) -> Sequence[Object | None]:
        kinds = ROLLOUT_FIELDS[self.field]
        return [
            dict(replace_at(body, ("spec", self.field), self.value))
            if body.get("kind") in kinds
            and self.aim.hits(name_of(body))
            and isinstance(body.get("spec"), dict)
            and body["spec"].get(self.field) != self.value
            else body
            for body in objects
        ]

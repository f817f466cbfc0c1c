"""Pods on several nodes, and enough of them left when nodes are drained."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from migrations_app.domain.bundle import Object, Objects
from migrations_app.domain.manifests.resources import (
    get,
    map_pod_specs,
    mapping,
    name_of,
    namespace_of,
    pod_metadata,
    sequence,
)
from migrations_app.domain.names import SUBDOMAIN_LENGTH, unique
from migrations_app.domain.provenance import Step
from migrations_app.domain.transforms.aims import Aim, Aimed
from migrations_app.domain.transforms.workload_rollouts import scaled

_SPREAD = frozenset({"Deployment", "StatefulSet", "ReplicaSet"})
_NODE = "kubernetes.io/hostname"


def selector_of(body: Object) -> dict[str, Any]:
    """The labels by which a workload knows its pods."""
    return mapping(get(body, ("spec", "selector", "matchLabels")))


@dataclass(frozen=True, slots=True)
class Spread:
    """Pods spread evenly over what a topology key tells apart."""

    step: Step
    aim: Aim
    keys: tuple[str, ...]
    skew: int = 1
    otherwise: str = "ScheduleAnyway"

    @classmethod
    def of(cls, found: Aimed) -> Spread:
        """Read a rule of a preset."""
        said = found.value
        return cls(
            found.step,
            found.aim,
            tuple(said.get("topologyKeys") or (_NODE,)),
            said.get("maxSkew") or 1,
            said.get("whenUnsatisfiable") or "ScheduleAnyway",
        )

    def __call__(self, objects: Objects) -> Sequence[Object | None]:
        return map_pod_specs(objects, self._pod)

    def _pod(self, body: Object, spec: dict[str, Any]) -> Mapping[str, Any]:
        selector = selector_of(body)
        if body.get("kind") not in _SPREAD or not self.aim.hits(name_of(body)) or not selector:
            return spec
        present = sequence(spec.get("topologySpreadConstraints"))
        known = {mapping(item).get("topologyKey") for item in present}
        added = [
            {
                "maxSkew": self.skew,
                "topologyKey": key,
                "whenUnsatisfiable": self.otherwise,
                "labelSelector": {"matchLabels": selector},
            }
            for key in self.keys
            if key not in known
        ]
        return {**spec, "topologySpreadConstraints": [*present, *added]} if added else spec


@dataclass(frozen=True, slots=True)
class KeepApart:
    """Two pods of a workload are not put on one node, or only if there is no other."""

    step: Step
    aim: Aim
    required: bool

    def __call__(self, objects: Objects) -> Sequence[Object | None]:
        return map_pod_specs(objects, self._pod)

    def _pod(self, body: Object, spec: dict[str, Any]) -> Mapping[str, Any]:
        selector = selector_of(body)
        if body.get("kind") not in _SPREAD or not self.aim.hits(name_of(body)) or not selector:
            return spec
        affinity = mapping(spec.get("affinity"))
        if affinity.get("podAntiAffinity"):
            return spec
        term = {"labelSelector": {"matchLabels": selector}, "topologyKey": _NODE}
        rule: dict[str, Any] = (
            {"requiredDuringSchedulingIgnoredDuringExecution": [term]}
            if self.required
            else {
                "preferredDuringSchedulingIgnoredDuringExecution": [
                    {"weight": 100, "podAffinityTerm": term}
                ]
            }
        )
        return {**spec, "affinity": {**affinity, "podAntiAffinity": rule}}


@dataclass(frozen=True, slots=True)
class AddBudget:
    """How many pods have to stay when nodes are drained.

    A workload of one pod gets none: a node it is on could never be drained.
    """

    step: Step
    aim: Aim
    field: str
    value: int | str

    def __call__(self, objects: Objects) -> Sequence[Object | None]:
        budgets: dict[tuple[str, str, str], list[dict[str, Any]]] = defaultdict(list)
        taken: set[tuple[str, str]] = set()
        for body in objects:
            if body.get("kind") == "PodDisruptionBudget":
                chosen = selector_of(body)
                taken.add((namespace_of(body), name_of(body)))
                for key, value in list(chosen.items())[:1]:
                    budgets[namespace_of(body), str(key), str(value)].append(chosen)
        left = scaled(objects)
        new: list[Object] = []
        for body in objects:
            if self._is_meant(body, left) and not _has_budget(body, budgets):
                new.append(self._budget(body, taken))
        return [*objects, *new]

    def _is_meant(self, body: Object, left: frozenset[tuple[str, str, str]]) -> bool:
        if body.get("kind") not in _SPREAD or not self.aim.hits(name_of(body)):
            return False
        if not selector_of(body):
            return False
        key = (namespace_of(body), str(body.get("kind")), name_of(body))
        replicas = get(body, ("spec", "replicas"))
        return key in left or (isinstance(replicas, int) and replicas > 1)

    def _budget(self, body: Object, taken: set[tuple[str, str]]) -> Object:
        space, name = namespace_of(body), name_of(body)
        if (space, name) in taken:
            name = unique(name, (name,), f"{space}/{body.get('kind')}/{name}", SUBDOMAIN_LENGTH)
        taken.add((space, name))
        return {
            "apiVersion": "policy/v1",
            "kind": "PodDisruptionBudget",
            "metadata": {"name": name, **({"namespace": space} if space else {})},
            "spec": {self.field: self.value, "selector": {"matchLabels": selector_of(body)}},
        }


def _has_budget(body: Object, budgets: Mapping[tuple[str, str, str], list[dict[str, Any]]]) -> bool:
    """Whether some budget chooses the pods of a workload."""
    found = pod_metadata(body)
    labels = mapping(found[1].get("labels")) if found else {}
    return any(
        all(labels.get(key) == value for key, value in chosen.items())
        for pair in labels.items()
        for chosen in budgets.get((namespace_of(body), str(pair[0]), str(pair[1])), ())
    )

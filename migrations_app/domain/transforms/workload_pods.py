"""What pods are to the cluster: whose account they have, how important they are, how they stop."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from migrations_app.domain.bundle import Object, Objects
from migrations_app.domain.manifests.resources import (
    map_pod_specs,
    mapping,
    name_of,
    namespace_of,
    pod_spec,
    replace_at,
    sequence,
)
from migrations_app.domain.provenance import Step
from migrations_app.domain.transforms.aims import Aim
from migrations_app.domain.transforms.probes import keeps_running

DEDICATED = "dedicated"
_GRACE = 30
"""Seconds that a kubelet waits if nobody says."""


@dataclass(frozen=True, slots=True)
class SetPodField:
    """One field of pods; what the source says stays, unless the workload is named."""

    step: Step
    aim: Aim
    field: str
    value: Any

    def __call__(self, objects: Objects) -> Sequence[Object | None]:
        return map_pod_specs(objects, self._pod)

    def _pod(self, body: Object, spec: dict[str, Any]) -> Mapping[str, Any]:
        if not self.aim.hits(name_of(body)) or spec.get(self.field) == self.value:
            return spec
        if self.field in spec and not self.aim.by_name:
            return spec
        return {**spec, self.field: self.value}


@dataclass(frozen=True, slots=True)
class UseServiceAccount:
    """An account of its own for each workload, or one that is there; rights that it has stay its.

    A pod that has another account than the default one keeps it, unless its workload is named.
    """

    step: Step
    aim: Aim
    account: str

    def __call__(self, objects: Objects) -> Sequence[Object | None]:
        known = {
            (namespace_of(body), name_of(body))
            for body in objects
            if body.get("kind") == "ServiceAccount"
        }
        results: list[Object | None] = []
        new: list[Object] = []
        for body in objects:
            found = pod_spec(body)
            if found is None or not self._is_open(body, found[1]):
                results.append(body)
                continue
            path, spec = found
            name = name_of(body) if self.account == DEDICATED else self.account
            kept = {key: value for key, value in spec.items() if key != "serviceAccount"}
            results.append(replace_at(body, path, {**kept, "serviceAccountName": name}))
            key = (namespace_of(body), name)
            if self.account == DEDICATED and key not in known:
                known.add(key)
                new.append(_account(*key))
        return [*results, *new]

    def _is_open(self, body: Object, spec: Mapping[str, Any]) -> bool:
        if not self.aim.hits(name_of(body)):
            return False
        present = spec.get("serviceAccountName") or spec.get("serviceAccount")
        wanted = name_of(body) if self.account == DEDICATED else self.account
        if present == wanted:
            return False
        return self.aim.by_name or present in (None, "", "default")


def _account(space: str, name: str) -> Object:
    return {
        "apiVersion": "v1",
        "kind": "ServiceAccount",
        "metadata": {"name": name, **({"namespace": space} if space else {})},
        "automountServiceAccountToken": False,
    }


@dataclass(frozen=True, slots=True)
class StopGently:
    """What containers that run on do before they are told to stop.

    A pod is taken out of its Services at the same time as it is told: whoever stops at once leaves
    requests without an answer.
    """

    step: Step
    aim: Aim
    said: Mapping[str, Any]

    def __call__(self, objects: Objects) -> Sequence[Object | None]:
        return map_pod_specs(objects, self._pod)

    def _pod(self, body: Object, spec: dict[str, Any]) -> Mapping[str, Any]:
        listed = sequence(spec.get("containers"))
        if not self.aim.hits(name_of(body)) or not keeps_running(body, spec):
            return spec
        handler = self._handler(spec)
        changed = [self._container(item, handler) for item in listed]
        if all(new is old for new, old in zip(changed, listed, strict=True)):
            return spec
        return {**spec, "containers": changed}

    def _handler(self, spec: Mapping[str, Any]) -> dict[str, Any]:
        if self.said.get("exec"):
            return {"exec": {"command": list(self.said["exec"])}}
        seconds = self.said.get("sleepSeconds")
        grace = spec.get("terminationGracePeriodSeconds", _GRACE)
        if not seconds or not isinstance(grace, int) or grace < 1:
            return {}
        return {"sleep": {"seconds": min(seconds, grace)}}

    def _container(self, container: Any, handler: dict[str, Any]) -> Any:
        if not isinstance(container, dict) or not handler:
            return container
        lifecycle = mapping(container.get("lifecycle"))
        present = lifecycle.get("preStop")
        if present == handler or (present and not self.aim.by_name):
            return container
        return {**container, "lifecycle": {**lifecycle, "preStop": handler}}

"""Labels that tools agree on (Kubernetes documentation, "Recommended Labels")."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from migrations_app.domain.bundle import Object, Objects
from migrations_app.domain.manifests.resources import (
    mapping,
    name_of,
    pod_metadata,
    pod_spec,
    replace_at,
)
from migrations_app.domain.names import to_label_value
from migrations_app.domain.provenance import Step
from migrations_app.domain.transforms.aims import Aim

_PREFIX = "app.kubernetes.io/"
_KEYS = {
    "partOf": f"{_PREFIX}part-of",
    "component": f"{_PREFIX}component",
    "version": f"{_PREFIX}version",
    "managedBy": f"{_PREFIX}managed-by",
}


def labels(said: Mapping[str, Any]) -> dict[str, str]:
    """The labels of a preset, with values that can be such."""
    found = {target: said[key] for key, target in _KEYS.items() if said.get(key)}
    found |= mapping(said.get("more"))
    made = {key: to_label_value(str(value)) for key, value in found.items()}
    return {key: value for key, value in made.items() if value}


@dataclass(frozen=True, slots=True)
class AddLabels:
    """Labels on workloads and their pods. What is there stays: selectors may ask for it."""

    step: Step
    aim: Aim
    labels: Mapping[str, str]
    named: bool = False

    def __call__(self, objects: Objects) -> Sequence[Object | None]:
        return [self._labelled(body) for body in objects]

    def _labelled(self, body: Object) -> Object:
        if pod_spec(body) is None or not self.aim.hits(name_of(body)):
            return body
        wanted = dict(self.labels)
        if self.named:
            wanted[f"{_PREFIX}name"] = to_label_value(name_of(body))
        result = _with(body, ("metadata",), mapping(body.get("metadata")), wanted)
        found = pod_metadata(result)
        return result if found is None else _with(result, *found, wanted)


def _with(
    body: Object, path: tuple[Any, ...], metadata: Mapping[str, Any], wanted: Mapping[str, str]
) -> Object:
    present = mapping(metadata.get("labels"))
    missing = {key: value for key, value in wanted.items() if key not in present}
    if not missing:
        return body
    return dict(replace_at(body, (*path, "labels"), {**present, **missing}))

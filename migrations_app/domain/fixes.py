"""Fixes: what a person can accept one by one, each as a transform.

Only what is unambiguous is here. A fix is found again by the fingerprint of its finding.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from migrations_app.domain.bundle import Object, Objects, object_label
from migrations_app.domain.findings import Finding
from migrations_app.domain.manifests.resources import (
    get,
    mapping,
    name_of,
    remove_at,
    replace_at,
)
from migrations_app.domain.names import to_label_value, to_subdomain
from migrations_app.domain.places import Path, parse_pointer
from migrations_app.domain.provenance import Step, StepKind
from migrations_app.domain.transforms.base import Transform

Change = Callable[[Objects, int, Path], Sequence[Object | None]]


@dataclass(frozen=True, slots=True)
class Fix:
    """The fix of one finding in one object."""

    finding: Finding
    change: Change

    @property
    def step(self) -> Step:
        return Step(StepKind.FIX, self.finding.code, self.finding.fix)

    def __call__(self, objects: Objects) -> Sequence[Object | None]:
        path = parse_pointer(self.finding.place.path)
        for index, body in enumerate(objects):
            if object_label(body) == self.finding.place.object:
                return self.change(objects, index, path)
        return objects


def fix_for(finding: Finding) -> Fix | None:
    """The fix of a finding, None where a person has to act."""
    change = _CHANGES.get(finding.code) if finding.fixable else None
    return Fix(finding, change) if change else None


def accepted_fixes(findings: Iterable[Finding], accepted: frozenset[str]) -> list[Transform]:
    """The fixes of the accepted findings that are still there."""
    return [
        fix
        for finding in findings
        if finding.fingerprint in accepted and (fix := fix_for(finding)) is not None
    ]


def _move_to_secret(objects: Objects, index: int, path: Path) -> list[Object | None]:
    """CFG-01: the value goes into a Secret of the workload, the variable refers to it."""
    body = objects[index]
    holder = path[:-1]
    variable = get(body, holder)
    if not isinstance(variable, dict) or "value" not in variable:
        return list(objects)
    secret_name = to_subdomain(f"{name_of(body)}-secrets")
    key = str(variable["name"])
    referring = {
        "name": key,
        "valueFrom": {"secretKeyRef": {"name": secret_name, "key": key}},
    }
    result: list[Object | None] = list(objects)
    result[index] = replace_at(body, holder, referring)
    space = mapping(body.get("metadata")).get("namespace")
    for place, other in enumerate(objects):
        same_space = mapping(other.get("metadata")).get("namespace") == space
        if other.get("kind") == "Secret" and name_of(other) == secret_name and same_space:
            data = {**mapping(other.get("stringData")), key: variable["value"]}
            result[place] = {**other, "stringData": data}
            return result
    metadata = {"name": secret_name, **({"namespace": space} if space else {})}
    result.append(
        {
            "apiVersion": "v1",
            "kind": "Secret",
            "metadata": metadata,
            "type": "Opaque",
            "stringData": {key: variable["value"]},
        }
    )
    return result


def _to_deployment(objects: Objects, index: int, _path: Path) -> list[Object | None]:
    """WLD-01: the pod becomes the template of a Deployment with one replica."""
    body = objects[index]
    metadata = mapping(body.get("metadata"))
    labels = mapping(metadata.get("labels")) or {"app": to_label_value(name_of(body)) or "app"}
    template_metadata: dict[str, Any] = {"labels": labels}
    if metadata.get("annotations"):
        template_metadata["annotations"] = metadata["annotations"]
    result: list[Object | None] = list(objects)
    result[index] = {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {**metadata, "labels": labels},
        "spec": {
            "replicas": 1,
            "selector": {"matchLabels": labels},
            "template": {"metadata": template_metadata, "spec": body.get("spec")},
        },
    }
    return result


def _without_root(objects: Objects, index: int, path: Path) -> list[Object | None]:
    """SEC-03: runAsUser: 0 contradicts runAsNonRoot and goes."""
    body = objects[index]
    result: list[Object | None] = list(objects)
    for place in (path, (*path[:-4], "securityContext", "runAsUser")):
        if get(body, place) == 0:
            body = remove_at(body, place)
    result[index] = body
    return result


_CHANGES: dict[str, Change] = {
    "CFG-01": _move_to_secret,
    "WLD-01": _to_deployment,
    "SEC-03": _without_root,
}

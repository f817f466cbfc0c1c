"""Fixes: what a person can accept one by one, each as a transform.

Only what is unambiguous is here. A fix is found again by the fingerprint of its finding.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from migrations_app.domain.bundle import Object, Objects, SourceObject, object_label
from migrations_app.domain.errors import InvalidInput
from migrations_app.domain.findings import Finding
from migrations_app.domain.images import ImageRef
from migrations_app.domain.manifests.resources import (
    get,
    mapping,
    name_of,
    namespace_of,
    remove_at,
    replace_at,
)
from migrations_app.domain.names import to_label_value, to_subdomain
from migrations_app.domain.places import Path, parse_pointer
from migrations_app.domain.provenance import Step, StepKind
from migrations_app.domain.transforms.base import Running
from migrations_app.domain.transforms.probes import FIELDS, from_ports

Change = Callable[[Objects, int, Path], Sequence[Object | None]]
Look = Callable[[tuple[SourceObject, ...]], Iterable[Finding]]

_ROUNDS = 4
_RENAMING = frozenset({"WLD-01"})
_NOT_IN_KEY = re.compile(r"[^-._a-zA-Z0-9]")


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
            if object_label(body) == self.finding.place.object and get(body, path) is not None:
                return self.change(objects, index, path)
        return objects


def fix_for(finding: Finding) -> Fix | None:
    """The fix of a finding, None where a person has to act."""
    change = _CHANGES.get(finding.code) if finding.fixable else None
    return Fix(finding, change) if change else None


def apply_accepted(running: Running, accepted: frozenset[str], look: Look) -> None:
    """Apply the fixes of accepted findings that are still there.

    A fix may rename its object, and what was found in it goes by another fingerprint afterwards:
    both may have been accepted, so it looks again until nothing more comes up.
    """
    left = set(accepted)
    for _round in range(_ROUNDS):
        findings = [finding for finding in look(tuple(running.objects)) if finding.fixable]
        found = [finding for finding in findings if finding.fingerprint in left]
        fixes = [fix for finding in found if (fix := fix_for(finding)) is not None]
        if not fixes:
            return
        others = [fix for fix in fixes if fix.finding.code not in _RENAMING]
        running.run([*others, *(fix for fix in fixes if fix not in others)])
        left -= {finding.fingerprint for finding in found}


def _with(objects: Objects, index: int, body: Object) -> list[Object | None]:
    result: list[Object | None] = list(objects)
    result[index] = body
    return result


def _move_to_secret(objects: Objects, index: int, path: Path) -> Sequence[Object | None]:
    """CFG-01: the value goes into a Secret of the workload, the variable refers to it."""
    body = objects[index]
    holder = path[:-1]
    variable = mapping(get(body, holder))
    if "value" not in variable:
        return objects
    secret = to_subdomain(f"{name_of(body)}-secrets")
    place = _position(objects, secret, namespace_of(body))
    present = mapping(objects[place]) if place is not None else {}
    container = str(mapping(get(body, path[:-3])).get("name"))
    key = _key(str(variable["name"]), container, variable["value"], present)
    reference = {"secretKeyRef": {"name": secret, "key": key}}
    result = _with(
        objects,
        index,
        replace_at(body, holder, {"name": variable["name"], "valueFrom": reference}),
    )
    data = {**mapping(present.get("stringData")), key: variable["value"]}
    if place is None:
        result.append(_secret(secret, namespace_of(body), data))
    else:
        result[place] = {**present, "stringData": data}
    return result


def _position(objects: Objects, name: str, namespace: str) -> int | None:
    """Where the Secret is among the objects."""
    for index, body in enumerate(objects):
        is_it = body.get("kind") == "Secret" and name_of(body) == name
        if is_it and namespace_of(body) == namespace:
            return index
    return None


def _key(variable: str, container: str, value: Any, secret: Mapping[str, Any]) -> str:
    """The variable's name; with the container's before it where the Secret has another value."""
    key = _NOT_IN_KEY.sub("_", variable)
    same = mapping(secret.get("stringData")).get(key) == value
    taken = key in mapping(secret.get("stringData")) or key in mapping(secret.get("data"))
    return key if same or not taken else f"{_NOT_IN_KEY.sub('_', container)}.{key}"


def _secret(name: str, namespace: str, data: dict[str, Any]) -> Object:
    metadata = {"name": name, **({"namespace": namespace} if namespace else {})}
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": metadata,
        "type": "Opaque",
        "stringData": data,
    }


def _to_deployment(objects: Objects, index: int, _path: Path) -> Sequence[Object | None]:
    """WLD-01: the pod becomes the template of a Deployment with one replica.

    Where the pod has a claim the old pod ends before the new one starts: most volumes can be
    mounted by one of them only.
    """
    body = objects[index]
    metadata = mapping(body.get("metadata"))
    labels = mapping(metadata.get("labels")) or {"app": to_label_value(name_of(body)) or "app"}
    template_metadata: dict[str, Any] = {"labels": labels}
    if metadata.get("annotations"):
        template_metadata["annotations"] = metadata["annotations"]
    volumes = get(body, ("spec", "volumes"))
    has_claim = isinstance(volumes, list) and any(
        "persistentVolumeClaim" in mapping(volume) for volume in volumes
    )
    deployment = {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {**metadata, "labels": labels},
        "spec": {
            "replicas": 1,
            **({"strategy": {"type": "Recreate"}} if has_claim else {}),
            "selector": {"matchLabels": labels},
            "template": {"metadata": template_metadata, "spec": body.get("spec")},
        },
    }
    return _with(objects, index, deployment)


def _without_root(objects: Objects, index: int, path: Path) -> Sequence[Object | None]:
    """SEC-03: runAsUser: 0 contradicts runAsNonRoot and goes."""
    return _with(objects, index, remove_at(objects[index], path))


def _full_name(objects: Objects, index: int, path: Path) -> Sequence[Object | None]:
    """IMG-01: a short name becomes Docker Hub's full name."""
    try:
        image = ImageRef.parse(str(get(objects[index], path)))
    except InvalidInput:
        return objects
    return _with(objects, index, replace_at(objects[index], path, str(image.qualified)))


def _probe_the_port(objects: Objects, index: int, path: Path) -> Sequence[Object | None]:
    """PRB-01: the probes that are missing open a connection to the container's first port."""
    container = mapping(get(objects[index], path))
    probe = from_ports(container)
    missing = [
        FIELDS[kind] for kind in ("readiness", "liveness") if not container.get(FIELDS[kind])
    ]
    if not probe or not missing:
        return objects
    probed = {**container, **dict.fromkeys(missing, probe)}
    return _with(objects, index, replace_at(objects[index], path, probed))


_CHANGES: dict[str, Change] = {
    "CFG-01": _move_to_secret,
    "IMG-01": _full_name,
    "PRB-01": _probe_the_port,
    "SEC-03": _without_root,
    "WLD-01": _to_deployment,
}

FIXED = frozenset(_CHANGES)
"""The codes of findings that have a fix, where the finding itself says so."""

"""Pods replaced when what they are configured with changes.

A pod reads its variables once, when it starts. A hash over the ConfigMaps and Secrets it refers to,
written into its template, makes every change of them a change of the workload. Values of Secrets
are no part of the hash, their keys are: weak secrets could be guessed from it, and it has to be the
same with values and with the markers that stand for them.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from migrations_app.domain.bundle import Object, Objects
from migrations_app.domain.manifests.digests import normalised
from migrations_app.domain.manifests.resources import (
    get,
    mapping,
    name_of,
    namespace_of,
    pod_metadata,
    pod_spec,
    replace_at,
)
from migrations_app.domain.mends.references import POD_REFERENCES, matches
from migrations_app.domain.provenance import Step

ANNOTATION = "kakehashi.dev/configuration"
_KINDS = frozenset({"Deployment", "StatefulSet", "DaemonSet"})
_KEPT = frozenset({"ConfigMap", "Secret"})
_PATTERNS = tuple(
    (kind, pattern)
    for kind, pattern in POD_REFERENCES
    if kind in _KEPT and pattern[0] != "imagePullSecrets"
)

Kept = Mapping[tuple[str, str, str], Object]
"""ConfigMaps and Secrets by kind, namespace and name."""


@dataclass(frozen=True, slots=True)
class RollOutOnChange:
    """A hash of all that a pod is configured with and that is among the objects."""

    step: Step

    def __call__(self, objects: Objects) -> Sequence[Object | None]:
        kept = {
            (str(body.get("kind")), namespace_of(body), name_of(body)): body
            for body in objects
            if body.get("kind") in _KEPT
        }
        return [
            self._marked(body, kept) if body.get("kind") in _KINDS else body for body in objects
        ]

    def _marked(self, body: Object, kept: Kept) -> Object:
        used = dict(sorted(_used(body, kept)))
        found = pod_metadata(body)
        if not used or found is None:
            return body
        path, metadata = found
        annotations = mapping(metadata.get("annotations"))
        content = _content(used)
        if annotations.get(ANNOTATION) == content:
            return body
        changed = {**annotations, ANNOTATION: content}
        return dict(replace_at(body, (*path, "annotations"), changed))


def _used(body: Object, kept: Kept) -> Iterator[tuple[str, Object]]:
    found = pod_spec(body)
    if found is None or not kept:
        return
    for kind, pattern in _PATTERNS:
        for path in matches(found[1], pattern):
            name = get(found[1], path)
            there = kept.get((kind, namespace_of(body), str(name)))
            if there is not None:
                yield f"{kind}/{name}", there


def _content(used: Mapping[str, Object]) -> str:
    parts: dict[str, Any] = {}
    for label, body in used.items():
        safe = normalised(body)
        parts[label] = [safe.get("data"), safe.get("binaryData")]
    text = json.dumps(parts, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]

"""Labels and annotations that Podman leaves behind or that a cluster refuses.

Source: Kubernetes documentation, "Labels and Selectors" and "Annotations" (syntax of keys).
"""

from __future__ import annotations

import re
from typing import Any

from migrations_app.domain.bundle import Object
from migrations_app.domain.manifests.resources import get, mapping, pod_metadata, replace_at
from migrations_app.domain.mends.base import Mend, each
from migrations_app.domain.messages import msg
from migrations_app.domain.names import is_key, is_label_value, to_key, to_label_value
from migrations_app.domain.places import Path

_PODMAN = ("io.podman.", "io.kubernetes.cri-o.", "io.container.manager")
_PODMAN_KEYS = frozenset({"bind-mount-options"})
_PER_CONTAINER = re.compile(r"org\.opencontainers\.image\.[a-z.]+/.+")
_NESTED = frozenset({"matchLabels", "matchExpressions"})
_SELECTORS: tuple[tuple[str, ...], ...] = (
    ("spec", "selector"),
    ("spec", "selector", "matchLabels"),
    ("spec", "podSelector", "matchLabels"),
)


def is_podmans(key: str) -> bool:
    """An annotation that means something to Podman alone.

    Podman copies an image's own annotations once per container, cut off after 63 characters.
    """
    return (
        key.startswith(_PODMAN)
        or key.partition(":")[0] in _PODMAN_KEYS
        or bool(_PER_CONTAINER.fullmatch(key))
    )


def _holders(body: Object) -> list[Path]:
    paths: list[Path] = [("metadata",)]
    found = pod_metadata(body)
    if found is not None and found[0] != ("metadata",):
        paths.append(found[0])
    return paths


def _without_podmans(body: Object) -> Object:
    result = body
    for path in _holders(body):
        annotations = get(result, (*path, "annotations"))
        if not isinstance(annotations, dict):
            continue
        left = {key: value for key, value in annotations.items() if not is_podmans(str(key))}
        if len(left) < len(annotations):
            holder = mapping(get(result, path))
            trimmed = {key: value for key, value in holder.items() if key != "annotations"}
            result = replace_at(result, path, {**trimmed, "annotations": left} if left else trimmed)
    return result


def _with_valid_keys(body: Object) -> Object:
    result = body
    for path in _holders(body):
        for field in ("labels", "annotations"):
            pairs = get(result, (*path, field))
            if isinstance(pairs, dict):
                valid = _valid(pairs, is_label=field == "labels")
                if valid is not pairs:
                    result = replace_at(result, (*path, field), valid)
    return _with_valid_selectors(result)


def _with_valid_selectors(body: Object) -> Object:
    """What selects pods by their labels follows the labels."""
    result = body
    for path in _SELECTORS:
        pairs = get(result, path)
        if isinstance(pairs, dict) and not _NESTED & set(pairs):
            valid = _valid(pairs, is_label=True)
            if valid is not pairs:
                result = replace_at(result, path, valid)
    return result


def _valid(pairs: dict[str, Any], *, is_label: bool) -> dict[str, Any]:
    valid = {
        key if is_key(key) else to_key(key): _valid_value(value, is_label=is_label)
        for key, value in pairs.items()
    }
    return pairs if valid == pairs and _all_text(pairs) else valid


def _all_text(pairs: dict[str, Any]) -> bool:
    return all(isinstance(value, str) for value in pairs.values())


def _valid_value(value: Any, *, is_label: bool) -> Any:
    if value is None:
        return ""
    if isinstance(value, bool):
        value = "true" if value else "false"
    elif isinstance(value, int | float):
        value = str(value)
    if is_label and isinstance(value, str) and not is_label_value(value):
        return to_label_value(value)
    return value


PODMANS = Mend(
    "NAM-03",
    msg("This annotation means something to Podman alone."),
    each(_without_podmans),
)
SYNTAX = Mend(
    "NAM-03",
    msg("Keys have at most one slash; values are text, and those of labels short and plain."),
    each(_with_valid_keys),
)

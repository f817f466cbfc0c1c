"""The shape of a change, and putting its result among the objects."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from migrations_app.domain.bundle import Object, Objects
from migrations_app.domain.manifests.resources import get, name_of, namespace_of, pod_spec
from migrations_app.domain.places import Path

Change = Callable[[Objects, int, Path], Sequence[Object | None]]


def changed(objects: Objects, index: int, body: Object) -> list[Object | None]:
    """All objects, one of them another."""
    result: list[Object | None] = list(objects)
    result[index] = body
    return result


def position(objects: Objects, kind: str, name: str, namespace: str) -> int | None:
    """Where an object is among the others."""
    for index, body in enumerate(objects):
        if body.get("kind") == kind and name_of(body) == name:
            if namespace_of(body) == namespace:
                return index
    return None


def metadata_like(body: Object, name: str) -> dict[str, Any]:
    """The metadata of a new object beside another one."""
    namespace = namespace_of(body)
    return {"name": name, **({"namespace": namespace} if namespace else {})}


def pod_labels(body: Object) -> dict[str, Any]:
    """The labels that choose the pods of a workload."""
    selected = get(body, ("spec", "selector", "matchLabels"))
    if isinstance(selected, dict) and selected:
        return selected
    found = pod_spec(body)
    labels = get(body, (*found[0][:-1], "metadata", "labels")) if found else None
    return labels if isinstance(labels, dict) else {}

"""Where one object names another: paths as data, ``*`` for every element of a list.

Source: Kubernetes API reference; the references of pods are those of PodSpec.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from migrations_app.domain.manifests.resources import get, replace_at
from migrations_app.domain.places import Path

NewName = Callable[[str, Any], Any]
Pattern = tuple[str, ...]

_CONTAINER_REFERENCES: tuple[tuple[str, Pattern], ...] = tuple(
    (kind, (listed, "*", *path))
    for listed in ("initContainers", "containers", "ephemeralContainers")
    for kind, path in (
        ("ConfigMap", ("envFrom", "*", "configMapRef", "name")),
        ("Secret", ("envFrom", "*", "secretRef", "name")),
        ("ConfigMap", ("env", "*", "valueFrom", "configMapKeyRef", "name")),
        ("Secret", ("env", "*", "valueFrom", "secretKeyRef", "name")),
    )
)

POD_REFERENCES: tuple[tuple[str, Pattern], ...] = (
    *_CONTAINER_REFERENCES,
    ("ConfigMap", ("volumes", "*", "configMap", "name")),
    ("Secret", ("volumes", "*", "secret", "secretName")),
    ("PersistentVolumeClaim", ("volumes", "*", "persistentVolumeClaim", "claimName")),
    ("ConfigMap", ("volumes", "*", "projected", "sources", "*", "configMap", "name")),
    ("Secret", ("volumes", "*", "projected", "sources", "*", "secret", "name")),
    ("Secret", ("imagePullSecrets", "*", "name")),
    ("ServiceAccount", ("serviceAccountName",)),
    ("ServiceAccount", ("serviceAccount",)),
    ("PriorityClass", ("priorityClassName",)),
)

OBJECT_REFERENCES: tuple[tuple[str, Pattern], ...] = (
    ("Namespace", ("metadata", "namespace")),
    ("Service", ("spec", "serviceName")),
    ("Service", ("spec", "defaultBackend", "service", "name")),
    ("Service", ("spec", "rules", "*", "http", "paths", "*", "backend", "service", "name")),
    ("Secret", ("spec", "tls", "*", "secretName")),
    ("Secret", ("secrets", "*", "name")),
    ("Secret", ("imagePullSecrets", "*", "name")),
    ("PersistentVolume", ("spec", "volumeName")),
    ("StorageClass", ("spec", "storageClassName")),
    ("ServiceAccount", ("subjects", "*", "name")),
)


def rewrite_references(
    value: dict[str, Any], references: tuple[tuple[str, Pattern], ...], new_name: NewName
) -> dict[str, Any]:
    """The value with every reference to a renamed object changed to its new name."""
    result = value
    for kind, pattern in references:
        for path in matches(value, pattern):
            old = get(value, path)
            new = new_name(kind, old)
            if new != old:
                result = replace_at(result, path, new)
    return _scale_target(result, new_name)


def _scale_target(value: dict[str, Any], new_name: NewName) -> dict[str, Any]:
    """An autoscaler names its target by kind and name."""
    target = get(value, ("spec", "scaleTargetRef"))
    if isinstance(target, dict):
        new = new_name(str(target.get("kind")), target.get("name"))
        if new != target.get("name"):
            return dict(replace_at(value, ("spec", "scaleTargetRef", "name"), new))
    return value


def matches(value: Any, pattern: Pattern) -> Iterator[Path]:
    """Every path in the value that the pattern leads to."""
    if isinstance(value, Mapping) and pattern[0] not in value and pattern[0] != "*":
        return iter(())
    return _matches(value, pattern, ())


def _matches(value: Any, pattern: Pattern, path: Path) -> Iterator[Path]:
    if not pattern:
        yield path
        return
    step, rest = pattern[0], pattern[1:]
    if step == "*":
        if isinstance(value, list):
            for index, item in enumerate(value):
                yield from _matches(item, rest, (*path, index))
    elif isinstance(value, Mapping) and step in value:
        yield from _matches(value[step], rest, (*path, step))

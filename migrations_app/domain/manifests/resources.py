"""Walking Kubernetes objects, and changing them without touching the original.

What strangers wrote may have any shape: a walker passes over what is not a mapping where one
belongs, so that the schema check can name it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any

from migrations_app.domain.bundle import Object
from migrations_app.domain.places import Path

POD_SPEC_PATHS: Mapping[str, Path] = {
    "Pod": ("spec",),
    "PodTemplate": ("template", "spec"),
    "Deployment": ("spec", "template", "spec"),
    "StatefulSet": ("spec", "template", "spec"),
    "DaemonSet": ("spec", "template", "spec"),
    "ReplicaSet": ("spec", "template", "spec"),
    "ReplicationController": ("spec", "template", "spec"),
    "Job": ("spec", "template", "spec"),
    "CronJob": ("spec", "jobTemplate", "spec", "template", "spec"),
}
"""Where each kind of workload keeps its pod (Kubernetes API reference, "Workload Resources")."""

_GROUPS: Mapping[str, frozenset[str]] = {
    "Pod": frozenset({""}),
    "PodTemplate": frozenset({""}),
    "ReplicationController": frozenset({""}),
    "Deployment": frozenset({"apps", "extensions"}),
    "StatefulSet": frozenset({"apps"}),
    "DaemonSet": frozenset({"apps", "extensions"}),
    "ReplicaSet": frozenset({"apps", "extensions"}),
    "Job": frozenset({"batch"}),
    "CronJob": frozenset({"batch"}),
}

CLAIM_TEMPLATES: Path = ("spec", "volumeClaimTemplates")
CONTAINER_LISTS = ("initContainers", "containers", "ephemeralContainers")

ContainerChange = Callable[[Mapping[str, Any]], Mapping[str, Any]]


def group(body: Mapping[str, Any]) -> str:
    """The API group of an object, ``""`` for the core group."""
    return str(body.get("apiVersion") or "").rpartition("/")[0]


def get(value: Any, path: Path) -> Any:
    """What stands at a path, None if the path leads nowhere."""
    for step in path:
        if isinstance(value, dict):
            value = value.get(step)
        elif isinstance(value, list) and isinstance(step, int) and step < len(value):
            value = value[step]
        else:
            return None
    return value


def replace_at(value: Any, path: Path, new: Any) -> Any:
    """A copy of ``value`` with ``new`` at ``path``; everything else is shared, not copied."""
    if not path:
        return new
    step, rest = path[0], path[1:]
    if isinstance(value, list):
        index = int(step)
        return [*value[:index], replace_at(value[index], rest, new), *value[index + 1 :]]
    inner = value.get(step) if isinstance(value, dict) else None
    changed = replace_at(inner if inner is not None else {}, rest, new)
    return {**(value if isinstance(value, dict) else {}), step: changed}


def remove_at(value: Any, path: Path) -> Any:
    """A copy of ``value`` without what stands at ``path``."""
    *parents, last = path
    holder = get(value, tuple(parents))
    if isinstance(holder, list):
        index = int(last)
        return replace_at(value, tuple(parents), [*holder[:index], *holder[index + 1 :]])
    left = {key: item for key, item in holder.items() if key != last}
    return replace_at(value, tuple(parents), left)


def pod_spec_path(body: Object) -> Path | None:
    """Where a workload keeps its pod specification, if it has one; None for everything else."""
    kind, version = body.get("kind"), body.get("apiVersion")
    if not isinstance(kind, str) or not isinstance(version, str | None):
        return None
    return _pod_spec_path(version or "", kind)


@lru_cache(maxsize=1024)
def _pod_spec_path(version: str, kind: str) -> Path | None:
    in_group = version.rpartition("/")[0] in _GROUPS.get(kind, ())
    return POD_SPEC_PATHS[kind] if in_group else None


def pod_spec(body: Object) -> tuple[Path, dict[str, Any]] | None:
    """Path and value of a workload's pod specification; None for everything else."""
    path = pod_spec_path(body)
    if path is None:
        return None
    spec = get(body, path)
    return (path, spec) if isinstance(spec, dict) else None


def claim_names(body: Object) -> dict[int, str]:
    """Position → name of a StatefulSet's claim templates, which are volumes of its pods."""
    if body.get("kind") != "StatefulSet":
        return {}
    return {
        index: name
        for index, claim in enumerate(sequence(get(body, CLAIM_TEMPLATES)))
        if isinstance(name := get(claim, ("metadata", "name")), str)
    }


def pod_metadata(body: Object) -> tuple[Path, dict[str, Any]] | None:
    """Path and value of the metadata that a workload's pods get."""
    found = pod_spec(body)
    if found is None:
        return None
    path = (*found[0][:-1], "metadata")
    metadata = get(body, path)
    return path, metadata if isinstance(metadata, dict) else {}


def containers(body: Object) -> Iterator[tuple[Path, dict[str, Any]]]:
    """Every container of a workload with its path, init and ephemeral ones included."""
    found = pod_spec(body)
    if found is None:
        return
    path, spec = found
    for key in CONTAINER_LISTS:
        listed = spec.get(key)
        for index, container in enumerate(listed if isinstance(listed, list) else ()):
            if isinstance(container, dict):
                yield (*path, key, index), container


def is_init(path: Path) -> bool:
    """Whether a path from :func:`containers` leads to an init container."""
    return path[-2] == "initContainers"


def map_pod_specs(
    objects: Iterable[Object], change: Callable[[Object, dict[str, Any]], Mapping[str, Any]]
) -> list[Object]:
    """Every object, workloads with their pod specification changed."""
    result: list[Object] = []
    for body in objects:
        found = pod_spec(body)
        if found is None:
            result.append(body)
            continue
        path, spec = found
        changed = change(body, spec)
        result.append(body if changed is spec else replace_at(body, path, changed))
    return result


def map_containers(objects: Iterable[Object], change: ContainerChange) -> list[Object]:
    """Every object, workloads with each of their containers changed."""
    return map_pod_specs(objects, lambda _body, spec: map_spec_containers(spec, change))


def map_spec_containers(spec: dict[str, Any], change: ContainerChange) -> dict[str, Any]:
    """A pod specification with each container changed; the same one if none was."""
    result = spec
    for key in CONTAINER_LISTS:
        listed = spec.get(key)
        if not isinstance(listed, list):
            continue
        changed = [change(item) if isinstance(item, dict) else item for item in listed]
        if any(new is not old for new, old in zip(changed, listed, strict=True)):
            result = {**result, key: changed}
    return result


def mapping(value: Any) -> dict[str, Any]:
    """The value if it is a mapping, else an empty one."""
    return value if isinstance(value, dict) else {}


def sequence(value: Any) -> list[Any]:
    """The value if it is a list, else an empty one."""
    return value if isinstance(value, list) else []


def name_of(body: Mapping[str, Any]) -> str:
    """The object's name, ``""`` without one."""
    return str(mapping(body.get("metadata")).get("name") or "")


def namespace_of(body: Mapping[str, Any]) -> str:
    """The object's namespace, ``""`` without one."""
    return str(mapping(body.get("metadata")).get("namespace") or "")

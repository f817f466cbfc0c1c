"""Podman's tmpfs as a memory-backed emptyDir, one for each container.

Podman 4.3 writes ``--tmpfs`` as a hostPath with the relative path ``tmpfs``, and numbers these
volumes per container: the first tmpfs of two containers has one name, though each container had
its own. (``libpod/kube.go``.)
"""

from __future__ import annotations

from typing import Any

from migrations_app.domain.bundle import Object
from migrations_app.domain.manifests.resources import (
    CONTAINER_LISTS,
    map_pod_specs,
    mapping,
    replace_at,
    sequence,
)
from migrations_app.domain.mends.base import Mend
from migrations_app.domain.messages import msg
from migrations_app.domain.places import Path

_RELATIVE = "tmpfs"


def is_tmpfs(volume: Any) -> bool:
    """A hostPath that stands for a tmpfs."""
    return mapping(mapping(volume).get("hostPath")).get("path") == _RELATIVE


def _in_memory(_body: Object, spec: dict[str, Any]) -> dict[str, Any]:
    volumes = sequence(spec.get("volumes"))
    if not any(is_tmpfs(volume) for volume in volumes):
        return spec
    names = {str(mapping(volume).get("name")) for volume in volumes if is_tmpfs(volume)}
    taken = {str(mapping(volume).get("name")) for volume in volumes}
    changed, result = _apart(spec, names, taken)
    own: dict[str, list[str]] = {}
    for old, new in result:
        own.setdefault(old, []).append(new)
    listed: list[Any] = []
    done: set[str] = set()
    for volume in volumes:
        name = str(mapping(volume).get("name"))
        if not is_tmpfs(volume):
            listed.append(volume)
        elif name not in done:
            done.add(name)
            listed.append(_memory(name))
            listed.extend(_memory(new) for new in own.get(name, []))
    return {**changed, "volumes": listed}


def _memory(name: str) -> dict[str, Any]:
    return {"name": name, "emptyDir": {"medium": "Memory"}}


def _apart(
    spec: dict[str, Any], names: set[str], taken: set[str]
) -> tuple[dict[str, Any], list[tuple[str, str]]]:
    """Mounts of these volumes in every container but the first get a volume of their own."""
    made: list[tuple[str, str]] = []
    first: dict[str, Path] = {}
    result = spec
    for key in CONTAINER_LISTS:
        for index, container in enumerate(sequence(spec.get(key))):
            for place, mount in enumerate(sequence(mapping(container).get("volumeMounts"))):
                name = str(mapping(mount).get("name"))
                if name not in names or first.setdefault(name, (key, index)) == (key, index):
                    continue
                new = f"{name}-{mapping(container).get('name') or index}"
                if new not in taken:
                    taken.add(new)
                    made.append((name, new))
                path = (key, index, "volumeMounts", place, "name")
                result = replace_at(result, path, new)
    return result, made


MEND = Mend(
    "VOL-02",
    msg("Podman wrote a tmpfs as a path of the host; a cluster keeps it as an emptyDir in memory."),
    lambda objects: map_pod_specs(objects, _in_memory),
)

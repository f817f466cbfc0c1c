"""Volumes as Podman writes them and no cluster takes them.

Podman 4.3 turns a tmpfs into a hostPath with the relative path ``tmpfs``, gives two containers'
volumes one name, and forgets the volumes of init containers (``libpod/kube.go``).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from migrations_app.domain.bundle import Object, Objects
from migrations_app.domain.manifests.resources import (
    CONTAINER_LISTS,
    get,
    map_containers,
    map_pod_specs,
    mapping,
    sequence,
)
from migrations_app.domain.mends.base import Mend
from migrations_app.domain.messages import msg


def _is_tmpfs(volume: Any) -> bool:
    path = mapping(mapping(volume).get("hostPath")).get("path")
    return path == "tmpfs"


def _without_tmpfs(_body: Object, spec: dict[str, Any]) -> dict[str, Any]:
    volumes = sequence(spec.get("volumes"))
    if not any(_is_tmpfs(volume) for volume in volumes):
        return spec
    changed = [
        {"name": volume.get("name"), "emptyDir": {"medium": "Memory"}}
        if _is_tmpfs(volume)
        else volume
        for volume in volumes
    ]
    return {**spec, "volumes": changed}


def _without_twins(_body: Object, spec: dict[str, Any]) -> dict[str, Any]:
    """Of volumes with one name the first stays; equal ones go, different ones get a new name.

    Which of two different volumes a mount meant cannot be known: mounts keep the first.
    """
    volumes = sequence(spec.get("volumes"))
    names = [volume.get("name") for volume in volumes if isinstance(volume, dict)]
    if len(set(map(str, names))) == len(volumes):
        return spec
    seen: dict[str, Any] = {}
    for volume in volumes:
        seen.setdefault(str(mapping(volume).get("name")), volume)
    return {**spec, "volumes": list(seen.values())}


def _without_twin_mounts(_body: Object, spec: dict[str, Any]) -> dict[str, Any]:
    """A path can be mounted once: of several mounts at one path the last one stays."""
    result = spec
    for key in CONTAINER_LISTS:
        listed = spec.get(key)
        if not isinstance(listed, list):
            continue
        changed = [_container_without_twins(item) for item in listed]
        if any(new is not old for new, old in zip(changed, listed, strict=True)):
            result = {**result, key: changed}
    return result


def _container_without_twins(container: Any) -> Any:
    mounts = mapping(container).get("volumeMounts")
    if not isinstance(mounts, list):
        return container
    by_path = {str(mapping(mount).get("mountPath")).rstrip("/"): mount for mount in mounts}
    return (
        container
        if len(by_path) == len(mounts)
        else {**container, "volumeMounts": list(by_path.values())}
    )


_MOUNT_OPTIONS = frozenset({"z", "Z", "ro", "rw", "U", "O", "rslave", "rprivate", "rshared"})


def _without_mount_options(container: Mapping[str, Any]) -> Mapping[str, Any]:
    """``/data:Z,ro`` is Podman's way of writing a mount; the path ends at the colon."""
    mounts = container.get("volumeMounts")
    if not isinstance(mounts, list):
        return container
    changed = [_plain_mount(mount) for mount in mounts]
    if all(new is old for new, old in zip(changed, mounts, strict=True)):
        return container
    return {**container, "volumeMounts": changed}


def _plain_mount(mount: Any) -> Any:
    path, colon, rest = str(mapping(mount).get("mountPath") or "").rpartition(":")
    options = set(rest.split(","))
    if not colon or not path or not options <= _MOUNT_OPTIONS:
        return mount
    plain = {**mount, "mountPath": path}
    return {**plain, "readOnly": True} if "ro" in options else plain


def _with_names(_body: Object, spec: dict[str, Any]) -> dict[str, Any]:
    """A volume without a name gets one from its place."""
    volumes = sequence(spec.get("volumes"))
    changed = [
        {**volume, "name": f"volume-{index}"}
        if isinstance(volume, dict) and volume.get("name") in (None, "")
        else volume
        for index, volume in enumerate(volumes)
    ]
    if all(new is old for new, old in zip(changed, volumes, strict=True)):
        return spec
    return {**spec, "volumes": changed}


def _with_missing(body: Object, spec: dict[str, Any]) -> dict[str, Any]:
    """A mount whose volume nobody declared gets an empty one: the pod could not be created."""
    declared = {str(mapping(volume).get("name")) for volume in sequence(spec.get("volumes"))}
    claims = sequence(get(body, ("spec", "volumeClaimTemplates")))
    declared |= {str(get(claim, ("metadata", "name"))) for claim in claims}
    missing: dict[str, Any] = {}
    for key in CONTAINER_LISTS:
        for container in sequence(spec.get(key)):
            for field in ("volumeMounts", "volumeDevices"):
                for mount in sequence(mapping(container).get(field)):
                    name = mapping(mount).get("name")
                    if isinstance(name, str) and name not in declared:
                        missing[name] = {"name": name, "emptyDir": {}}
    if not missing:
        return spec
    return {**spec, "volumes": [*sequence(spec.get("volumes")), *missing.values()]}


def _mend(code: str, why: Any, change: Any) -> Mend:
    def change_all(objects: Objects) -> list[Object]:
        return map_pod_specs(objects, change)

    return Mend(code, why, change_all)


TMPFS = _mend(
    "VOL-02",
    msg("Podman wrote a tmpfs as a path of the host; a cluster keeps it as an emptyDir in memory."),
    _without_tmpfs,
)
OPTIONS = Mend(
    "SCH-01",
    msg("Options after a colon are Podman's; Kubernetes takes the path alone."),
    lambda objects: map_containers(objects, _without_mount_options),
)
UNNAMED = _mend("SCH-01", msg("A volume needs a name."), _with_names)
TWINS = _mend("SCH-04", msg("Volume names are unique within a pod."), _without_twins)
TWIN_MOUNTS = _mend("SCH-04", msg("A path can be mounted only once."), _without_twin_mounts)
MISSING = _mend(
    "SCH-03",
    msg("The volume of this mount was declared nowhere; an empty one stands in for it."),
    _with_missing,
)

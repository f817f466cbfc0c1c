"""Volumes as Podman writes them and no cluster takes them.

Podman 4.3 forgets the volumes of init containers, writes the options of a mount into its path
when people do, and can give two volumes one name (``libpod/kube.go``).
"""

from __future__ import annotations

import re
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


def _without_twins(_body: Object, spec: dict[str, Any]) -> dict[str, Any]:
    """Of volumes with one name the first stays: which of them a mount meant cannot be known."""
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


_PODMAN_CLAIM = "-pvc"
_ANONYMOUS = re.compile(r"[0-9a-f]{64}")
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


def _named(index: int, volume: dict[str, Any]) -> dict[str, Any]:
    """A name that slipped one level down goes up; else the volume is named by its place."""
    for kind, source in volume.items():
        if isinstance(source, dict) and kind in ("hostPath", "emptyDir", "persistentVolumeClaim"):
            name = source.get("name")
            if isinstance(name, str) and name:
                left = {key: value for key, value in source.items() if key != "name"}
                return {**volume, "name": name, kind: left}
    return {**volume, "name": f"volume-{index}"}


def _with_names(_body: Object, spec: dict[str, Any]) -> dict[str, Any]:
    volumes = sequence(spec.get("volumes"))
    changed = [
        _named(index, volume)
        if isinstance(volume, dict) and volume.get("name") in (None, "")
        else volume
        for index, volume in enumerate(volumes)
    ]
    if all(new is old for new, old in zip(changed, volumes, strict=True)):
        return spec
    return {**spec, "volumes": changed}


def _missing(name: str, spec: dict[str, Any]) -> dict[str, Any]:
    """What Podman would have declared: it calls the volume of the claim ``data`` ``data-pvc``.

    That is known only where another volume of the pod shows the habit. An anonymous volume, named
    by 64 hexadecimal digits, held nothing that outlives its container.
    """
    claim = name.removesuffix(_PODMAN_CLAIM)
    is_podmans = claim != name and any(
        mapping(mapping(volume).get("persistentVolumeClaim")).get("claimName")
        == str(mapping(volume).get("name")).removesuffix(_PODMAN_CLAIM)
        for volume in sequence(spec.get("volumes"))
        if str(mapping(volume).get("name")).endswith(_PODMAN_CLAIM)
    )
    if is_podmans and not _ANONYMOUS.fullmatch(claim):
        return {"name": name, "persistentVolumeClaim": {"claimName": claim}}
    return {"name": name, "emptyDir": {}}


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
                        missing[name] = _missing(name, spec)
    if not missing:
        return spec
    return {**spec, "volumes": [*sequence(spec.get("volumes")), *missing.values()]}


def _mend(code: str, why: Any, change: Any) -> Mend:
    def change_all(objects: Objects) -> list[Object]:
        return map_pod_specs(objects, change)

    return Mend(code, why, change_all)


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
    msg("The volume of this mount was declared nowhere, and the pod could not be created."),
    _with_missing,
)

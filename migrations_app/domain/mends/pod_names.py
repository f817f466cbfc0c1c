"""Names within one pod: its host name, its containers, its volumes and what mounts them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from migrations_app.domain import names
from migrations_app.domain.manifests.resources import (
    CONTAINER_LISTS,
    get,
    mapping,
    replace_at,
    sequence,
)


def with_valid_names(spec: dict[str, Any], volumes: Mapping[str, str]) -> dict[str, Any]:
    """The pod specification with names that a cluster accepts; the same one if it has them.

    ``volumes`` are the new names of volumes (see :func:`new_volume_names`).
    """
    return _host_name(_volume_names(_container_names(spec), volumes))


def _host_name(spec: dict[str, Any]) -> dict[str, Any]:
    for field in ("hostname", "subdomain"):
        host = spec.get(field)
        if isinstance(host, str) and host and not names.is_label(host):
            spec = {**spec, field: names.to_label(host)}
    return spec


def _container_names(spec: dict[str, Any]) -> dict[str, Any]:
    taken = {
        str(container.get("name"))
        for key in CONTAINER_LISTS
        for container in sequence(spec.get(key))
        if isinstance(container, dict) and names.is_label(str(container.get("name") or ""))
    }
    seen: set[str] = set()
    result = spec
    for key in CONTAINER_LISTS:
        for index, container in enumerate(sequence(spec.get(key))):
            if not isinstance(container, dict):
                continue
            old = container.get("name")
            text = "" if old is None else str(old)
            good = names.is_label(text) and isinstance(old, str) and text not in seen
            new = text
            if not good:
                made = names.to_label(text) if text else _name_from_image(container)
                new = names.unique(made, taken | seen, f"{key}/{index}/{text}")
                result = replace_at(result, (key, index, "name"), new)
            seen.add(new)
    return result


def _name_from_image(container: Mapping[str, Any]) -> str:
    image = str(container.get("image") or "container")
    return names.to_label(image.rpartition("/")[2].partition(":")[0].partition("@")[0])


def new_volume_names(spec: Mapping[str, Any], claims: Sequence[str] = ()) -> dict[str, str]:
    """Old name → new name of volumes whose own is not accepted.

    ``claims`` are the names of a StatefulSet's claim templates, which are volumes of its pods.
    """
    own = [
        str(volume["name"])
        for volume in sequence(spec.get("volumes"))
        if isinstance(volume, dict) and volume.get("name") is not None
    ]
    used = dict.fromkeys([*own, *claims, *_mounted_names(spec)])
    taken = {name for name in used if names.is_label(name)}
    renamed: dict[str, str] = {}
    for name in used:
        if not names.is_label(name):
            renamed[name] = names.unique(names.to_label(name), taken, name)
            taken.add(renamed[name])
    return renamed


def _volume_names(spec: dict[str, Any], renamed: Mapping[str, str]) -> dict[str, Any]:
    if not renamed:
        return spec
    result = spec
    for index, volume in enumerate(sequence(spec.get("volumes"))):
        if isinstance(volume, dict) and str(volume.get("name")) in renamed:
            result = replace_at(result, ("volumes", index, "name"), renamed[str(volume["name"])])
    for key in CONTAINER_LISTS:
        for place, container in enumerate(sequence(spec.get(key))):
            for kind in ("volumeMounts", "volumeDevices"):
                for index, mount in enumerate(sequence(mapping(container).get(kind))):
                    name = str(mapping(mount).get("name"))
                    if name in renamed:
                        result = replace_at(
                            result, (key, place, kind, index, "name"), renamed[name]
                        )
    return result


def _mounted_names(spec: Mapping[str, Any]) -> list[str]:
    return [
        str(mount["name"])
        for key in CONTAINER_LISTS
        for container in sequence(spec.get(key))
        for kind in ("volumeMounts", "volumeDevices")
        for mount in sequence(get(container, (kind,)))
        if isinstance(mount, dict) and isinstance(mount.get("name"), str)
    ]

"""Fixes of configuration: values into Secrets and ConfigMaps."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from migrations_app.domain.bundle import Object, Objects
from migrations_app.domain.checks.configuration import asked_keys
from migrations_app.domain.checks.variables import is_plain
from migrations_app.domain.fixing.base import changed, metadata_like, position
from migrations_app.domain.manifests.resources import (
    containers,
    get,
    mapping,
    name_of,
    namespace_of,
    pod_spec,
    replace_at,
    sequence,
)
from migrations_app.domain.manifests.secret_markers import MARKER
from migrations_app.domain.names import to_subdomain
from migrations_app.domain.places import Path

_NOT_IN_KEY = re.compile(r"[^-._a-zA-Z0-9]")


def move_to_secret(objects: Objects, index: int, path: Path) -> Sequence[Object | None]:
    """CFG-01: the value goes into a Secret of the workload, the variable refers to it."""
    body = objects[index]
    holder = path[:-1]
    variable = mapping(get(body, holder))
    if "value" not in variable:
        return objects
    secret = to_subdomain(f"{name_of(body)}-secrets")
    place = position(objects, "Secret", secret, namespace_of(body))
    present = mapping(objects[place]) if place is not None else {}
    container = str(mapping(get(body, path[:-3])).get("name"))
    key = _key(str(variable["name"]), container, variable["value"], present, "stringData")
    reference = {"secretKeyRef": {"name": secret, "key": key}}
    referring = {"name": variable["name"], "valueFrom": reference}
    result = changed(objects, index, replace_at(body, holder, referring))
    data = {**mapping(present.get("stringData")), key: variable["value"]}
    if place is None:
        result.append(
            {
                "apiVersion": "v1",
                "kind": "Secret",
                "metadata": metadata_like(body, secret),
                "type": "Opaque",
                "stringData": data,
            }
        )
    else:
        result[place] = {**present, "stringData": data}
    return result


def move_to_config_map(objects: Objects, index: int, path: Path) -> Sequence[Object | None]:
    """CFG-02: plain values go into a ConfigMap of the workload, the variables refer to it."""
    body = objects[index]
    name = to_subdomain(f"{name_of(body)}-config")
    place = position(objects, "ConfigMap", name, namespace_of(body))
    present = mapping(objects[place]) if place is not None else {}
    data = dict(mapping(present.get("data")))
    container = str(mapping(get(body, path[:-1])).get("name"))
    variables: list[Any] = []
    for variable in sequence(get(body, path)):
        if not is_plain(variable):
            variables.append(variable)
            continue
        key = _key(variable["name"], container, variable["value"], {"data": data}, "data")
        data[key] = variable["value"]
        reference = {"configMapKeyRef": {"name": name, "key": key}}
        variables.append({"name": variable["name"], "valueFrom": reference})
    result = changed(objects, index, replace_at(body, path, variables))
    if place is None:
        result.append(
            {
                "apiVersion": "v1",
                "kind": "ConfigMap",
                "metadata": metadata_like(body, name),
                "data": data,
            }
        )
    else:
        result[place] = {**present, "data": data}
    return result


def add_secret(objects: Objects, index: int, path: Path) -> Sequence[Object | None]:
    """CFG-03: a Secret with every key that is asked for, each a place that waits for its value."""
    body = objects[index]
    name = str(get(body, path))
    space = namespace_of(body)
    near = [other for other in objects if namespace_of(other) == space]
    keys = asked_keys(near, name)
    if not keys or position(objects, "Secret", name, space) is not None:
        return objects
    secret = {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": metadata_like(body, name),
        "type": "Opaque",
        "stringData": dict.fromkeys(keys, MARKER),
    }
    return [*objects, secret]


def _key(variable: str, container: str, value: Any, holder: Mapping[str, Any], section: str) -> str:
    """The variable's name; with the container's before it where the holder has another value."""
    key = _NOT_IN_KEY.sub("_", variable)
    same = mapping(holder.get(section)).get(key) == value
    taken = key in mapping(holder.get(section)) or key in mapping(holder.get("data"))
    return key if same or not taken else f"{_NOT_IN_KEY.sub('_', container)}.{key}"


def key_as_variable(objects: Objects, index: int, path: Path) -> Sequence[Object | None]:
    """CFG-05: an underscore stands before a key that begins with a digit, if nothing names it."""
    body = objects[index]
    data = mapping(body.get("data"))
    key = next((known for known in data if str(known) == str(path[-1])), None)
    if key is None or f"_{key}" in data or _is_named(objects, body, str(key)):
        return objects
    renamed = {(f"_{old}" if old == key else old): value for old, value in data.items()}
    return changed(objects, index, {**body, "data": renamed})


def _is_named(objects: Objects, config_map: Object, key: str) -> bool:
    """Whether a container or a volume asks for this very key."""
    name = name_of(config_map)
    for body in objects:
        if namespace_of(body) != namespace_of(config_map):
            continue
        for _path, container in containers(body):
            for variable in sequence(container.get("env")):
                asked = mapping(get(variable, ("valueFrom", "configMapKeyRef")))
                if asked.get("name") == name and str(asked.get("key")) == key:
                    return True
        found = pod_spec(body)
        for volume in sequence(found[1].get("volumes")) if found else ():
            if mapping(mapping(volume).get("configMap")).get("name") == name:
                return True
    return False

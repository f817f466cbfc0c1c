"""Secrets that a cluster has and no manifest holds: in a rehearsal something stands for them.

A preset may say that a Secret is in the cluster already, or that an operator fetches it. Its keys
are known from the ExternalSecret and from those who ask for them; its values are not.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from migrations_app.domain.bundle import Object
from migrations_app.domain.manifests.resources import (
    containers,
    get,
    mapping,
    name_of,
    namespace_of,
    pod_spec,
    sequence,
)
from migrations_app.domain.manifests.secret_markers import MARKER

_Asked = tuple[str, str]
"""The name of a Secret and one of its keys, "" where somebody wants all of them."""


def secret_names(objects: Iterable[Object]) -> frozenset[str]:
    """The Secrets that are there."""
    return frozenset(name_of(body) for body in objects if body.get("kind") == "Secret")


def stand_ins(objects: Iterable[Object], present: frozenset[str]) -> list[Object]:
    """A Secret of markers for each that pods need and that is not among those ``present``."""
    keys: dict[str, dict[str, str]] = defaultdict(dict)
    spaces: dict[str, str] = {}
    for body in objects:
        for name, key in (*_fetched(body), *_asked(body)):
            if name and name not in present:
                spaces.setdefault(name, namespace_of(body))
                keys[name] |= {key: MARKER} if key else {}
    return [_secret(name, spaces[name], values) for name, values in keys.items()]


def _secret(name: str, space: str, values: dict[str, str]) -> Object:
    metadata = {"name": name, **({"namespace": space} if space else {})}
    return {"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "stringData": values}


def _fetched(body: Object) -> Iterator[_Asked]:
    """What an operator would have made."""
    if body.get("kind") != "ExternalSecret":
        return
    name = str(get(body, ("spec", "target", "name")) or name_of(body))
    for entry in sequence(get(body, ("spec", "data"))):
        yield name, str(mapping(entry).get("secretKey") or "")


def _asked(body: Object) -> Iterator[_Asked]:
    """What the pods of a workload cannot start without."""
    for _path, container in containers(body):
        for variable in sequence(container.get("env")):
            yield from _named(get(variable, ("valueFrom", "secretKeyRef")), "name")
        for source in sequence(container.get("envFrom")):
            yield from _named(mapping(source).get("secretRef"), "name")
    found = pod_spec(body)
    for volume in sequence(found[1].get("volumes")) if found else ():
        yield from _named(mapping(volume).get("secret"), "secretName")
        for source in sequence(get(volume, ("projected", "sources"))):
            yield from _named(mapping(source).get("secret"), "name")


def _named(reference: object, field: str) -> Iterator[_Asked]:
    wanted = mapping(reference)
    if not wanted or wanted.get("optional"):
        return
    name = str(wanted.get(field) or "")
    items = [str(mapping(item).get("key") or "") for item in sequence(wanted.get("items"))]
    for key in items or [str(wanted.get("key") or "")]:
        yield name, key

"""Volumes of pods: one source each, and paths that stay inside."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from migrations_app.domain import names
from migrations_app.domain.errors import InvalidInput
from migrations_app.domain.manifests.resources import get, mapping, sequence
from migrations_app.domain.messages import msg
from migrations_app.domain.places import Path
from migrations_app.domain.quantities import Quantity
from migrations_app.domain.server_rules.faults import Fault, apart, no_name, no_path, required

_NAMED = {"configMap": "name", "secret": "secretName", "persistentVolumeClaim": "claimName"}
_ITEMS = ("configMap", "secret", "downwardAPI")
_DOWNWARD = re.compile(r"metadata\.(?:name|namespace|uid|(?:labels|annotations)(?:\['[^']+'\])?)")


def of_volumes(path: Path, volumes: Any) -> Iterator[Fault]:
    for index, volume in enumerate(sequence(volumes)):
        if not isinstance(volume, dict):
            continue
        at: Path = (*path, index)
        sources = [key for key, value in volume.items() if key != "name" and value is not None]
        if len(sources) > 1:
            yield at, msg("A volume has one source; here are %(names)s.", names=", ".join(sources))
        for field, name in _NAMED.items():
            source = volume.get(field)
            if isinstance(source, dict) and not source.get(name):
                yield required((*at, field, name), name)
        template = mapping(mapping(volume.get("ephemeral")).get("volumeClaimTemplate"))
        if template:
            below: Path = (*at, "ephemeral", "volumeClaimTemplate", "spec")
            yield from of_request(below, mapping(template.get("spec")))
        host = mapping(volume.get("hostPath")).get("path")
        if isinstance(host, str) and ".." in host.split("/"):
            yield no_path((*at, "hostPath", "path"), host)
        for field in _ITEMS:
            source = volume.get(field)
            if isinstance(source, dict) and source.get("items"):
                yield from _items((*at, field, "items"), sequence(source["items"]))


def of_request(path: Path, spec: dict[str, Any]) -> Iterator[Fault]:
    """What a claim asks for, wherever it is written."""
    modes = sequence(spec.get("accessModes"))
    if not modes:
        yield required((*path, "accessModes"), "accessModes")
    if "ReadWriteOncePod" in modes and len(modes) > 1:
        yield apart((*path, "accessModes"), "ReadWriteOncePod", ", ".join(map(str, modes)))
    size = get(spec, ("resources", "requests", "storage"))
    at: Path = (*path, "resources", "requests", "storage")
    if size is None:
        yield required(at, "storage")
    elif _is_zero(size):
        yield at, msg("A claim of nothing is not accepted.")
    named = spec.get("storageClassName")
    if isinstance(named, str) and named and not names.is_subdomain(named):
        yield no_name((*path, "storageClassName"), named)


def _is_zero(size: Any) -> bool:
    try:
        return Quantity.parse(str(size)).amount == 0
    except InvalidInput:
        return False


def _items(path: Path, items: list[Any]) -> Iterator[Fault]:
    for number, item in enumerate(items):
        below = mapping(item).get("path")
        if below == "":
            yield required((*path, number, "path"), "path")
        elif isinstance(below, str) and (below.startswith("/") or ".." in below.split("/")):
            yield no_path((*path, number, "path"), below)
        field = mapping(mapping(item).get("fieldRef")).get("fieldPath")
        if isinstance(field, str) and not _DOWNWARD.fullmatch(field):
            at: Path = (*path, number, "fieldRef", "fieldPath")
            yield at, msg("No volume can show %(field)s.", field=field)

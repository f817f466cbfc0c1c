"""Volumes of pods: one source each, and paths that stay inside."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from migrations_app.domain.manifests.resources import mapping, sequence
from migrations_app.domain.messages import msg
from migrations_app.domain.places import Path
from migrations_app.domain.server_rules.faults import Fault, no_path, required

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
        claim = volume.get("persistentVolumeClaim")
        if isinstance(claim, dict) and not claim.get("claimName"):
            yield required((*at, "persistentVolumeClaim", "claimName"), "claimName")
        host = mapping(volume.get("hostPath")).get("path")
        if isinstance(host, str) and ".." in host.split("/"):
            yield no_path((*at, "hostPath", "path"), host)
        for field in _ITEMS:
            source = volume.get(field)
            if isinstance(source, dict) and source.get("items"):
                yield from _items((*at, field, "items"), sequence(source["items"]))


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

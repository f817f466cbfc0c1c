"""ConfigMaps and Secrets: what a container or a volume takes from them, and their texts."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping
from typing import Any

from migrations_app.domain.bundle import Object
from migrations_app.domain.manifests.resources import get, mapping, sequence

_KEYS = (("ConfigMap", "configMapKeyRef"), ("Secret", "secretKeyRef"))
_WHOLE = (("ConfigMap", "configMapRef"), ("Secret", "secretRef"))


def stores_of_variables(container: Mapping[str, Any]) -> Iterator[tuple[str, str, str | None]]:
    """Kind and name of what variables come from, and the key if it is but one."""
    for item in sequence(container.get("env")):
        for kind, field in _KEYS:
            chosen = mapping(get(item, ("valueFrom", field)))
            if name := chosen.get("name"):
                yield kind, str(name), str(chosen.get("key"))
    for item in sequence(container.get("envFrom")):
        for kind, field in _WHOLE:
            if name := get(item, (field, "name")):
                yield kind, str(name), None


def stores_of_volume(volume: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Kind and name of what the files of a volume come from."""
    for source in (volume, *sequence(get(volume, ("projected", "sources")))):
        if name := get(source, ("configMap", "name")):
            yield "ConfigMap", str(name)
        if name := get(source, ("secret", "secretName")) or get(source, ("secret", "name")):
            yield "Secret", str(name)


def texts_by_key(body: Object) -> dict[str, str]:
    """The texts of a ConfigMap, or of a Secret in clear; what is no text is left out."""
    found = {key: value for key, value in mapping(body.get("data")).items() if _is_text(value)}
    if body.get("kind") == "Secret":
        clear = ((key, _decoded(value)) for key, value in found.items())
        found = {key: value for key, value in clear if value is not None}
        plain = mapping(body.get("stringData"))
        found |= {key: value for key, value in plain.items() if _is_text(value)}
    return found


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _decoded(value: str) -> str | None:
    try:
        return base64.b64decode(value, validate=True).decode()
    except ValueError:
        return None

"""Secret values out of manifests and into their own keeping, and back.

A marker stands where a value was. It is one fixed text, so that a manifest with markers is the
same whatever the values are, and it is base64 where a Secret's ``data`` demands that. A value that
is itself the marker is a place without a value: it is never taken out, and never applied.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from migrations_app.domain.bundle import Object, object_label
from migrations_app.domain.manifests.resources import (
    containers,
    get,
    mapping,
    namespace_of,
    pod_metadata,
    replace_at,
    sequence,
)
from migrations_app.domain.places import Path, pointer
from migrations_app.domain.secrets import looks_secret

MARKER = "kakehashi:secret"
_ENCODED = base64.b64encode(MARKER.encode()).decode()

_OPTION = re.compile(r"--?[A-Za-z][\w\-]*")

SecretPlace = tuple[str, str]
"""What an object is called (:func:`reference`), and the JSON pointer to the value in it."""


def reference(body: Object) -> str:
    """``Secret/db``, or ``Secret/db@bank`` in a namespace: unique within a manifest."""
    namespace = namespace_of(body)
    return f"{object_label(body)}@{namespace}" if namespace else object_label(body)


def is_marker(value: Any) -> bool:
    """Whether a marker stands here instead of a value."""
    return value in (MARKER, _ENCODED) if isinstance(value, str) else False


def secret_paths(body: Object) -> Iterator[Path]:
    """Where secret values, or their markers, stand in an object.

    All values of a Secret; and wherever a container, a ConfigMap or an annotation says in clear
    what looks secret.
    """
    if body.get("apiVersion") == "v1" and body.get("kind") == "Secret":
        for section in ("data", "stringData"):
            yield from ((section, key) for key in mapping(body.get(section)))
    elif body.get("apiVersion") == "v1" and body.get("kind") == "ConfigMap":
        for key, value in mapping(body.get("data")).items():
            if _is_secret(str(key), value):
                yield ("data", key)
    yield from _annotations(body)
    for path, container in containers(body):
        for index, variable in enumerate(sequence(container.get("env"))):
            if isinstance(variable, dict) and _is_secret(
                str(variable.get("name")), variable.get("value")
            ):
                yield (*path, "env", index, "value")
        for key in ("command", "args"):
            before = ""
            for index, word in enumerate(sequence(container.get(key))):
                if isinstance(word, str) and _is_secret_word(word, before):
                    yield (*path, key, index)
                before = word if isinstance(word, str) else ""


def _annotations(body: Object) -> Iterator[Path]:
    """Annotations of the object and of its pods. Labels stay: selectors compare them."""
    found = pod_metadata(body)
    holders: dict[Path, Any] = {("metadata",): mapping(body.get("metadata"))}
    if found is not None:
        holders[found[0]] = found[1]
    for path, metadata in holders.items():
        for key, value in mapping(metadata.get("annotations")).items():
            name = str(key).rpartition("/")[2]
            if _is_secret(name, value) or (isinstance(value, str) and _is_assignment(value)):
                yield (*path, "annotations", key)


def _is_secret(name: str, value: Any) -> bool:
    return isinstance(value, str) and (is_marker(value) or looks_secret(name, value))


def _is_secret_word(word: str, before: str) -> bool:
    """An argument such as ``--password=…``, the word after ``--password``, a key or such a URL."""
    if is_marker(word) or looks_secret("", word):
        return True
    if _OPTION.fullmatch(before) and not word.startswith("-"):
        return looks_secret(before.lstrip("-"), word)
    return word.startswith("-") and _is_assignment(word)


def _is_assignment(text: str) -> bool:
    """``NAME=VALUE``, where the name tells that the value is secret."""
    name, equals, value = text.partition("=")
    return bool(equals) and " " not in name and looks_secret(name.lstrip("-"), value)


def take(objects: Iterable[Object]) -> tuple[list[Object], dict[SecretPlace, str]]:
    """The objects with markers, and the values that stood there, exactly as they were written.

    Values of ``data`` stay base64. Objects without secrets are returned as they are.
    """
    values: dict[SecretPlace, str] = {}
    result: list[Object] = []
    for body in objects:
        changed = body
        for path in secret_paths(body):
            value = get(body, path)
            if not is_marker(value) and isinstance(value, str):
                values[reference(body), pointer(path)] = value
                changed = replace_at(changed, path, _marker_for(body, path))
        result.append(changed)
    return result, values


def put_back(objects: Iterable[Object], values: Mapping[SecretPlace, str]) -> list[Object]:
    """The objects with values where markers stood; a marker without a value stays."""
    result: list[Object] = []
    for body in objects:
        changed = body
        name = reference(body)
        for path in secret_paths(body):
            value = values.get((name, pointer(path)))
            if value is not None and is_marker(get(body, path)):
                changed = replace_at(changed, path, value)
        result.append(changed)
    return result


def missing_values(objects: Iterable[Object]) -> list[SecretPlace]:
    """Where markers stand: a manifest with any of them must not be applied."""
    return [
        (reference(body), pointer(path))
        for body in objects
        for path in secret_paths(body)
        if is_marker(get(body, path))
    ]


def hidden(body: Object) -> Object:
    """The object with a marker in every secret place."""
    changed = body
    for path in secret_paths(body):
        marker = _marker_for(body, path)
        if get(body, path) != marker:
            changed = replace_at(changed, path, marker)
    return changed


def scrubbed(value: Any, secrets: frozenset[str]) -> Any:
    """A value of any shape with a marker in place of every text that is one of ``secrets``."""
    if isinstance(value, str):
        return MARKER if value in secrets else value
    if isinstance(value, dict):
        return {key: scrubbed(item, secrets) for key, item in value.items()}
    if isinstance(value, list):
        return [scrubbed(item, secrets) for item in value]
    return value


def _marker_for(body: Object, path: Path) -> str:
    in_data = body.get("kind") == "Secret" and path[0] == "data"
    return _ENCODED if in_data else MARKER

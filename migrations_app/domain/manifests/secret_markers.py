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
from migrations_app.domain.manifests.custom_secrets import custom_secrets
from migrations_app.domain.manifests.resources import (
    containers,
    get,
    mapping,
    namespace_of,
    pod_metadata,
    pod_spec_path,
    replace_at,
    sequence,
)
from migrations_app.domain.places import Path, pointer
from migrations_app.domain.secret_commands import (
    command_with_markers,
    holds_secrets,
    is_login_word,
    is_secret_header,
    value_with_markers,
)
from migrations_app.domain.secret_text import secret_words, shown, with_markers
from migrations_app.domain.secrets import looks_secret, url_password

MARKER = "kakehashi:secret"
_ENCODED = base64.b64encode(MARKER.encode()).decode()

_OPTION = re.compile(r"--?[A-Za-z][\w\-]*")

_HANDLERS: tuple[Path, ...] = (
    *(("readinessProbe",), ("livenessProbe",), ("startupProbe",)),
    *(("lifecycle", "postStart"), ("lifecycle", "preStop")),
)
"""Where a container has commands and requests besides its own command."""

SecretPlace = tuple[str, str]
"""What an object is called (:func:`reference`), and the JSON pointer to the value in it."""


def reference(body: Object) -> str:
    """``Secret/db``, or ``Secret/db@bank`` in a namespace: unique within a manifest."""
    namespace = namespace_of(body)
    return f"{object_label(body)}@{namespace}" if namespace else object_label(body)


def is_marker(value: Any) -> bool:
    """Whether a marker stands here instead of a value."""
    return value in (MARKER, _ENCODED) if isinstance(value, str) else False


def has_marker(value: Any) -> bool:
    """Whether a value, or a word of it, was taken out here."""
    return is_marker(value) or (isinstance(value, str) and MARKER in value)


def secret_paths(body: Object) -> Iterator[Path]:
    """Where secret values, or their markers, stand in an object.

    All values of a Secret; and wherever a container, a ConfigMap or an annotation says in clear
    what looks secret. Of a longer text only the secret words are hidden (:func:`marked`).
    """
    if body.get("apiVersion") == "v1" and body.get("kind") == "Secret":
        for section in ("data", "stringData"):
            values = body.get(section)
            if isinstance(values, dict):
                yield from ((section, key) for key in values)
            elif values:
                yield (section,)
    elif body.get("apiVersion") == "v1" and body.get("kind") == "ConfigMap":
        for key, value in mapping(body.get("data")).items():
            if _is_secret(str(key), value) or _holds_secrets(value):
                yield ("data", key)
        for key, value in mapping(body.get("binaryData")).items():
            if is_marker(value) or _encodes_secrets(value):
                yield ("binaryData", key)
    else:
        yield from custom_secrets(body, MARKER)
    yield from _annotations(body)
    for path, container in containers(body):
        image = container.get("image")
        if isinstance(image, str) and (MARKER in image or url_password(image)):
            yield (*path, "image")
        for index, variable in enumerate(sequence(container.get("env"))):
            value = variable.get("value") if isinstance(variable, dict) else None
            if isinstance(value, str) and (
                _is_secret(str(variable.get("name")), value) or _holds_part(value)
            ):
                yield (*path, "env", index, "value")
        for key in ("command", "args"):
            yield from _command(container, (key,), path)
        for handler in (found for found in _HANDLERS if found[0] in container):
            yield from _command(container, (*handler, "exec", "command"), path)
            yield from _headers(container, (*handler, "httpGet", "httpHeaders"), path)
            asked = get(container, (*handler, "httpGet", "path"))
            if isinstance(asked, str) and _holds_part(asked):
                yield (*path, *handler, "httpGet", "path")
    yield from _drivers(body)


def _command(container: Object, keys: Path, path: Path) -> Iterator[Path]:
    """Secret words of a command, and commands within one of its words (``sh -c``)."""
    words = sequence(get(container, keys))
    tool = str(words[0]).rpartition("/")[2] if words else ""
    before = ""
    for index, word in enumerate(words):
        if isinstance(word, str) and (
            _is_secret_word(word, before)
            or is_login_word(tool, before, word)
            or _is_long_secret(word)
            or _is_secret_command(word)
        ):
            yield (*path, *keys, index)
        before = word if isinstance(word, str) else ""


def _headers(container: Object, keys: Path, path: Path) -> Iterator[Path]:
    for index, header in enumerate(sequence(get(container, keys))):
        name, value = mapping(header).get("name"), mapping(header).get("value")
        if isinstance(value, str) and (is_marker(value) or is_secret_header(str(name), value)):
            yield (*path, *keys, index, "value")


def _drivers(body: Object) -> Iterator[Path]:
    """What drivers of storage are told, which may be a login: inline in a pod, or of a volume."""
    pod = pod_spec_path(body)
    volumes = () if pod is None else sequence(get(body, (*pod, "volumes")))
    holders: list[Path] = [(*(pod or ()), "volumes", index) for index in range(len(volumes))]
    if body.get("kind") == "PersistentVolume":
        holders.append(("spec",))
    for holder in holders:
        for settings in (("csi", "volumeAttributes"), ("flexVolume", "options")):
            for key, value in mapping(get(body, (*holder, *settings))).items():
                if _is_secret(str(key), value):
                    yield (*holder, *settings, key)
    if body.get("kind") in ("PersistentVolume", "StorageClass"):
        where: Path = ("spec",) if body.get("kind") == "PersistentVolume" else ()
        for index, option in enumerate(sequence(get(body, (*where, "mountOptions")))):
            if isinstance(option, str) and (_is_assignment(option) or _holds_part(option)):
                yield (*where, "mountOptions", index)


def _annotations(body: Object) -> Iterator[Path]:
    """Annotations of the object and of its pods. Labels stay: selectors compare them."""
    found = pod_metadata(body)
    holders: dict[Path, Any] = {("metadata",): mapping(body.get("metadata"))}
    if found is not None:
        holders[found[0]] = found[1]
    for index, claim in enumerate(sequence(get(body, ("spec", "volumeClaimTemplates")))):
        where: Path = ("spec", "volumeClaimTemplates", index, "metadata")
        holders[where] = mapping(mapping(claim).get("metadata"))
    for path, metadata in holders.items():
        for key, value in mapping(metadata.get("annotations")).items():
            name = str(key).rpartition("/")[2]
            if not isinstance(value, str):
                continue
            quotes_all = body.get("kind") == "Secret" and name == "last-applied-configuration"
            if quotes_all or _is_secret(name, value) or _is_assignment(value) or _holds_part(value):
                yield (*path, "annotations", key)


def _is_secret(name: str, value: Any) -> bool:
    return isinstance(value, str) and (is_marker(value) or looks_secret(name, value))


def _holds_secrets(value: Any) -> bool:
    """Whether there are secret words, or markers for them, in a text such as a whole file."""
    return isinstance(value, str) and (MARKER in value or bool(secret_words(value)))


def _encodes_secrets(value: Any) -> bool:
    """The same for a text in base64."""
    try:
        return _holds_secrets(base64.b64decode(str(value), validate=True).decode())
    except ValueError:
        return False


def _is_long_secret(value: str) -> bool:
    """The same for texts of several lines, such as a script in an argument."""
    return "\n" in value and _holds_secrets(value)


def _holds_part(value: str) -> bool:
    """Whether secret words, or markers for them, stand in a value among others."""
    return MARKER in value or holds_secrets(value) or _is_long_secret(value)


def _is_secret_command(word: str) -> bool:
    """Whether a word is a command with secret words in it, or with their markers."""
    is_command = " " in word and "\n" not in word
    return is_command and (MARKER in word or command_with_markers(word, MARKER) != word)


def marked(body: Object, path: Path) -> str:
    """What stands in a secret place instead of its value: a marker, or the text with markers."""
    value = get(body, path)
    if body.get("kind") == "Secret" or not isinstance(value, str):
        return _ENCODED if body.get("kind") == "Secret" and path[0] == "data" else MARKER
    if path[0] == "binaryData":
        return _ENCODED
    in_file = len(path) == 2 and path[0] == "data"
    if not in_file and "\n" not in value:
        is_variable = path[-1] == "value"
        name = get(body, (*path[:-1], "name")) if is_variable else path[-1]
        return _marked_word(value, path, str(name))
    name = str(path[-1]) if in_file else ""
    return shown(name, value, MARKER)


def _marked_word(value: str, path: Path, name: str) -> str:
    """A command keeps what stands around its secret words; so does a value of an innocent name."""
    if isinstance(path[-1], int):
        is_command = not looks_secret("", value) and _is_secret_command(value)
        return command_with_markers(value, MARKER) if is_command else MARKER
    if path[-1] == "image":
        return with_markers(value, MARKER)
    is_whole = path[-1] != "path" and _is_assignment(value)
    if is_whole or looks_secret(name.rpartition("/")[2], value):
        return MARKER
    inside = value_with_markers(value, MARKER)
    return inside if MARKER in inside else MARKER


def _is_secret_word(word: str, before: str) -> bool:
    """An argument such as ``--password=…``, the word after ``--password``, a key or such a URL."""
    if is_marker(word) or looks_secret("", word):
        return True
    is_value = _OPTION.fullmatch(before) and not word.startswith("-")
    if is_value and looks_secret(before.lstrip("-"), word):
        return True
    return _is_assignment(word)


def _is_assignment(text: str) -> bool:
    """``NAME=VALUE``, where the name tells that the value is secret."""
    name, equals, value = text.partition("=")
    return bool(equals) and " " not in name and looks_secret(name.lstrip("-\"'"), value)


def take(objects: Iterable[Object]) -> tuple[list[Object], dict[SecretPlace, str]]:
    """The objects with markers, and the values that stood there, exactly as they were written.

    Values of ``data`` stay base64. Objects without secrets are returned as they are. What a Secret
    holds in place of a text no cluster takes: it goes and does not come back.
    """
    values: dict[SecretPlace, str] = {}
    result: list[Object] = []
    for body in objects:
        changed = body
        for path in secret_paths(body):
            value = get(body, path)
            shown_instead = marked(body, path)
            if not is_marker(value) and isinstance(value, str) and value != shown_instead:
                values[reference(body), pointer(path)] = value
                changed = replace_at(changed, path, shown_instead)
            elif body.get("kind") == "Secret" and isinstance(value, list | dict):
                changed = replace_at(changed, path, shown_instead)
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
            if value is not None and has_marker(get(body, path)):
                changed = replace_at(changed, path, value)
        result.append(changed)
    return result


def missing_values(objects: Iterable[Object]) -> list[SecretPlace]:
    """Where markers stand: a manifest with any of them must not be applied."""
    return [*texts_with_markers(objects)]


def texts_with_markers(objects: Iterable[Object]) -> dict[SecretPlace, str]:
    """What stands where values are missing: the marker, or a text with markers in it."""
    return {
        (reference(body), pointer(path)): text
        for body in objects
        for path in secret_paths(body)
        if has_marker(text := get(body, path))
    }


def hidden(body: Object) -> Object:
    """The object with a marker in every secret place."""
    changed = body
    for path in secret_paths(body):
        instead = marked(body, path)
        if get(body, path) != instead:
            changed = replace_at(changed, path, instead)
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

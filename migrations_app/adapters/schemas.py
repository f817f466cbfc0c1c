"""The Kubernetes schemas that the kubernetes-validate package bundles, compiled on demand.

Its own ``validate`` stops at the first error and reads the definitions anew at every call; here
the strict definitions of one version are read once and each kind is compiled once.
"""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterator
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from migrations_app.domain.messages import Message, either, msg
from migrations_app.domain.places import Path as FieldPath
from migrations_app.domain.schemas import SchemaViolation
from migrations_app.domain.words import JSON_TYPES

_FOLDER = re.compile(r"v(1\.\d+)\.\d+-local-strict")
_REFERENCE = "/api/_definitions.json#/$defs/"
_DIALECT = "https://json-schema.org/draft/2020-12/schema"

_BREAKS = r"[\r\n]*"
_SIXTH = rf"[A-Za-z0-9+/]{_BREAKS}"
_FORMATS: dict[str, dict[str, Any]] = {
    "int32": {"minimum": -(2**31), "maximum": 2**31 - 1},
    "int64": {"minimum": -(2**63), "maximum": 2**63 - 1},
    "byte": {
        "pattern": rf"^{_BREAKS}(?:(?:{_SIXTH}){{4}})*"
        rf"(?:{_SIXTH}{_SIXTH}(?:={_BREAKS}=|{_SIXTH}=){_BREAKS})?$"
    },
}
"""What a format of a schema asks for. Its own checks are off: they would ask for more."""

Kinds = dict[tuple[str, str], str]


@lru_cache(maxsize=1)
def _folders() -> dict[str, Path]:
    """Version (``1.NN``) → folder of its strict schemas, oldest first."""
    package = find_spec("kubernetes_validate")  # not imported: its validator is slow to load
    if package is None or not package.submodule_search_locations:
        raise RuntimeError("The package kubernetes-validate is not installed; run bin/setup.")
    root = Path(package.submodule_search_locations[0]) / "kubernetes-json-schema"
    found = {
        match.group(1): folder
        for folder in root.iterdir()
        if (match := _FOLDER.fullmatch(folder.name))
    }
    return dict(sorted(found.items(), key=lambda item: int(item[0].split(".")[1])))


@lru_cache(maxsize=4)
def _definitions(version: str) -> dict[str, Any]:
    text = (_folders()[version] / "_definitions.json").read_text(encoding="utf-8")
    definitions = json.loads(text.replace(_REFERENCE, "#/$defs/"))["$defs"]
    return {name: _trimmed(schema) for name, schema in definitions.items()}


def _trimmed(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema without its prose, which only makes compiling slower; formats become rules."""
    kept = {key: value for key, value in schema.items() if key != "description"}
    return {key: _with_rules(value) for key, value in kept.items()}


def _with_rules(schema: Any) -> Any:
    """The schema with what its formats mean: a server reads numbers into so many bits."""
    if isinstance(schema, list):
        return [_with_rules(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    named = schema.get("format")
    rules = _FORMATS.get(named, {}) if isinstance(named, str) else {}
    return {**{key: _with_rules(value) for key, value in schema.items()}, **rules}


@lru_cache(maxsize=4)
def _kinds(version: str) -> Kinds:
    """``(apiVersion, kind)`` → name of the definition."""
    kinds: Kinds = {}
    for name, schema in _definitions(version).items():
        for entry in schema.get("x-kubernetes-group-version-kind", ()):
            prefix = f"{entry['group']}/" if entry["group"] else ""
            kinds[prefix + entry["version"], entry["kind"]] = name
    return kinds


@lru_cache(maxsize=256)
def _validator(version: str, name: str) -> Any:
    import jsonschema_rs  # here, because commands that check nothing start faster without it

    definitions = _definitions(version)
    needed = _closure(name, definitions)
    return jsonschema_rs.validator_for(
        {
            "$schema": _DIALECT,
            "$ref": f"#/$defs/{name}",
            "$defs": {key: definitions[key] for key in needed},
        },
        validate_formats=False,
    )


def _closure(name: str, definitions: dict[str, Any]) -> set[str]:
    """The definition and all it refers to."""
    needed: set[str] = set()
    waiting = [name]
    while waiting:
        current = waiting.pop()
        if current in needed:
            continue
        needed.add(current)
        waiting.extend(re.findall(r'"#/\$defs/([^"]+)"', json.dumps(definitions[current])))
    return needed


class BundledSchemas:
    """Implements ``domain.schemas.Schemas``; compiled schemas are shared by the whole process."""

    def versions(self) -> tuple[str, ...]:
        return tuple(_folders())

    def knows(self, version: str, api_version: str, kind: str) -> bool:
        return (api_version, kind) in _kinds(version)

    def violations(self, version: str, body: dict[str, Any]) -> Iterator[SchemaViolation]:
        name = _kinds(version)[str(body.get("apiVersion")), str(body.get("kind"))]
        validator = _validator(version, name)
        if validator.is_valid(body):
            return
        for error in validator.iter_errors(body):
            yield from _violations(error, _definitions(version), name)


def _violations(error: Any, definitions: dict[str, Any], root: str) -> Iterator[SchemaViolation]:
    path = tuple(error.instance_path)
    kind = error.kind
    name = type(kind).__name__.removeprefix("ValidationErrorKind_")
    if name == "AdditionalProperties":
        known = _known_properties(error, definitions, root)
        for field in kind.unexpected:
            yield SchemaViolation(
                path, _unknown(field, known), field, next(iter(_near(field, known)), "")
            )
    elif name == "Type":
        expected = _types(kind)
        yield SchemaViolation(
            path,
            msg("%(field)s must be %(expected)s.", field=_last(path), expected=_in_words(expected)),
            expected=expected,
        )
    elif name == "Required":
        yield SchemaViolation(
            path, msg("The field %(field)s is required.", field=_plain(kind.property))
        )
    elif name in ("OneOfNotValid", "AnyOf", "OneOfMultipleValid"):
        yield SchemaViolation(
            path,
            msg("%(field)s must be text or a number.", field=_last(path)),
            expected="string|integer",
        )
    elif name in ("Minimum", "Maximum"):
        yield SchemaViolation(
            path, msg("%(value)s is more than a server can read.", value=error.instance)
        )
    elif name == "Pattern":
        yield SchemaViolation(path, msg("%(field)s is not encoded in base64.", field=_last(path)))
    else:
        yield SchemaViolation(path, msg("%(detail)s", detail=error.message))


def _known_properties(error: Any, definitions: dict[str, Any], root: str) -> list[str]:
    """The fields that would have been right, found in the schema that the error names."""
    schema: Any = definitions[root]
    steps = list(error.schema_path)[:-1]
    while steps:
        step = steps.pop(0)
        schema = definitions[steps.pop(0)] if step == "$defs" else schema[step]
    return sorted(schema.get("properties", ()))


def _types(kind: Any) -> str:
    types = kind.types
    listed = [types] if isinstance(types, str) else list(types)
    return "|".join(sorted(str(item) for item in listed if item != "null"))


def _in_words(expected: str) -> Any:
    return either(JSON_TYPES.get(kind, kind) for kind in expected.split("|"))


def _last(path: FieldPath) -> str | Message:
    """The field that a path leads to, with its position if it is in a list."""
    names = [str(step) for step in path if isinstance(step, str)]
    position = f"[{path[-1]}]" if path and isinstance(path[-1], int) else ""
    return f"{names[-1]}{position}" if names else msg("The object")


def _near(field: str, known: list[str]) -> list[str]:
    return difflib.get_close_matches(field, known, n=1)


def _unknown(field: str, known: list[str]) -> Message:
    near = _near(field, known)
    if near:
        return msg(
            "The field %(field)s is unknown. Did you mean %(near)s?", field=field, near=near[0]
        )
    return msg("The field %(field)s is unknown.", field=field)


def _plain(value: Any) -> str:
    return str(value).strip('"')

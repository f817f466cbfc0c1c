"""What the schema of the target version refuses and whose meaning is plain.

Unknown fields go (a strict server refuses the whole object for one of them), and a scalar of the
wrong type becomes the right one where nothing is guessed: ``"8080"`` where a number belongs,
``1`` where text belongs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from migrations_app.domain.bundle import Object, Objects
from migrations_app.domain.manifests.resources import get, remove_at, replace_at
from migrations_app.domain.messages import Message, msg
from migrations_app.domain.provenance import Step, StepKind
from migrations_app.domain.schemas import Schemas, SchemaViolation

_ROUNDS = 4
_DIRECTIVE = "$"
"""``$patch: delete`` makes a patch, not an object: without it the opposite would be said."""


def json_text(value: Any) -> str:
    """A scalar as the text it was meant to be: truth values and numbers as JSON writes them."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def convert(value: Any, expected: str) -> Any:
    """The value as ``expected`` (a JSON Schema type), or itself if that would be a guess."""
    if expected == "string" and isinstance(value, bool | int | float):
        return json_text(value)
    if expected == "integer":
        if isinstance(value, str) and value.strip().lstrip("-").isdigit():
            return int(value)
        if isinstance(value, float) and value.is_integer():
            return int(value)
    if expected == "boolean" and isinstance(value, str) and value.lower() in ("true", "false"):
        return value.lower() == "true"
    if expected == "number" and isinstance(value, str) and value.strip().lstrip("-").isdigit():
        return int(value)
    return value


@dataclass(frozen=True, slots=True)
class DropUnknownFields:
    """Fields that the target version does not know."""

    schemas: Schemas
    version: str

    @property
    def step(self) -> Step:
        why: Message = msg(
            "Kubernetes %(version)s knows no such field, and refuses the object for it.",
            version=self.version,
        )
        return Step(StepKind.MENDED, "SCH-01", why)

    def __call__(self, objects: Objects) -> Sequence[Object | None]:
        return [self._without_unknown(body) for body in objects]

    def _without_unknown(self, body: Object) -> Object:
        for _round in range(_ROUNDS):
            unknown = [
                violation
                for violation in known_violations(self.schemas, self.version, body)
                if violation.unknown_field and not violation.unknown_field.startswith(_DIRECTIVE)
            ]
            if not unknown:
                break
            for violation in sorted(unknown, key=lambda v: len(v.path), reverse=True):
                path = (*violation.path, violation.unknown_field)
                holder = get(body, violation.path)
                if isinstance(holder, dict) and violation.unknown_field in holder:
                    body = remove_at(body, path)
        return body


@dataclass(frozen=True, slots=True)
class ConvertScalars:
    """Scalars of the wrong type whose meaning is plain, and nulls that stand for nothing."""

    schemas: Schemas
    version: str

    @property
    def step(self) -> Step:
        why = msg("The API takes another type here; the meaning is plain.")
        return Step(StepKind.MENDED, "SCH-01", why)

    def __call__(self, objects: Objects) -> Sequence[Object | None]:
        return [self._converted(body) for body in objects]

    def _converted(self, body: Object) -> Object:
        for violation in known_violations(self.schemas, self.version, body):
            if not violation.expected or not violation.path:
                continue
            value = get(body, violation.path)
            if value is None and "null" not in violation.expected:
                if isinstance(violation.path[-1], str):
                    body = remove_at(body, violation.path)
                continue
            for expected in violation.expected.split("|"):
                better = convert(value, expected)
                if better is not value:
                    body = replace_at(body, violation.path, better)
                    break
        return body


def known_violations(schemas: Schemas, version: str, body: Object) -> list[SchemaViolation]:
    """The violations of an object, none for a kind the version does not know."""
    api_version, kind = str(body.get("apiVersion")), str(body.get("kind"))
    if not schemas.knows(version, api_version, kind):
        return []
    return list(schemas.violations(version, body))

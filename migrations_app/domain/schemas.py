"""The port through which the core meets the Kubernetes schemas."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Protocol

from migrations_app.domain.messages import Message
from migrations_app.domain.places import Path


@dataclass(frozen=True, slots=True)
class SchemaViolation:
    """One place where an object breaks its schema.

    ``unknown_field`` names a field of ``path`` that is not known, ``nearest`` a known one like it.
    ``expected`` are the types that would be right, as JSON Schema names them, joined by ``|``.
    """

    path: Path
    message: Message
    unknown_field: str = ""
    nearest: str = ""
    expected: str = ""


class Schemas(Protocol):
    """Strict JSON schemas of Kubernetes, per version (``1.NN``)."""

    def versions(self) -> tuple[str, ...]:
        """The bundled versions, oldest first."""
        ...

    def knows(self, version: str, api_version: str, kind: str) -> bool:
        """Whether this version of Kubernetes has the kind in that API version."""
        ...

    def violations(self, version: str, body: dict[str, Any]) -> Iterable[SchemaViolation]:
        """All violations of an object whose kind is known, in document order."""
        ...

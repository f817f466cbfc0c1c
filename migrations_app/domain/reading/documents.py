"""A document as plain values, with the place of each of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from migrations_app.domain.provenance import Origin


@dataclass(frozen=True, slots=True)
class Document:
    """One YAML or JSON document of a member file; ``number`` counts from 1."""

    file: str
    number: int
    value: Any
    origin: Origin

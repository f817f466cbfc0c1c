"""Objects in, findings out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from migrations_app.adapters.schemas import BundledSchemas
from migrations_app.domain import checks
from migrations_app.domain.bundle import SourceObject
from migrations_app.domain.checks.base import CheckContext
from migrations_app.domain.findings import Finding
from migrations_app.domain.reading.kubernetes import read_objects
from migrations_app.domain.reading.limits import STRICT
from migrations_app.domain.reading.yaml_reader import read_yaml

SCHEMAS = BundledSchemas()
VERSION = "1.34"

Look = Callable[..., list[Finding]]


def read(text: str) -> tuple[SourceObject, ...]:
    documents, _findings = read_yaml(text, "app.yaml", STRICT)
    return tuple(item for document in documents for item in read_objects(document, []))


@pytest.fixture
def look() -> Look:
    """Findings of one code (all without one) in YAML text."""

    def run(text: str, code: str = "", **settings: Any) -> list[Finding]:
        context = CheckContext(
            **{"objects": read(text), "schemas": SCHEMAS, "version": VERSION, **settings}
        )
        return [finding for finding in checks.run(context) if not code or finding.code == code]

    return run

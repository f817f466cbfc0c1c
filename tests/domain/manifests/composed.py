"""Objects that a compose file renders to."""

from __future__ import annotations

from typing import Any

from migrations_app.adapters.schemas import BundledSchemas
from migrations_app.domain.bundle import MemoryFiles
from migrations_app.domain.engine import Made, Options, render
from migrations_app.domain.reading.limits import STRICT
from migrations_app.domain.reading.read import read_bundle


def composed(text: str) -> Made:
    bundle = read_bundle(MemoryFiles({"compose.yaml": text.encode()}), STRICT)
    return render(bundle, Options(), BundledSchemas())


def one(text: str, kind: str, name: str) -> Any:
    (found,) = (
        item.body
        for item in composed(text).objects
        if (item.body["kind"], item.body["metadata"]["name"]) == (kind, name)
    )
    return found

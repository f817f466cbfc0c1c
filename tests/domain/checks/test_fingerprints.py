"""A finding keeps its fingerprint when the lines around it move."""

from __future__ import annotations

import re
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from migrations_app.adapters.schemas import BundledSchemas
from migrations_app.domain.bundle import MemoryFiles
from migrations_app.domain.engine import Options, render
from migrations_app.domain.findings import Finding
from migrations_app.domain.pipeline.phases import Phase
from migrations_app.domain.reading.limits import STRICT
from migrations_app.domain.reading.read import read_bundle

EXAMPLES = sorted((Path(__file__).parents[3] / "docs" / "examples" / "checks").glob("*/*.yaml"))
TEXTS = [
    text
    for path in EXAMPLES
    if path.name not in ("options.yaml", "preset.yaml")
    and "mac_address" not in (text := path.read_text(encoding="utf-8"))
]
SCHEMAS = BundledSchemas()


def findings(text: str) -> tuple[Finding, ...]:
    bundle = read_bundle(MemoryFiles({"app.yaml": text.encode()}), STRICT)
    return render(bundle, Options(phase=Phase.PRODUCTION), SCHEMAS).findings


def moved(text: str, numbers: list[int]) -> str:
    """The text with comments and empty lines before some of its lines, none within a block."""
    lines = text.splitlines()
    free = [n for n, line in enumerate(lines) if re.match(r"\S", line) and line != "---"]
    for number in sorted({free[n % len(free)] for n in numbers}, reverse=True):
        lines[number:number] = ["# moved", ""]
    return "\n".join(lines) + "\n"


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(TEXTS), st.lists(st.integers(0, 50), min_size=1, max_size=6))
def test_it_does(text: str, numbers: list[int]) -> None:
    before, after = findings(text), findings(moved(text, numbers))

    assert [item.fingerprint for item in after] == [item.fingerprint for item in before]
    assert len({item.fingerprint for item in before}) == len(before)

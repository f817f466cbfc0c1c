"""Every question that any golden source leads to can be answered by somebody who only reads it."""

from __future__ import annotations

from pathlib import Path

import pytest

from migrations_app.adapters.schemas import BundledSchemas
from migrations_app.domain.bundle import MemoryFiles
from migrations_app.domain.engine import Options, render
from migrations_app.domain.presets.schema import Preset
from migrations_app.domain.reading.limits import STRICT
from migrations_app.domain.reading.read import read_bundle

CASES = sorted(path for path in (Path(__file__).parent / "golden").iterdir() if path.is_dir())
SCHEMAS = BundledSchemas()
ASKING = Preset.from_text(
    "exposure: {host: shop.example.com}\nnetwork: {policies: topology}\nworkload: {split: apart}",
    "asking",
)


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.name)
def test_a_question_says_what_why_and_what_is_recommended(case: Path) -> None:
    files = {path.name: path.read_bytes() for path in sorted(case.glob("source*"))}
    made = render(read_bundle(MemoryFiles(files), STRICT), Options(layers=(ASKING,)), SCHEMAS)

    assert len({question.id for question in made.questions}) == len(made.questions)
    for question in made.questions:
        assert question.id.startswith(f"{question.code}:"), "presets answer by code"
        assert str(question.text)
        assert str(question.why)
        values = [choice.value for choice in question.choices]
        assert len(set(values)) == len(values)
        assert all(str(choice.label) for choice in question.choices)
        assert not values or question.recommended in values

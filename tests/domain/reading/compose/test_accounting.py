"""Every value of every file is accounted for, with a place, and with a reason unless it is kept."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.domain.reading.compose.accounted import faults, made_of

CASES = sorted((Path(__file__).parents[3] / "corpus" / "compose_cases").glob("*/compose.yaml"))
KEYS = Path(__file__).parent / "every_key.yaml"


@pytest.mark.parametrize("file", CASES, ids=lambda path: path.parent.name)
def test_every_value_of_a_project_is_accounted_for(file: Path) -> None:
    root = file.parent
    files = {
        path.relative_to(root).as_posix(): path.read_text(encoding="utf-8")
        for path in sorted(root.rglob("*"))
        if path.is_file()
    }
    read = {name: text for name, text in files.items() if name.endswith(".yaml")}
    assert faults(made_of(files), read) == []


def test_every_key_that_compose_knows_is_accounted_for() -> None:
    """And none of them is called unknown."""
    files = {KEYS.name: KEYS.read_text(encoding="utf-8")}
    made = made_of(files)
    assert faults(made, files) == []
    assert [row.path for row in made.loss if "Not understood" in row.reason.text] == []


@pytest.mark.corpus
def test_every_value_of_the_corpus_is_accounted_for(corpus: Path) -> None:
    found: list[str] = []
    for path in sorted((corpus / "compose").iterdir()):
        files = {path.name: path.read_text(encoding="utf-8")}
        found += faults(made_of(files), files)
    assert found == []

"""Our reading of Quadlet units beside that of Podman's own generator."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.corpus.quadlet_judged import (
    Judged,
    Ours,
    comparable,
    copied,
    generator,
    judge,
    ours,
    stub,
    words_of,
)

CORPUS = Path(__file__).parent.parent / "corpus"
CASES = CORPUS / "quadlet_cases"
DECISIONS = CORPUS / "quadlet_decisions"
PAGE = Path(__file__).parents[2] / "docs" / "inputs" / "quadlet.md"


@pytest.fixture(scope="module")
def program(podman5_kit: Path) -> Path:
    return generator(podman5_kit)


def _compare(theirs: Judged, mine: Ours) -> list[str]:
    """Every difference between the two, as a line."""
    found = [f"only Podman makes {name}" for name in theirs.services.keys() - mine.commands.keys()]
    for name, (unit, words) in mine.commands.items():
        if name not in theirs.services:
            if unit.name not in mine.refused:
                found.append(f"only we make {name}: {theirs.refused.get(unit.name)}")
            continue
        if unit.name in mine.refused:
            found.append(f"only we refuse {unit.name}: {mine.refused[unit.name]}")
        expected, made = comparable(words_of(theirs.services[name], unit.kind), words)
        if expected != made:
            found.append(f"{name}: {expected} is not {made}")
    return found


@pytest.mark.parametrize("case", sorted(path.name for path in CASES.iterdir()))
def test_units_become_the_commands_that_podman_makes_of_them(
    program: Path, case: str, tmp_path: Path
):
    folder = copied(CASES / case, tmp_path)
    assert _compare(judge(program, folder), ours(folder)) == []


@pytest.mark.parametrize("case", ["refused", "refused-lines"])
def test_what_podman_refuses_is_refused_for_each_reason(program: Path, case: str):
    theirs, mine = judge(program, CASES / case), ours(CASES / case)
    names = {path.name for path in (CASES / case).iterdir()}
    assert theirs.refused.keys() == names
    assert mine.refused.keys() == names


def test_units_of_others_become_the_commands_that_podman_makes_of_them(
    program: Path, corpus: Path, tmp_path: Path
):
    differences: list[str] = []
    for number, path in enumerate(sorted((corpus / "quadlet").iterdir())):
        folder = tmp_path / str(number)
        folder.mkdir()
        copied(path, folder)
        differences += _compare(judge(program, folder), ours(folder))
        if missing := ours(folder).missing:
            stub(missing, folder)
            differences += _compare(judge(program, folder), ours(folder))
    assert differences == []


def test_every_difference_that_is_meant_stands_on_the_page_and_is_one(
    program: Path, tmp_path: Path
):
    rows = PAGE.read_text(encoding="utf-8").partition("## Where we differ")[2]
    decided = re.findall(r"(?m)^\| `([a-z-]+)` \|", rows)
    assert sorted(decided) == sorted(path.name for path in DECISIONS.iterdir())
    for name in decided:
        folder = tmp_path / name
        folder.mkdir()
        copied(DECISIONS / name, folder)
        assert len(_compare(judge(program, folder), ours(folder))) == 1, name

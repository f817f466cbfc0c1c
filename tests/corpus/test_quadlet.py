"""Quadlet units of others: nothing of them is lost without a word."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.corpus.outcomes import outcome_of, project_files
from tests.corpus.quadlet_judged import lines_of_units, unaccounted

pytestmark = pytest.mark.corpus

PAGE = Path(__file__).parents[2] / "docs" / "inputs" / "quadlet.md"
ALONE = (".network", ".image", ".build")
"""Units that say something about others only."""
REFUSED = 2
"""Files whose lines are none, which Podman refuses too."""


def test_every_line_of_every_unit_is_in_the_loss_report(corpus: Path) -> None:
    lines = refused = 0
    for file in project_files(corpus, ("quadlet",)):
        files = {file.member: file.read(file.member)}
        found = lines_of_units(files)
        lines += len(found)
        if not found:
            refused += 1
            continue
        assert unaccounted(files) == [], file.name
    assert refused == REFUSED
    assert lines > 1000


def test_units_that_become_nothing_are_named_on_the_page(corpus: Path) -> None:
    nothing = []
    for file in project_files(corpus, ("quadlet",)):
        made = outcome_of(file, file.kind, file.source, file.name).made
        if made is not None and not made.objects and not file.name.endswith(ALONE):
            nothing.append(file.name)
    section = PAGE.read_text(encoding="utf-8").partition("## In the corpus")[2].partition("## ")[0]
    named = re.findall(r"(?m)^\| `([^`]+)` \|", section)
    patterns = [re.compile(re.escape(name).replace("…", ".*")) for name in named]
    assert [name for name in nothing if not any(p.fullmatch(name) for p in patterns)] == []
    assert [p.pattern for p in patterns if not any(p.fullmatch(name) for name in nothing)] == []

"""Quadlet units of others: nothing of them is lost without a word."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.corpus.outcomes import project_files
from tests.corpus.quadlet_judged import lines_of_units, unaccounted

pytestmark = pytest.mark.corpus

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

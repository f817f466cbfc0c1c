"""Every file of others becomes valid manifests, or a refusal that a person can act on."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.corpus.outcomes import Outcome, Verdict, outcomes
from tests.corpus.report import PAGE, files_section

pytestmark = pytest.mark.corpus


@pytest.fixture(scope="module")
def found(corpus: Path) -> list[Outcome]:
    return [*outcomes(corpus)]


def test_nothing_escapes_and_nothing_is_wrong_unsaid(found: list[Outcome]) -> None:
    bad = (Verdict.BROKE, Verdict.UNTOLD)
    assert [(item.name, item.error, item.violations) for item in found if item.verdict in bad] == []


def test_every_refusal_says_what_and_where(found: list[Outcome]) -> None:
    problems = [p for item in found if item.verdict is Verdict.REFUSED for p in item.problems]
    assert problems
    for problem in problems:
        assert problem.code
        assert str(problem.message)
        assert problem.place.line >= 1


def test_rendering_twice_gives_the_same_bytes(corpus: Path, found: list[Outcome]) -> None:
    again = [*outcomes(corpus)]
    for first, second in zip(found, again, strict=True):
        assert first.verdict is second.verdict
        if first.made and second.made:
            assert first.made.text == second.made.text
            assert first.made.digest == second.made.digest


def test_the_page_tells_what_is_true(found: list[Outcome]) -> None:
    assert files_section(found) in PAGE.read_text(encoding="utf-8"), "bin/corpus --update"

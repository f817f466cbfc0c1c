"""Every file of others becomes valid manifests, or a refusal that a person can act on."""

from __future__ import annotations

from pathlib import Path

import pytest

from migrations_app.domain.loss import Outcome as LossKind
from migrations_app.domain.places import pointer
from migrations_app.domain.provenance import leaves, traced
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


def test_every_field_is_told_of_once_and_with_a_reason(found: list[Outcome]) -> None:
    for item in found:
        if item.kind != "kube" or item.made is None or item.bundle is None:
            continue
        told = [row.path for row in item.made.loss]
        there = [
            source.label + pointer(path)
            for source in item.bundle.objects
            for path, _value in leaves(source.body)
        ]
        assert told == there, item.name
        for row in item.made.loss:
            assert row.place.line >= 1, (item.name, row)
            assert row.outcome is LossKind.KEPT or str(row.reason), (item.name, row)


def test_every_field_that_is_made_says_where_it_comes_from(found: list[Outcome]) -> None:
    for item in found:
        for made in item.made.objects if item.made else ():
            for path, _value, origin in traced(made.body, made.origin):
                assert origin.line or origin.steps, (item.name, made.label, path)

"""The pages that are made of the code: current, complete, and with examples that hold."""

from __future__ import annotations

from pathlib import Path

import pytest

from migrations_app.domain.checks import RULED
from migrations_app.domain.checks.pages import Way
from migrations_app.domain.fixes import FIXED
from migrations_app.domain.reading.containerfile import rules
from workbench import generated
from workbench.examples import CHECKS, Case, ExampleFails, cases, check_examples, proven
from workbench.manual import manual_pages, sections_without_example

ROOT = Path(__file__).resolve().parents[2]


def test_every_page_is_current() -> None:
    pages = manual_pages()
    stale = [
        name
        for name, text in pages.items()
        if not (ROOT / name).exists() or (ROOT / name).read_text(encoding="utf-8") != text
    ]
    there = {
        path.relative_to(ROOT).as_posix()
        for folder in generated.MANUAL
        for path in (ROOT / folder).glob("*.md")
    }

    assert stale == [], "run bin/check --update, and look at the difference"
    assert there <= set(pages)


def test_every_check_of_a_manifest_has_an_example() -> None:
    read = {rule.code for rule, _check in rules.RULED}
    assert {rule.code for rule, _check in RULED} | read == set(cases(CHECKS))


def test_every_section_of_a_preset_has_an_example() -> None:
    assert sections_without_example() == [], "add docs/examples/transforms/SECTION"


def test_every_fix_is_shown_at_work() -> None:
    by_hand = {
        code
        for code, example in check_examples().items()
        if code in FIXED and example.way not in (Way.FIXED, Way.RENDERED)
    }
    assert by_hand == {"CFG-01"}  # half of it is: a password within a file


def test_an_example_that_shows_nothing_is_refused() -> None:
    sound = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {b: c}\n"

    with pytest.raises(ExampleFails, match="has no such finding"):
        proven(Case("SEC-05", {"before.yaml": sound}, {}, {}, {}))


def test_an_example_that_keeps_its_fault_is_refused() -> None:
    bare = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {containers: [{name: a}]}\n"

    with pytest.raises(ExampleFails, match="still has it"):
        proven(Case("RES-01", {"before.yaml": bare}, {"after.yaml": bare}, {}, {}))

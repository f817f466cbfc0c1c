"""The page about the checks says what the checks do."""

from __future__ import annotations

from pathlib import Path

from migrations_app.domain import checks
from migrations_app.domain.checks.pages import ENTRIES, checks_page
from migrations_app.domain.checks.rehearsals import rehearsal_finding

PAGE = Path(__file__).parents[3] / "docs" / "checks.md"


def test_every_check_has_a_section() -> None:
    documented = [check for _rule, check in ENTRIES if check is not rehearsal_finding]

    assert set(documented) == set(checks.ALL)


def test_every_docstring_begins_with_its_code() -> None:
    for rule, check in ENTRIES:
        assert (check.__doc__ or "").startswith(f"{rule.code}: "), check


def test_the_page_is_current(update_golden: bool) -> None:
    if update_golden:
        PAGE.write_text(checks_page(), encoding="utf-8")

    assert PAGE.read_text(encoding="utf-8") == checks_page(), (
        "docs/checks.md is out of date: run bin/test tests/domain/checks --update-golden"
    )

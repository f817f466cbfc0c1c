"""The pages about the checks name every check, each with its code."""

from __future__ import annotations

import re

from migrations_app.domain import checks
from migrations_app.domain.checks.catalogue import ELSEWHERE
from migrations_app.domain.checks.pages import (
    AGREED,
    ENTRIES,
    READ,
    REHEARSED,
    check_pages,
    checks_index,
)

KNOWN = {
    *(f"CAP-0{n}" for n in range(1, 8)),
    *(f"IMG-0{n}" for n in range(1, 8)),
    *(f"NAM-0{n}" for n in range(1, 4)),
    *(f"SCH-0{n}" for n in range(1, 6)),
    *(f"VOL-0{n}" for n in range(1, 8)),
    *(f"CFG-0{n}" for n in range(1, 6)),
    *(f"RES-0{n}" for n in range(1, 4)),
    *(f"PRB-0{n}" for n in range(1, 6)),
    *(f"SEC-0{n}" for n in range(1, 10)),
    *(f"REH-0{n}" for n in range(1, 8)),
    *(f"STG-{n:02}" for n in range(1, 11)),
    *(f"PRD-{n:02}" for n in range(1, 11)),
    *("GOV-01", "GOV-02", "EDG-01"),
}
"""The 81 checks that were planned; others came later."""


def test_every_planned_check_is_on_the_list_once() -> None:
    assert len(KNOWN) == 81
    listed = re.findall(r"(?m)^\| \[?([A-Z]{3}-\d\d)", checks_index())

    assert set(listed) >= KNOWN
    assert len(listed) == len(set(listed))


def test_a_check_is_decided_in_one_place() -> None:
    codes = [rule.code for rule, _check in ENTRIES]

    assert len(codes) == len(set(codes))
    assert not set(codes) & set(ELSEWHERE)


def test_every_check_has_a_page() -> None:
    assert set(check_pages({})) == {rule.code for rule, _check in ENTRIES}
    looking = {check for _rule, check in ENTRIES} - {
        check for _rule, check in (*REHEARSED, *AGREED, *READ)
    }
    assert looking == set(checks.ALL)


def test_every_docstring_begins_with_its_code() -> None:
    for rule, check in ENTRIES:
        assert (check.__doc__ or "").startswith(f"{rule.code}: "), check

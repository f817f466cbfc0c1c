"""What an API server refuses is found in the object itself, and nothing else is.

The table was held against a real server: ``tests/live/test_server_rules.py`` does so again.
"""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from migrations_app.adapters.schemas import BundledSchemas
from migrations_app.domain import checks
from migrations_app.domain.bundle import SourceObject
from migrations_app.domain.checks.base import CheckContext
from migrations_app.domain.findings import Finding
from migrations_app.domain.provenance import Origin
from migrations_app.domain.server_rules.workloads import is_schedule
from tests.domain.server_rules.cases import SOUND, WRONG, body

SCHEMAS = BundledSchemas()


def refusals(text: str) -> list[Finding]:
    """What cannot be waived, because no server takes it."""
    item = SourceObject(body(text), Origin("a.yaml", 1, 1), "a.yaml")
    context = CheckContext((item,), SCHEMAS, "1.34")
    return [finding for finding in checks.run(context) if not finding.waivable]


@pytest.mark.parametrize("name", WRONG)
def test_a_fault_is_named_at_a_field(name: str) -> None:
    found = refusals(WRONG[name])

    assert found
    assert all(str(finding.message) and finding.place.path for finding in found)


@pytest.mark.parametrize("name", SOUND)
def test_what_is_accepted_is_not_reproached(name: str) -> None:
    assert [str(finding.message) for finding in refusals(SOUND[name])] == []


_NUMBERS = st.integers(0, 59)


@settings(max_examples=200, deadline=None)
@given(_NUMBERS, st.integers(0, 23), st.integers(1, 31), st.integers(1, 12), st.integers(0, 6))
def test_every_moment_is_a_schedule(minute: int, hour: int, day: int, month: int, of: int) -> None:
    assert is_schedule(f"{minute} {hour} {day} {month} {of}")
    assert not is_schedule(f"{minute + 60} {hour} {day} {month} {of}")
    assert not is_schedule(f"{minute} {hour} {day} {month + 12} {of}")


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet="0123456789*/-,? @abcTZ=", max_size=20))
def test_any_text_is_a_schedule_or_none(text: str) -> None:
    assert is_schedule(text) in (True, False)

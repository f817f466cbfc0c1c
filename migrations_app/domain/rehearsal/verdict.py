"""What a rehearsal showed, and what it could not show."""

from __future__ import annotations

from enum import StrEnum


class RehearsalOutcome(StrEnum):
    PASSED = "passed"
    FAILED = "failed"
    INCONCLUSIVE = "inconclusive"

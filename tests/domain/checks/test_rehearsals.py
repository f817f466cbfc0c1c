"""A rehearsal's verdict as a finding."""

from __future__ import annotations

from migrations_app.domain.checks.rehearsals import rehearsal_finding
from migrations_app.domain.findings import Severity
from migrations_app.domain.messages import msg
from migrations_app.domain.rehearsal.values import RehearsalOutcome
from migrations_app.domain.rehearsal.verdict import Verdict


def verdict(outcome: RehearsalOutcome, reason: str = "It ended with code 1.") -> Verdict:
    return Verdict(outcome, msg(reason), (), (), (), ())


def test_a_rehearsal_that_passed_is_no_finding() -> None:
    assert rehearsal_finding("Deployment/web", verdict(RehearsalOutcome.PASSED)) is None


def test_a_failed_one_is_a_blocker_with_its_reason() -> None:
    finding = rehearsal_finding("Deployment/web", verdict(RehearsalOutcome.FAILED))

    assert finding is not None
    assert (finding.code, finding.severity) == ("REH-02", Severity.BLOCKER)
    assert str(finding.message) == "It ended with code 1."
    assert finding.waivable


def test_an_inconclusive_one_says_why_nothing_was_shown() -> None:
    finding = rehearsal_finding("Pod/a", verdict(RehearsalOutcome.INCONCLUSIVE, "No image."))

    assert finding is not None
    assert str(finding.message) == "The rehearsal of Pod/a showed nothing: No image."


def test_none_at_all_is_a_finding_too() -> None:
    finding = rehearsal_finding("Pod/a", None)

    assert finding is not None
    assert str(finding.message) == "Pod/a was not rehearsed yet."

"""What a rehearsal showed, as a finding beside those of the manifest."""

from __future__ import annotations

from migrations_app.domain.checks.base import Rule
from migrations_app.domain.findings import Finding, Severity
from migrations_app.domain.messages import msg
from migrations_app.domain.places import Place
from migrations_app.domain.rehearsal.values import RehearsalOutcome
from migrations_app.domain.rehearsal.verdict import Verdict

REH_02 = Rule(
    "REH-02",
    Severity.BLOCKER,
    msg("What does not become ready in Podman will not become ready on a cluster either."),
    msg("Read the log of the rehearsal, correct what it shows, and rehearse again."),
)


def rehearsal_finding(label: str, verdict: Verdict | None) -> Finding | None:
    """REH-02: no rehearsal of this very manifest has passed.

    The service did not become ready before the deadline, ended by itself, was restarted, or could
    not be rehearsed at all, for instance because its image is on no host at hand. Nothing is found
    once a rehearsal has passed.
    """
    if verdict is None:
        message = msg("%(object)s was not rehearsed yet.", object=label)
    elif verdict.outcome is RehearsalOutcome.PASSED:
        return None
    elif verdict.outcome is RehearsalOutcome.FAILED:
        message = verdict.reason
    else:
        message = msg(
            "The rehearsal of %(object)s showed nothing: %(reason)s",
            object=label,
            reason=verdict.reason,
        )
    return Finding(
        code=REH_02.code,
        severity=REH_02.severity,
        place=Place(object=label),
        message=message,
        why=REH_02.why,
        fix=REH_02.fix,
    )

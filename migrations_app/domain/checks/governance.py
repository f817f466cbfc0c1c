"""What people agreed to, and whether it still holds."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from migrations_app.domain.checks.base import Rule
from migrations_app.domain.findings import Finding, Severity
from migrations_app.domain.messages import msg
from migrations_app.domain.places import Place
from migrations_app.domain.waivers import Waiver

PRD_09 = Rule(
    "PRD-09",
    Severity.MEDIUM,
    msg("What was accepted for a time is accepted no more, and nobody has looked at it again."),
    msg("Mend the finding, or ask for the waiver anew, with a day."),
)


def expired_waivers(
    waivers: Iterable[Waiver], findings: Iterable[Finding], file: str, today: date
) -> list[Finding]:
    """PRD-09: a waiver whose day is past, for a finding that is still there.

    ``check --waivers FILE`` looks for them when it judges up to production.
    """
    open_findings = {finding.fingerprint: finding for finding in findings if not finding.mended}
    return [
        PRD_09.in_source(
            Place(file),
            ("waivers", waiver.fingerprint),
            msg(
                "The waiver of %(code)s ended on %(day)s. Its owner is %(owner)s.",
                code=finding.code,
                day=waiver.expires,
                owner=waiver.owner,
            )
            if waiver.owner
            else msg(
                "The waiver of %(code)s ended on %(day)s.", code=finding.code, day=waiver.expires
            ),
        )
        for waiver in waivers
        if today > waiver.expires and (finding := open_findings.get(waiver.fingerprint))
    ]

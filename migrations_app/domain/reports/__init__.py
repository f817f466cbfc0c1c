"""Findings as others read them: people, scripts, code hosts and test runners.

Every report is text that ends in a newline. ``say`` turns a message into a sentence; the default
is English.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Protocol

from migrations_app.domain.findings import Finding
from migrations_app.domain.messages import Say
from migrations_app.domain.reports.gitlab import gitlab_report
from migrations_app.domain.reports.junit import junit_report
from migrations_app.domain.reports.plain import (
    finding_json,
    json_report,
    loss_json,
    question_json,
    text_report,
)
from migrations_app.domain.reports.sarif import sarif_report


class Report(Protocol):
    """Findings as one text; ``say`` decides the language of the sentences in it.

    ``waived`` holds the fingerprints of those that somebody waived.
    """

    def __call__(
        self, findings: Sequence[Finding], say: Say = str, waived: Collection[str] = ()
    ) -> str: ...


REPORTS: Mapping[str, Report] = {
    "text": text_report,
    "json": json_report,
    "sarif": sarif_report,
    "junit": junit_report,
    "gitlab": gitlab_report,
}

__all__ = [
    "REPORTS",
    "Say",
    "finding_json",
    "gitlab_report",
    "json_report",
    "junit_report",
    "loss_json",
    "question_json",
    "sarif_report",
    "text_report",
]

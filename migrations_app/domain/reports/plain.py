"""Reports for people and for scripts: text, and the JSON that the API and the files share."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from typing import Any

from migrations_app.domain.findings import Finding, Severity
from migrations_app.domain.loss import LossRow
from migrations_app.domain.messages import Message, Say, counted, listed, msg
from migrations_app.domain.questions import Question
from migrations_app.domain.secret_answers import shown_given, shown_recommended


def text_report(findings: Sequence[Finding], say: Say = str, waived: Collection[str] = ()) -> str:
    """One paragraph for each finding, worst first, and a count at the end."""
    parts = [_paragraph(finding, say, waived=finding.fingerprint in waived) for finding in findings]
    return "\n".join([*parts, say(_count(findings))]) + "\n"


def _paragraph(finding: Finding, say: Say, *, waived: bool) -> str:
    place = finding.place
    spot = ":".join(str(part) for part in (place.file, place.line, place.column) if part)
    where = " ".join(filter(None, (spot, place.object, place.path)))
    message = finding.message
    if finding.mended:
        message = msg("%(finding)s (mended when rendering)", finding=message)
    if waived:
        message = msg("%(finding)s (waived)", finding=message)
    lines = [f"{finding.severity} {finding.code} {say(message)}"]
    lines += [f"  {text}" for text in (where, say(finding.why), say(finding.fix)) if text]
    return "\n".join(lines)


def _count(findings: Iterable[Finding]) -> Message:
    found = list(findings)
    counts = Counter(finding.severity for finding in found if not finding.mended)
    mended = sum(finding.mended for finding in found)
    if not counts:
        return msg("0 findings, %(mended)s mended.", mended=mended)
    known = [f"{counts[severity]} {severity}" for severity in Severity if counts[severity]]
    return counted(
        "%(count)s finding (%(known)s), %(mended)s mended.",
        "%(count)s findings (%(known)s), %(mended)s mended.",
        count=sum(counts.values()),
        known=listed(known),
        mended=mended,
    )


def json_report(findings: Sequence[Finding], say: Say = str, waived: Collection[str] = ()) -> str:
    """A JSON array of :func:`finding_json`."""
    listed = [
        finding_json(finding, say, waived=finding.fingerprint in waived) for finding in findings
    ]
    return json.dumps(listed, indent=2, ensure_ascii=False) + "\n"


def finding_json(finding: Finding, say: Say = str, *, waived: bool = False) -> dict[str, Any]:
    """A finding as the API shows it."""
    place = finding.place
    return {
        "fingerprint": finding.fingerprint,
        "code": finding.code,
        "severity": finding.severity.value,
        "place": {
            "file": place.file,
            "line": place.line,
            "column": place.column,
            "object": place.object,
            "path": place.path,
        },
        "message": say(finding.message),
        "why": say(finding.why),
        "fix": say(finding.fix),
        "fixable": finding.fixable,
        "waivable": finding.waivable,
        "waived": waived,
        "mended": finding.mended,
    }


def loss_json(row: LossRow, say: Say = str) -> dict[str, Any]:
    """A row of the loss report as the API shows it."""
    return {
        "path": row.path,
        "outcome": row.outcome.value,
        "target": row.target,
        "reason": say(row.reason),
    }


def question_json(question: Question, say: Say = str) -> dict[str, Any]:
    """A question as the API shows it."""
    return {
        "id": question.id,
        "code": question.code,
        "text": say(question.text),
        "why": say(question.why),
        "choices": [
            {"value": choice.value, "label": say(choice.label)} for choice in question.choices
        ],
        "recommended": shown_recommended(question),
        "answer": shown_given(question),
    }

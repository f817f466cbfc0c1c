"""Findings as SARIF 2.1.0, the OASIS format that code hosts show beside the lines of a change."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from typing import Any
from urllib.parse import quote

from migrations_app.domain.findings import Finding, Severity
from migrations_app.domain.messages import Say

SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
FINGERPRINT = "kakehashiFinding/v1"
_SUPPRESSED = [{"kind": "external", "status": "accepted"}]
_LEVELS = {
    Severity.BLOCKER: "error",
    Severity.HIGH: "error",
    Severity.MEDIUM: "warning",
    Severity.LOW: "note",
}


def sarif_report(findings: Sequence[Finding], say: Say = str, waived: Collection[str] = ()) -> str:
    """One run with its rules and results. What rendering mends is a note, a waiver suppresses."""
    codes = list(dict.fromkeys(finding.code for finding in findings))
    first = {finding.code: finding for finding in reversed(findings)}
    report = {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "Kakehashi",
                        "rules": [_rule(first[code], say) for code in codes],
                    }
                },
                "columnKind": "unicodeCodePoints",
                "results": [
                    _result(finding, codes.index(finding.code), say)
                    | ({"suppressions": _SUPPRESSED} if finding.fingerprint in waived else {})
                    for finding in findings
                ],
            }
        ],
    }
    return json.dumps(report, indent=2, ensure_ascii=False) + "\n"


def _rule(finding: Finding, say: Say) -> dict[str, Any]:
    rule: dict[str, Any] = {
        "id": finding.code,
        "defaultConfiguration": {"level": _LEVELS[finding.severity]},
        "properties": {"severity": finding.severity.value},
    }
    if why := say(finding.why):
        rule["shortDescription"] = {"text": why}
    if fix := say(finding.fix):
        rule["help"] = {"text": fix}
    return rule


def _result(finding: Finding, index: int, say: Say) -> dict[str, Any]:
    return {
        "ruleId": finding.code,
        "ruleIndex": index,
        "level": "note" if finding.mended else _LEVELS[finding.severity],
        "message": {"text": say(finding.message)},
        "locations": _locations(finding),
        "partialFingerprints": {FINGERPRINT: finding.fingerprint},
        "properties": {
            "severity": finding.severity.value,
            "mended": finding.mended,
            "fixable": finding.fixable,
        },
    }


def _locations(finding: Finding) -> list[dict[str, Any]]:
    place = finding.place
    location: dict[str, Any] = {}
    if place.file:
        location["physicalLocation"] = {"artifactLocation": {"uri": quote(place.file)}}
        if place.line:
            region = {
                "startLine": place.line,
                **({"startColumn": place.column} if place.column else {}),
            }
            location["physicalLocation"]["region"] = region
    if place.object:
        name = f"{place.object}{place.path}"
        location["logicalLocations"] = [{"fullyQualifiedName": name, "kind": "resource"}]
    return [location] if location else []

"""Findings as GitLab's code quality report (a subset of the Code Climate format)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Sequence

from migrations_app.domain.findings import Finding, Severity
from migrations_app.domain.messages import Say

_SEVERITIES = {
    Severity.BLOCKER: "blocker",
    Severity.HIGH: "critical",
    Severity.MEDIUM: "major",
    Severity.LOW: "minor",
}


def gitlab_report(findings: Sequence[Finding], say: Say = str, waived: Collection[str] = ()) -> str:
    """A JSON array; what is mended or waived is information."""
    issues = [
        {
            "description": f"{say(finding.message)} {say(finding.fix)}".strip(),
            "check_name": finding.code,
            "fingerprint": _fingerprint(finding),
            "severity": "info"
            if finding.mended or finding.fingerprint in waived
            else _SEVERITIES[finding.severity],
            "location": {
                "path": finding.place.file or "manifests.yaml",
                "lines": {"begin": max(finding.place.line, 1)},
            },
        }
        for finding in findings
    ]
    return json.dumps(issues, indent=2, ensure_ascii=False) + "\n"


def _fingerprint(finding: Finding) -> str:
    """GitLab counts one issue for each fingerprint, whatever the file: so the file is part."""
    text = f"{finding.fingerprint}\0{finding.place.file}\0{finding.mended}"
    return hashlib.sha256(text.encode()).hexdigest()

"""Verdicts as plain values: what a rehearsal's row keeps and what doors give out."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from migrations_app.domain.findings import Finding
from migrations_app.domain.messages import Message, Told
from migrations_app.domain.records import finding, message
from migrations_app.domain.rehearsal.values import Claim, Deviation
from migrations_app.domain.rehearsal.verdict import Observations, Verdict


def claim(value: Claim) -> dict[str, Any]:
    return {
        "what": message(value.what),
        "how": message(value.how),
        "evidence": value.evidence,
    }


def deviation(value: Deviation) -> dict[str, Any]:
    return {
        "what": message(value.what),
        "manifest": _side(value.manifest),
        "played": _side(value.played),
    }


def _side(value: Told) -> Any:
    return message(value) if isinstance(value, Message) else value


def verdict(value: Verdict, seen: Observations, found: Iterable[Finding] = ()) -> dict[str, Any]:
    """The fields of the row, by name; ``found`` are the findings that come of them."""
    return {
        "outcome": value.outcome.value,
        "summary": {
            "reason": message(value.reason),
            "ready_at": seen.ready_at,
            "watched_for": round(seen.watched_for, 1),
            "stop_took": seen.stop_took,
            "exit_codes": dict(seen.exit_codes),
            "loopback_only": list(seen.loopback_only),
            "left_over": list(seen.left_over),
            "findings": [finding(item) for item in found],
        },
        "proven": [claim(item) for item in value.proven],
        "simulated": [claim(item) for item in value.simulated],
        "not_proven": [claim(item) for item in value.not_proven],
        "deviations": [deviation(item) for item in value.deviations],
    }

"""Findings that do not count: waived for a reason until a day, or known from an earlier report.

A file of waivers is a list (or ``waivers: [...]``) of ``{fingerprint, reason, expires}``, as the
API has them, each with an ``owner`` if somebody is to answer for it. A baseline is what ``check
--report json`` or the ``report.json`` of ``render`` held at some time.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from migrations_app.domain.errors import Problem, UnreadableSource
from migrations_app.domain.findings import Finding, Severity
from migrations_app.domain.messages import Message, msg
from migrations_app.domain.places import Path, Place
from migrations_app.domain.reading.decoding import decode
from migrations_app.domain.reading.documents import Document
from migrations_app.domain.reading.limits import WIDE
from migrations_app.domain.reading.yaml_reader import read_yaml

_KEYS = ("fingerprint", "reason", "expires")
_OWNER = "owner"
_FINGERPRINT = re.compile(r"[0-9a-f]{16}")


@dataclass(frozen=True, slots=True)
class Waiver:
    """Why one finding is taken as it is, and the last day on which it may be."""

    fingerprint: str
    reason: str
    expires: date
    owner: str = ""

    def holds(self, finding: Finding, today: date) -> bool:
        """Whether it covers the finding; what no cluster would take cannot be waived."""
        return (
            finding.waivable and finding.fingerprint == self.fingerprint and today <= self.expires
        )


def read_waivers(data: bytes, file: str) -> tuple[Waiver, ...]:
    """The waivers of a file.

    Raises:
        UnreadableSource: with every problem, each with its line and column.
    """
    document = _document(data, file)
    value, at = _within(document.value, "waivers")
    if not isinstance(value, list):
        raise _unreadable(file, [_problem(document, at, msg("Waivers are a list."))])
    problems: list[Problem] = []
    for index, item in enumerate(value):
        problems += _problems(document, (*at, index), item)
    if problems:
        raise _unreadable(file, problems)
    return tuple(
        Waiver(
            item["fingerprint"],
            item["reason"],
            date.fromisoformat(item["expires"][:10]),
            item.get(_OWNER, ""),
        )
        for item in value
    )


def read_baseline(data: bytes, file: str) -> frozenset[str]:
    """The fingerprints of an earlier report.

    Raises:
        UnreadableSource: it is no such report.
    """
    document = _document(data, file)
    value, at = _within(document.value, "findings")
    listed = value if isinstance(value, list) else [None]
    found = [item.get("fingerprint") if isinstance(item, dict) else None for item in listed]
    known = frozenset(item for item in found if isinstance(item, str))
    if None in found or len({*found}) != len(known):
        wanted = msg(
            "This is no earlier report. Give what check --report json printed, or the report.json "
            "that render wrote."
        )
        raise _unreadable(file, [_problem(document, at, wanted)])
    return known


def counting(
    findings: Iterable[Finding],
    threshold: Severity,
    waivers: Sequence[Waiver],
    baseline: frozenset[str],
    today: date,
) -> list[Finding]:
    """The findings that make a check fail."""
    return [
        finding
        for finding in findings
        if finding.severity.rank <= threshold.rank
        and finding.fingerprint not in baseline
        and not any(waiver.holds(finding, today) for waiver in waivers)
    ]


def _problems(document: Document, path: Path, item: Any) -> list[Problem]:
    if not isinstance(item, dict):
        return [_problem(document, path, msg("A waiver has a fingerprint, a reason and an end."))]
    found = [
        _problem(document, (*path, key), msg("Unknown key %(key)s.", key=key))
        for key in item
        if key not in (*_KEYS, _OWNER)
    ]
    if not isinstance(item.get(_OWNER, ""), str):
        text = msg("The key %(key)s is missing or no text.", key=_OWNER)
        found.append(_problem(document, (*path, _OWNER), text))
    for key in _KEYS:
        if not isinstance(item.get(key), str) or not item[key].strip():
            text = msg("The key %(key)s is missing or no text.", key=key)
            found.append(_problem(document, (*path, key), text))
    if found:
        return found
    if not _FINGERPRINT.fullmatch(item["fingerprint"]):
        text = msg("A fingerprint is 16 digits, as check --report json prints it.")
        found.append(_problem(document, (*path, "fingerprint"), text))
    try:
        date.fromisoformat(item["expires"][:10])
    except ValueError:
        text = msg("expires is a day such as 2030-12-31.")
        found.append(_problem(document, (*path, "expires"), text))
    return found


def _document(data: bytes, file: str) -> Document:
    documents, _findings = read_yaml(decode(data, file, WIDE), file, WIDE)
    if len(documents) != 1:
        text = msg("One document is wanted; here are %(count)s.", count=len(documents))
        raise _unreadable(file, [Problem("one_document", text, Place(file))])
    return documents[0]


def _within(value: Any, key: str) -> tuple[Any, Path]:
    """The list itself, or what stands under the key of a mapping."""
    return (value.get(key), (key,)) if isinstance(value, dict) else (value, ())


def _problem(document: Document, path: Path, message: Message) -> Problem:
    origin = document.origin.at(path)
    return Problem("wrong_value", message, Place(document.file, origin.line, origin.column))


def _unreadable(file: str, problems: list[Problem]) -> UnreadableSource:
    return UnreadableSource(msg("%(file)s cannot be used.", file=file), problems)

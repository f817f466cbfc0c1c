"""Sentences in the language of whoever asks, and stored records as the API gives them out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from migrations_app.domain import records
from migrations_app.domain.findings import Severity
from migrations_app.domain.messages import Message
from migrations_app.domain.reports import finding_json
from migrations_app.queries.wording import translated

Record = Mapping[str, Any]
_SEVERITIES = [severity.value for severity in Severity]


def say(message: Message) -> str:
    """The sentence in the language of whoever asks."""
    return translated(message)


def said(record: Record) -> str:
    """The sentence of a stored record."""
    return translated(record)


def claims(stored: Iterable[Any]) -> list[Any]:
    """Stored claims of a verdict, with their sentences."""
    return [
        {key: said(value) if _is_sentence(value) else value for key, value in claim.items()}
        if isinstance(claim, Mapping)
        else claim
        for claim in stored
    ]


def _is_sentence(value: Any) -> bool:
    return isinstance(value, Mapping) and {"text", "params"} <= set(value)


def findings(stored: Iterable[Record], waived: frozenset[str] = frozenset()) -> list[Any]:
    """Stored findings, worst first."""
    ranked = sorted(stored, key=lambda record: _SEVERITIES.index(record["severity"]))
    return [
        finding_json(records.finding_from(record), say, waived=record.get("fingerprint") in waived)
        for record in ranked
    ]


def questions(stored: Iterable[Record]) -> list[dict[str, Any]]:
    """Stored questions; what a person decides first comes first."""
    return [
        {
            "id": record["id"],
            "code": record["code"],
            "text": said(record["text"]),
            "why": said(record["why"]),
            "choices": [
                {"value": choice["value"], "label": said(choice["label"])}
                for choice in record["choices"]
            ],
            "recommended": record["recommended"],
            "answer": record["answer"],
        }
        for record in stored
    ]


def losses(stored: Iterable[Record]) -> list[dict[str, Any]]:
    """Stored rows of a loss report."""
    return [
        {
            "path": record["path"],
            "outcome": record["outcome"],
            "target": record["target"],
            "reason": said(record["reason"]),
        }
        for record in stored
    ]


def changes(stored: Iterable[Record]) -> list[dict[str, Any]]:
    """A stored trail: what was done to which field."""
    return [{**record, "why": said(record["why"])} for record in stored]


def origins(stored: Iterable[Record]) -> list[dict[str, Any]]:
    """Stored provenance: where every value comes from."""
    return [
        {**record, "steps": [{**step, "why": said(step["why"])} for step in record["steps"]]}
        for record in stored
    ]


def problems(stored: Sequence[Record]) -> list[dict[str, Any]]:
    """Stored problems of a file that could not be read."""
    return [
        {
            "code": record["code"],
            "detail": said(record["message"]),
            "line": record["place"]["line"],
            "column": record["place"]["column"],
        }
        for record in stored
    ]

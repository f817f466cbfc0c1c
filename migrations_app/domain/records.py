"""Findings, questions, losses and changes as plain values: what rows keep and what doors give out.

Sentences keep their template and parameters, so that they can still be translated when somebody
reads them. ``conceal`` takes secret values out of anything before it is kept.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from migrations_app.domain.bundle import SourceObject
from migrations_app.domain.errors import Problem
from migrations_app.domain.findings import Finding, Severity
from migrations_app.domain.loss import LossRow
from migrations_app.domain.manifests.secret_markers import MARKER
from migrations_app.domain.messages import Message
from migrations_app.domain.places import Place, pointer
from migrations_app.domain.provenance import Step, leaves
from migrations_app.domain.questions import Question
from migrations_app.domain.secret_answers import shown_given, shown_recommended
from migrations_app.domain.secret_text import secret_words
from migrations_app.domain.transforms.base import Recorded

Record = dict[str, Any]
_OF_A_MESSAGE = frozenset({"text", "params", "plural", "context"})
_QUOTING = frozenset({"params", "before", "after", "recommended", "answer", "value", "subject"})
"""The keys under which records quote what stands in a source."""

_ORDINARY = re.compile(r"[a-z]{1,11}|[A-Z]{1,11}|[A-Z][a-z]{1,10}|.{1,5}", re.S)
"""Words that stand in many texts: as secrets they are taken out only where they stand alone."""


def message(value: Message) -> Record:
    """A sentence; parameters that are messages stay so, others that are not plain become text."""
    record: Record = {
        "text": value.text,
        "params": {key: _parameter(item) for key, item in value.params.items()},
    }
    if value.plural:
        record["plural"] = value.plural
    if value.context:
        record["context"] = value.context
    return record


def _parameter(value: Any) -> Any:
    if isinstance(value, Message):
        return message(value)
    return value if isinstance(value, str | int | float | bool) else str(value)


def message_from(record: Mapping[str, Any]) -> Message:
    """The sentence again."""
    params = {
        key: message_from(item) if isinstance(item, Mapping) else item
        for key, item in record["params"].items()
    }
    return Message(record["text"], params, record.get("plural", ""), record.get("context", ""))


def place(value: Place) -> Record:
    return {
        "file": value.file,
        "line": value.line,
        "column": value.column,
        "object": value.object,
        "path": value.path,
    }


def problem(value: Problem) -> Record:
    return {
        "code": value.code,
        "message": message(value.message),
        "place": place(value.place),
    }


def finding(value: Finding) -> Record:
    return {
        "fingerprint": value.fingerprint,
        "code": value.code,
        "severity": value.severity.value,
        "place": place(value.place),
        "message": message(value.message),
        "why": message(value.why),
        "fix": message(value.fix),
        "fixable": value.fixable,
        "waivable": value.waivable,
        "mended": value.mended,
        "subject": value.subject,
    }


def finding_from(record: Mapping[str, Any]) -> Finding:
    """The finding again, as gates read it."""
    return Finding(
        code=record["code"],
        severity=Severity(record["severity"]),
        place=Place(**record["place"]),
        message=message_from(record["message"]),
        why=message_from(record["why"]),
        fix=message_from(record["fix"]),
        fixable=record["fixable"],
        waivable=record["waivable"],
        mended=record["mended"],
        subject=record["subject"],
    )


def question(value: Question) -> Record:
    return {
        "id": value.id,
        "code": value.code,
        "text": message(value.text),
        "why": message(value.why),
        "choices": [{"value": c.value, "label": message(c.label)} for c in value.choices],
        "recommended": shown_recommended(value),
        "answer": shown_given(value),
        "place": place(value.place),
    }


def loss_row(value: LossRow) -> Record:
    return {
        "path": value.path,
        "outcome": value.outcome.value,
        "target": value.target,
        "reason": message(value.reason),
        "place": place(value.place),
    }


def change(value: Recorded) -> Record:
    """One line of the trail: what was done to which field, by what and why."""
    it = value.change
    return {
        "object": value.label,
        "path": pointer(it.path),
        **step(it.step),
        "before": it.before,
        "after": it.after,
        "file": it.origin.file,
        "line": it.origin.line,
    }


def step(value: Step) -> Record:
    return {"kind": value.kind.value, "by": value.by, "why": message(value.why)}


def provenance(objects: Iterable[SourceObject]) -> Iterator[Record]:
    """For every value of every object: where it stands in a source, and what was done to it."""
    for item in objects:
        for path, _value in leaves(item.body):
            origin = item.origin.at(path)
            yield {
                "object": item.label,
                "path": pointer(path),
                "file": origin.file,
                "line": origin.line,
                "steps": [step(one) for one in origin.steps],
            }


def secret_texts(values: Iterable[str]) -> frozenset[str]:
    """The values as they may turn up: as written, word by word, and out of base64."""
    texts = {value for value in values if value}
    for value in list(texts):
        texts |= {word.of(value) for word in secret_words(value)}
    for value in list(texts):
        try:
            texts.add(base64.b64decode(value, validate=True).decode())
        except (binascii.Error, UnicodeDecodeError):
            continue
    return frozenset(text for text in texts if text)


def conceal(value: Any, secrets: frozenset[str]) -> Any:
    """Records with a marker wherever they quote a secret.

    Only what is quoted from sources is looked at (:data:`_QUOTING`): a password that is an
    ordinary word must not tear holes into our own sentences, codes and places.
    """
    if not secrets:
        return value
    if isinstance(value, Mapping):
        return {key: _conceal_under(key, item, secrets) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [conceal(item, secrets) for item in value]
    return value


def _conceal_under(key: str, value: Any, secrets: frozenset[str]) -> Any:
    if key == "params" and isinstance(value, Mapping):
        return {
            name: conceal(item, secrets) if _is_message(item) else _concealed(item, secrets)
            for name, item in value.items()
        }
    return _concealed(value, secrets) if key in _QUOTING else conceal(value, secrets)


def _is_message(value: Any) -> bool:
    return isinstance(value, Mapping) and {"text", "params"} <= value.keys() <= _OF_A_MESSAGE


def _concealed(value: Any, secrets: frozenset[str]) -> Any:
    if isinstance(value, str):
        return _concealed_text(value, secrets)
    if isinstance(value, Mapping):
        return {key: _concealed(item, secrets) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_concealed(item, secrets) for item in value]
    return value


def _concealed_text(text: str, secrets: frozenset[str]) -> str:
    if text in secrets:
        return MARKER
    for secret in sorted(secrets, key=len, reverse=True):
        if secret in text and not _ORDINARY.fullmatch(secret):
            text = text.replace(secret, MARKER)
    return text

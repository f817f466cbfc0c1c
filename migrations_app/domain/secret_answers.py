"""Answers that are secret themselves: the value of a password's variable, the text of a file."""

from __future__ import annotations

from migrations_app.domain.manifests.secret_markers import MARKER
from migrations_app.domain.questions import Question
from migrations_app.domain.secrets import looks_secret

_WHOLE_FILES = frozenset({"missing-file"})
"""Codes of questions that are answered with the content of a file, which may hold anything."""

_VALUES = frozenset({"variable", "unit-variable"})
"""Codes of questions that ask for the value of what their id names at its end. Others name a
service, a volume or a secret there, and their answers are choices, images, sizes, ports."""


def is_secret_answer(question: str, value: str) -> bool:
    """Whether an answer is kept encrypted and shown nowhere.

    ``question`` is the id of the question.
    """
    code = question.partition(":")[0]
    if code in _WHOLE_FILES:
        return True
    return looks_secret(question.rpartition(":")[2] if code in _VALUES else "", value)


def shown_answer(question: str, value: str | None) -> str | None:
    """The answer as it may be shown and recorded."""
    return MARKER if value is not None and is_secret_answer(question, value) else value


def shown_recommended(question: Question) -> str:
    """The answer in force for want of one, as it may be shown and recorded."""
    value = question.recommended
    is_secret = question.secret or is_secret_answer(question.id, value)
    return MARKER if value and not question.choices and is_secret else value


def shown_given(question: Question) -> str | None:
    """The answer to a question as it may be shown: one that is put into a secret place is not."""
    if question.secret and question.answer and not question.choices:
        return MARKER
    return shown_answer(question.id, question.answer)

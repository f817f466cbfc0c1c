"""Answers to questions: those given to one question, and those that presets give to many.

A preset answers by the code of a question (``volume-kind``: all of that kind), by its whole id, or
by an id with ``*`` in it (``volume-size:shop:*``). What was given to the question itself wins, then
the most precise key.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase

from migrations_app.domain.errors import InvalidInput
from migrations_app.domain.messages import msg
from migrations_app.domain.presets.schema import Preset
from migrations_app.domain.presets.shape import PARAMETER
from migrations_app.domain.questions import Question


@dataclass(frozen=True, slots=True)
class Answers(Mapping[str, str]):
    """Question id → answer. Only what was given to single questions can be counted through."""

    given: Mapping[str, str] = field(default_factory=dict)
    kept: Mapping[str, str] = field(default_factory=dict)

    def __getitem__(self, question: str) -> str:
        if question in self.given:
            return self.given[question]
        key = self.key_for(question)
        if key is None:
            raise KeyError(question)
        return self.kept[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self.given)

    def __len__(self) -> int:
        return len(self.given)

    def key_for(self, question: str) -> str | None:
        """The key of a preset that answers a question; the longest of several that fit."""
        if not self.kept:
            return None
        if question in self.kept:
            return question
        code = question.partition(":")[0]
        fitting = [
            key for key in self.kept if "*" in key and ":" in key and fnmatchcase(question, key)
        ]
        if fitting:
            return max(fitting, key=lambda key: (len(key), key))
        return code if code in self.kept else None


def before_rendering(layers: Iterable[Preset], given: Mapping[str, str]) -> Answers:
    """The answers for whoever reads the sources of several services, each with presets of its own.

    ``layers`` are in order. What depends on an environment or on a parameter is not known yet.
    """
    kept: dict[str, str] = {}
    for layer in layers:
        said = layer.sections.get("answers") if not layer.environment else None
        for key, answer in (said or {}).items():
            if answer is None:
                kept.pop(key, None)
            elif not PARAMETER.search(answer):
                kept[key] = answer
    return Answers(given, kept)


def answered(question: Question, answers: Mapping[str, str]) -> Question:
    """The question with its answer, where there is one.

    A preset answers many questions at once: where its answer is none of the choices, the
    recommended one stays in force.

    Raises:
        InvalidInput: the answer given to this very question is none of its choices.
    """
    answer = answers.get(question.id)
    if answer is None:
        return question
    values = [choice.value for choice in question.choices]
    if not values or answer in values:
        return replace(question, answer=answer)
    if isinstance(answers, Answers) and question.id not in answers.given:
        return question
    raise InvalidInput(
        msg(
            "%(answer)s does not answer question %(id)s. Choose one of %(choices)s.",
            answer=repr(answer),
            id=question.id,
            choices=", ".join(values),
        )
    )

"""A question: what only a person can decide, with an answer we recommend."""

from __future__ import annotations

from dataclasses import dataclass

from migrations_app.domain.messages import Message
from migrations_app.domain.places import Place


@dataclass(frozen=True, slots=True)
class Choice:
    """One possible answer; ``value`` is what is stored."""

    value: str
    label: Message


@dataclass(frozen=True, slots=True)
class Question:
    """``id`` is stable for the same thing in the same service, so an answer is never asked twice.

    ``code`` names the kind of question (``volume-kind``, ``image-name`` …). An empty ``choices``
    means free text. ``answer`` is what was given, or None while the recommended one is in force.
    ``secret``: what it asks for is put where a secret stands, so its answers are shown nowhere.
    """

    id: str
    code: str
    text: Message
    why: Message
    choices: tuple[Choice, ...] = ()
    recommended: str = ""
    answer: str | None = None
    place: Place = Place()
    secret: bool = False

    @property
    def in_force(self) -> str:
        """The answer that rendering goes by: the given one, else the recommended one."""
        return self.recommended if self.answer is None else self.answer

"""The loss report: one row for every field that is set in a source."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from migrations_app.domain.messages import UNSAID, Message
from migrations_app.domain.places import Place


class Outcome(StrEnum):
    KEPT = "kept"
    CONVERTED = "converted"
    DROPPED = "dropped"
    QUESTION = "question"


@dataclass(frozen=True, slots=True)
class LossRow:
    """What became of one field: ``path`` in the source, ``target`` in our objects (may be empty).

    ``reason`` is required for everything that was not simply kept.
    """

    path: str
    outcome: Outcome
    target: str = ""
    reason: Message = UNSAID
    place: Place = Place()

"""Objects in the making: plain values in which every field knows where it was said.

A draft is an ordinary nest of dicts and lists; a :class:`Said` in it wraps a value with its place
in a source. :func:`finish` takes the wrappers off, which yields the object, its origin tree, and
one row of the loss report for each place that went into it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from migrations_app.domain.answers import answered
from migrations_app.domain.bundle import SourceObject, object_label
from migrations_app.domain.findings import Finding
from migrations_app.domain.loss import LossRow, Outcome
from migrations_app.domain.messages import UNSAID, Message, msg
from migrations_app.domain.places import Path, Place, pointer
from migrations_app.domain.provenance import Origin, Step, StepKind
from migrations_app.domain.questions import Choice, Question
from migrations_app.domain.spec import Places

NOWHERE = Place()
_NO_REASON = UNSAID
_BUILT = msg("A workload on a cluster needs it.")


@dataclass(frozen=True, slots=True)
class Said:
    """A value, where a source says it, and how much it had to change on the way."""

    value: Any
    place: Place
    outcome: Outcome = Outcome.KEPT
    reason: Message = _NO_REASON


def said(places: Places, attribute: str, value: Any) -> Any:
    """The value of an attribute, with the place that the spec keeps for it, if it keeps one."""
    place = places.get(attribute) or places.get("")
    return value if place is None else Said(value, place)


def changed(places: Places, attribute: str, value: Any, reason: Message) -> Any:
    """Like :func:`said`, for a value that says the same in Kubernetes' terms."""
    place = places.get(attribute) or places.get("")
    return value if place is None else Said(value, place, Outcome.CONVERTED, reason)


def plain(draft: Any) -> Any:
    """A draft without its wrappers."""
    if isinstance(draft, Said):
        return plain(draft.value)
    if isinstance(draft, dict):
        return {key: plain(value) for key, value in draft.items()}
    if isinstance(draft, list):
        return [plain(item) for item in draft]
    return draft


@dataclass(slots=True)
class Ledger:
    """What building learns on the way: questions, findings, and what became of each place."""

    answers: Mapping[str, str]
    questions: dict[str, Question] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    rows: dict[str, LossRow] = field(default_factory=dict)

    def ask(self, question: Question) -> str:
        """Put a question; the answer that is in force.

        Raises:
            InvalidInput: the answer given is none of the choices.
        """
        asked = answered(question, self.answers)
        self.questions.setdefault(asked.id, asked)
        return asked.in_force

    def note(
        self,
        place: Place | None,
        outcome: Outcome,
        target: str,
        reason: Message = _NO_REASON,
    ) -> None:
        """Record what became of a place; a place that went to several targets gets one row."""
        if place is None or not place.path:
            return
        path = place.object + place.path
        row = self.rows.get(path)
        if row is None:
            self.rows[path] = LossRow(path, outcome, target, reason, place)
            return
        targets = [part for part in (row.target, target) if part]
        keeps = row if _rank(row.outcome) <= _rank(outcome) else LossRow(path, outcome, "", reason)
        joined = ", ".join(dict.fromkeys(", ".join(targets).split(", "))) if targets else ""
        self.rows[path] = LossRow(path, keeps.outcome, joined, keeps.reason or reason, place)

    def drop(self, place: Place | None, reason: Message) -> None:
        """Record that something is left behind, and why."""
        self.note(place, Outcome.DROPPED, "", reason)

    def knows(self, place: Place) -> bool:
        return place.object + place.path in self.rows


_ORDER = (Outcome.QUESTION, Outcome.CONVERTED, Outcome.KEPT, Outcome.DROPPED)


def _rank(outcome: Outcome) -> int:
    """The outcome that says most about a place comes first."""
    return _ORDER.index(outcome)


def choices(*pairs: tuple[str, Message]) -> tuple[Choice, ...]:
    return tuple(Choice(value, label) for value, label in pairs)


def finish(draft: dict[str, Any], file: str, ledger: Ledger) -> SourceObject:
    """The object of a draft, with the origin of every field; its rows go to the ledger."""
    body = plain(draft)
    label = object_label(body)
    origin = _origin(draft, file, (), label, ledger, Step(StepKind.BUILT, "build", _BUILT), None)
    return SourceObject(body, origin, file, 0)


def _origin(
    draft: Any,
    file: str,
    path: Path,
    label: str,
    ledger: Ledger,
    step: Step,
    place: Place | None,
) -> Origin:
    if isinstance(draft, Said):
        ledger.note(draft.place, draft.outcome, label + pointer(path), draft.reason)
        reason = draft.reason if draft.reason.text else msg("As the source says.")
        inner = Step(StepKind.BUILT, "build", reason)
        return _origin(draft.value, file, path, label, ledger, inner, draft.place)
    if place is None:
        origin = Origin(steps=(step,))
    else:
        origin = Origin(place.file or file, place.line, place.column, steps=(step,))
    if isinstance(draft, dict):
        origin.children = {
            key: _origin(value, file, (*path, key), label, ledger, step, place)
            for key, value in draft.items()
        }
    elif isinstance(draft, list):
        origin.children = [
            _origin(item, file, (*path, index), label, ledger, step, place)
            for index, item in enumerate(draft)
        ]
    return origin


def without_empty(draft: Mapping[str, Any]) -> dict[str, Any]:
    """A draft without the fields that hold nothing."""
    return {key: value for key, value in draft.items() if plain(value) not in (None, {}, [])}

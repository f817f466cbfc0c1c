"""What reading the units of a bundle brings to light beside the services themselves."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from migrations_app.domain.findings import Finding, Severity
from migrations_app.domain.loss import LossRow, Outcome
from migrations_app.domain.messages import Message, msg
from migrations_app.domain.places import Place
from migrations_app.domain.questions import Question
from migrations_app.domain.reading.podman_argv import RunReading
from migrations_app.domain.reading.quadlet.site import Refusal
from migrations_app.domain.reading.quadlet.unit import QuadletUnit

REFUSED = "CAP-09"
_WHY = msg("Podman's own generator makes nothing of such a unit, so systemd never starts it.")
_FIX = msg(
    "Mend the unit, or give the file that is missing. It is rendered as far as it can be read."
)


@dataclass(slots=True)
class Account:
    """Questions, findings and the fate of settings. ``answers`` are by question id.

    ``taken`` are the paths of settings that went into a service: what becomes of them is told
    when the service is built.
    """

    answers: Mapping[str, str]
    questions: dict[str, Question] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    rows: dict[str, LossRow] = field(default_factory=dict)
    taken: set[str] = field(default_factory=set)
    variables: dict[str, str] = field(default_factory=dict)
    identities: dict[str, str] = field(default_factory=dict)

    def ask(self, question: Question) -> str:
        """Put a question; the answer that is in force."""
        known = self.questions.setdefault(
            question.id, replace(question, answer=self.answers.get(question.id))
        )
        return known.in_force

    def take(self, reading: RunReading) -> None:
        """What reading a command line brought to light."""
        self.findings += reading.findings
        for row in reading.loss:
            self.rows.setdefault(row.path, row)
        for question in reading.questions:
            self.questions.setdefault(question.id, question)

    def note(self, place: Place, outcome: Outcome, reason: Message, *, target: str = "") -> None:
        """Record what became of a setting. What was said of it first stays."""
        path = place.object + place.path
        if place.path and path not in self.taken:
            self.rows.setdefault(path, LossRow(path, outcome, target, reason, place))

    def knows(self, place: Place) -> bool:
        """Whether it is told already what became of a setting or a word."""
        path = place.object + place.path
        return path in self.taken or path in self.rows

    def drop(self, place: Place, reason: Message) -> None:
        self.note(place, Outcome.DROPPED, reason)

    def convert(self, place: Place, reason: Message) -> None:
        self.note(place, Outcome.CONVERTED, reason)

    def refuse(self, unit: QuadletUnit, refusals: Iterable[Refusal]) -> None:
        """Say why Podman makes nothing of a unit."""
        for refusal in refusals:
            self.findings.append(
                Finding(
                    code=REFUSED,
                    severity=Severity.HIGH,
                    place=refusal.place,
                    message=msg(
                        "Podman refuses %(unit)s: %(reason)s",
                        unit=unit.name,
                        reason=refusal.reason,
                    ),
                    why=_WHY,
                    fix=_FIX,
                    subject=refusal.subject or refusal.reason.text,
                )
            )

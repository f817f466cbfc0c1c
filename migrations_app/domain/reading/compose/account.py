"""What became of every value in the files of one project, and what there is to say of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from migrations_app.domain.answers import Answers
from migrations_app.domain.errors import Problem
from migrations_app.domain.findings import Finding, Severity
from migrations_app.domain.loss import LossRow, Outcome
from migrations_app.domain.messages import UNSAID, Message, msg
from migrations_app.domain.places import Place
from migrations_app.domain.questions import Question
from migrations_app.domain.reading.compose.nodes import Node, Spot, leaves

_TAKES_BACK = msg("Takes back what was said before.")


@dataclass(slots=True)
class Account:
    """``taken`` are the spots that went into a spec, ``settled`` those with a row of their own.

    ``replaced`` and ``reset`` are values that another file, or a service that builds on this one,
    has put aside. ``variables`` are those that the files ask for, with their values;
    ``secret_names`` are those of which secrets are made, whatever they are called.
    """

    project: str
    answers: Mapping[str, str] = field(default_factory=dict)
    taken: set[Spot] = field(default_factory=set)
    settled: set[Spot] = field(default_factory=set)
    replaced: dict[Spot, Node] = field(default_factory=dict)
    reset: dict[Spot, Node] = field(default_factory=dict)
    rows: list[LossRow] = field(default_factory=list)
    findings: dict[tuple[str, Place, str], Finding] = field(default_factory=dict)
    questions: dict[str, Question] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    variables: dict[str, str] = field(default_factory=dict)
    secret_names: set[str] = field(default_factory=set)

    def take(self, node: Node) -> Place:
        """Where a value stands, which goes into the spec."""
        self.taken.add(node.spot)
        return node.place

    def drop(self, node: Node, reason: Message) -> None:
        """Say why a value, and all below it, stays behind."""
        self.settle(node, Outcome.DROPPED, reason)

    def settle(self, node: Node, outcome: Outcome, reason: Message, target: str = "") -> None:
        """Say what became of a value that goes into no spec."""
        if node.spot in self.settled:
            return
        self.settled.add(node.spot)
        place = node.place
        self.rows.append(LossRow(place.object + place.path, outcome, target, reason, place))

    def drop_place(self, place: Place, reason: Message) -> None:
        """Say why what was read at a place stays behind after all."""
        path = place.object + place.path
        self.rows.append(LossRow(path, Outcome.DROPPED, "", reason, place))

    def put_aside(self, old: Node, new: Node) -> None:
        """``new`` counts where ``old`` says something else."""
        for node in leaves(old):
            if node.spot != new.spot:
                self.replaced.setdefault(node.spot, new)

    def take_back(self, old: Node, by: Node) -> None:
        """``!reset`` takes a value back."""
        self.settle(by, Outcome.CONVERTED, _TAKES_BACK)
        for node in leaves(old):
            self.reset.setdefault(node.spot, by)

    def keep(self, node: Node, reason: Message) -> None:
        """Say why a value needs nothing: a manifest without it means the same."""
        self.settle(node, Outcome.KEPT, reason)

    def trouble(self, node: Node, message: Message, fix: Message = UNSAID) -> None:
        """A value that cannot be read: its row says so, and every such row is a finding."""
        told = msg("%(problem)s %(fix)s", problem=message, fix=fix) if fix.text else message
        self.drop(node, told)

    def find(
        self,
        code: str,
        severity: Severity,
        node: Node,
        message: Message,
        why: Message,
        fix: Message,
        subject: str = "",
    ) -> None:
        place = node.place
        told = subject or str(message)
        finding = Finding(code, severity, place, message, why, fix, subject=told)
        self.findings.setdefault((code, place, told), finding)

    def refuse_answer(self, question: Question, answer: str) -> None:
        """An answer that cannot be one: a problem where the question stands.

        A preset answers many questions at once: where its answer is none, the recommended one
        stays in force.
        """
        if isinstance(self.answers, Answers) and question.id not in self.answers.given:
            return
        values = [choice.value for choice in question.choices]
        message = (
            msg(
                "%(answer)s does not answer question %(id)s. Choose one of %(choices)s.",
                answer=repr(answer),
                id=question.id,
                choices=", ".join(values),
            )
            if values
            else msg(
                "%(answer)s does not answer question %(id)s. See what it asks for.",
                answer=repr(answer),
                id=question.id,
            )
        )
        self.problems.append(Problem("bad_answer", message, question.place))

    def ask(self, question: Question) -> str:
        """Put a question; the answer in force. One that is none of the choices is not taken."""
        answer = self.answers.get(question.id)
        values = [choice.value for choice in question.choices]
        if answer is not None and values and answer not in values:
            self.refuse_answer(question, answer)
            answer = None
        self.questions.setdefault(question.id, question)
        return question.recommended if answer is None else answer

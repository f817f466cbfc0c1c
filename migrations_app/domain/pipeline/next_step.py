"""The one thing to do next with a service, as a board and a service page show it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from migrations_app.domain.pipeline.phases import Phase


class NextStep(StrEnum):
    WAIT = "wait"
    UPLOAD = "upload"
    ANSWER = "answer"
    FIX = "fix"
    MAKE_REVISION = "make_revision"
    REHEARSE = "rehearse"
    MOVE = "move"
    DEPLOY = "deploy"


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a service stands. ``rehearsed``: the outcome for the latest revision's base, or ""."""

    phase: Phase
    at_work: bool = False
    readable: bool = True
    open_questions: int = 0
    serious_findings: int = 0
    has_revision: bool = False
    revision_current: bool = False
    rehearsed: str = ""


def next_step(standing: Standing) -> NextStep:
    """What a person would do next; questions come before findings, since answers mend some."""
    if standing.at_work:
        return NextStep.WAIT
    if not standing.readable:
        return NextStep.UPLOAD
    if standing.phase is not Phase.LOCAL:
        return NextStep.DEPLOY
    if standing.open_questions:
        return NextStep.ANSWER
    if standing.serious_findings:
        return NextStep.FIX
    if not (standing.has_revision and standing.revision_current):
        return NextStep.MAKE_REVISION
    if standing.rehearsed != "passed":
        return NextStep.REHEARSE
    return NextStep.MOVE

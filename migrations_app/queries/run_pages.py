"""A run as its page shows it: its steps, its log, and where its result is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from migrations_app.models import Rehearsal, Run, RunLogLine, RunStep
from migrations_app.queries import visibility
from migrations_app.queries.actors import Actor
from migrations_app.queries.status import WorkStatus, work_status

SHOWN_LINES = 2000
"""So many of the latest lines stand in the page; the whole log can be downloaded."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How a run stands. ``status`` is looked up only while the run waits."""

    run: Run
    steps: tuple[RunStep, ...]
    rehearsal: Rehearsal | None
    status: WorkStatus | None

    @property
    def at(self) -> int:
        """The number of the step at work, counted from 1; 0 before the first."""
        return next((step.position for step in self.steps if step.state == "running"), 0)

    @property
    def nobody_works(self) -> bool:
        return self.status is not None and not self.status.alive


def find(actor: Actor, pk: UUID) -> QuerySet[Run]:
    return (
        visibility.runs(actor)
        .filter(pk=pk)
        .select_related("service__application", "application", "host", "initiator")
    )


def progress(run: Run) -> Progress:
    rehearsal = None
    if run.kind == "rehearsal":
        rehearsal = Rehearsal.objects.filter(run=run).only("number", "outcome", "summary").first()
    return Progress(
        run,
        tuple(RunStep.objects.filter(run=run)),
        rehearsal,
        work_status() if run.state == "queued" else None,
    )


def lines(run: Run) -> list[RunLogLine]:
    """The latest lines of the log, in their order."""
    rows = RunLogLine.objects.filter(run=run).order_by("-seq")[:SHOWN_LINES]
    return list(reversed(rows))


def log(run: Run) -> dict[str, Any]:
    """What the log panel shows."""
    found = lines(run)
    last = found[-1].seq if found else 0
    return {
        "lines": found,
        "last": last,
        "events": f"/api/v1/runs/{run.pk}/events/?after={last}",
        "earlier": found[0].seq - 1 if found else 0,
        "sources": list(dict.fromkeys(line.source for line in found)),
    }

"""Waiting for runs: the workers do them, the rows tell how far they are."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from migrations_app.actions import reaping, runs
from migrations_app.domain.errors import Conflict, WorkbenchError
from migrations_app.domain.messages import Message, msg
from migrations_app.domain.runs import RunState
from migrations_app.domain.words import RUN_KINDS, STEPS
from migrations_app.models import Run, RunLogLine, RunStep
from migrations_app.queries.actors import Actor
from workbench.demo.screen import Screen, words
from workbench.demo.workers import Workers

LOOK_EVERY = 0.2
REAP_EVERY = 5.0
LONGEST = 600.0
LAST_LINES = 8


class RunFailed(WorkbenchError):
    """A run ended otherwise than well."""

    code = "demo_run_failed"


@dataclass(slots=True)
class Work:
    """Runs that were started, and those who do them."""

    screen: Screen
    workers: Workers
    actor: Actor
    started: list[Run] = field(default_factory=list)

    def wait(self, waiting: Sequence[Run], ended: Callable[[Run], None]) -> None:
        """Wait until every run has ended; ``ended`` hears of each as it does.

        Raises:
            RunFailed: one did not succeed; the end of its log has been shown.
        """
        self.started += waiting
        left = {run.pk for run in waiting}
        late_at, reap_at = time.monotonic() + LONGEST, time.monotonic() + REAP_EVERY
        while left:
            self.workers.keep_running()
            for run in Run.objects.select_related("service").filter(pk__in=left):
                if run.is_active:
                    continue
                left.remove(run.pk)
                if run.state != RunState.SUCCEEDED.value:
                    raise self._failure(run)
                ended(run)
            now = time.monotonic()
            if now > late_at:
                raise RunFailed(
                    msg("The work did not end within %(seconds)s s.", seconds=round(LONGEST))
                )
            if now > reap_at:
                reap_at = now + REAP_EVERY
                reaping.reap()
            self._show(left)
            time.sleep(LOOK_EVERY)

    def cancel(self) -> None:
        """Ask for the end of what still runs, and give it time to tidy up behind itself."""
        active = [run for run in self._rows() if run.is_active]
        for run in active:
            try:
                runs.cancel(run=run, actor=self.actor)
            except Conflict:
                continue
        end = time.monotonic() + 30
        while any(run.is_active for run in self._rows()) and time.monotonic() < end:
            self.workers.keep_running()
            time.sleep(LOOK_EVERY)

    def _rows(self) -> list[Run]:
        return list(Run.objects.filter(pk__in=[run.pk for run in self.started]))

    def _show(self, left: set[UUID]) -> None:
        """Where it is just now, for whoever watches."""
        step = RunStep.objects.filter(run__in=left, state="running").select_related(
            "run__service", "run__application"
        )
        parts = [f"{s.run.service or s.run.application}: {words(STEPS[s.name])}" for s in step]
        line = RunLogLine.objects.filter(run__in=left).order_by("-at", "-pk").first()
        if line is not None:
            parts.append(f"{line.source}: {line.text}")
        if parts:
            self.screen.moment("    " + " · ".join(parts))

    def _failure(self, run: Run) -> RunFailed:
        last = list(run.log_lines.order_by("-seq")[:LAST_LINES])
        for line in reversed(last):
            self.screen.note(f"{line.source}: {line.text}")
        return RunFailed(
            msg(
                "The %(kind)s of %(what)s did not succeed: %(why)s",
                kind=RUN_KINDS[run.kind],
                what=str(run.service or run.application),
                why=Message(run.error_text or run.state, run.error_params),
            )
        )


def seconds(run: Run) -> float:
    """How long a run took, from the first claim to its end."""
    if run.started is None or run.ended is None:
        return 0.0
    return float((run.ended - run.started).total_seconds())

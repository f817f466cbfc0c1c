"""From a rung bell to an ended run: the one way in which any background work is done.

What may help when tried again (a host that does not answer, an answer cut short) goes back into
the queue after a while, as often as a lost worker would be forgiven; what a person has to mend
fails at once. What cannot be known, because the database is away, is left to the reaper.
"""

from __future__ import annotations

import logging
import os
import socket
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from uuid import UUID

from celery.exceptions import SoftTimeLimitExceeded
from django.db import InterfaceError, OperationalError

from migrations_app.actions import runs
from migrations_app.actions.runs import MAX_ATTEMPTS, Claim
from migrations_app.domain.errors import EngineError, WorkbenchError
from migrations_app.domain.messages import msg
from migrations_app.domain.runs import RunKind
from migrations_app.models import Run
from migrations_app.tasks.heart import Heart, Stopped
from migrations_app.tasks.journal import Journal

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Job:
    """What a handler works with: the run, the right to it, the heart that keeps it, its log."""

    run: Run
    claim: Claim
    heart: Heart
    journal: Journal

    def step(self, name: str) -> None:
        """Begin a step; raises ``Stopped`` if the run is to end."""
        self.check()
        self.journal.flush()
        runs.start_step(claim=self.claim, name=name)

    def check(self) -> None:
        """To be called often: raises ``Stopped`` if the run is to end, and lets the log flow."""
        self.heart.check()
        self.journal.flush_if_due()

    def say(self, text: str, *, stream: str = "stdout") -> None:
        """Write one line of our own into the run's log."""
        self.journal.note(text, stream=stream)


Handler = Callable[[Job], None]


def worker_name() -> str:
    """Host, process and thread: who holds a claim."""
    return f"{socket.gethostname()}:{os.getpid()}:{threading.get_ident()}"


def execute(run_id: UUID, handlers: Mapping[RunKind, Handler], *, try_again: bool = True) -> bool:
    """Claim the run and do its work. False: nothing to do, because somebody else has it.

    However the work ends, the run's row says so, unless the claim was lost on the way: then the
    row belongs to another attempt or to the reaper, and nothing is written. ``try_again`` False:
    somebody waits for this very attempt, so nothing goes back into the queue.
    """
    claim = runs.claim(run_id=run_id, worker=worker_name())
    if claim is None:
        return False
    run = Run.objects.select_related("application", "service", "host", "initiator").get(pk=run_id)
    try:
        with Heart(claim) as heart:
            _work(Job(run, claim, heart, Journal(claim)), handlers, try_again=try_again)
    except (OperationalError, InterfaceError):
        logger.exception("run_left_to_reaper", extra={"run": str(run_id), "kind": run.kind})
    return True


def _work(job: Job, handlers: Mapping[RunKind, Handler], *, try_again: bool) -> None:
    try:
        handlers[RunKind(job.run.kind)](job)
        job.journal.flush()
    except Stopped as stopped:
        _stopped(job, stopped)
    except EngineError as error:
        again = error.transient and try_again and job.claim.attempt < MAX_ATTEMPTS
        _failed(job, error, again=again)
    except WorkbenchError as error:
        _failed(job, error, again=False)
    except SoftTimeLimitExceeded:
        message = msg("The run took too long and was ended.")
        runs.fail(claim=job.claim, code="timeout", message=message)
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        logger.exception("run_crashed", extra={"run": str(job.run.pk), "kind": job.run.kind})
        message = msg(
            "Something in the workbench itself broke. The server's log has the details under "
            "run %(run)s.",
            run=str(job.run.pk),
        )
        runs.fail(claim=job.claim, code="crash", message=message)


def _stopped(job: Job, stopped: Stopped) -> None:
    if stopped.lost:
        return
    if stopped.released:
        job.say("the worker has to go; the run goes back into the queue")
        job.journal.flush()
        runs.give_back(claim=job.claim)
        return
    job.journal.flush()
    runs.end_cancelled(claim=job.claim)


def _failed(job: Job, error: WorkbenchError, *, again: bool) -> None:
    for problem in error.problems:
        job.say(str(problem), stream="stderr")
    message = job.journal.hider.message(error.message)
    if again:
        wait = runs.back_off(job.claim.attempt)
        job.say(f"{message}; tried again in {wait.seconds} s", stream="stderr")
    job.journal.flush()
    if again:
        runs.give_back(claim=job.claim, after=wait)
    else:
        runs.fail(claim=job.claim, code=error.code, message=message)

"""From a rung bell to an ended run: the one way in which any background work is done."""

from __future__ import annotations

import logging
import os
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from migrations_app.actions import runs
from migrations_app.actions.runs import Claim, Line
from migrations_app.domain.errors import EngineError, WorkbenchError
from migrations_app.domain.messages import msg
from migrations_app.domain.runs import RunKind
from migrations_app.models import Run
from migrations_app.tasks.heart import Heart, Stopped

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Job:
    """What a handler works with: the run, the right to it, and the heart that keeps it."""

    run: Run
    claim: Claim
    heart: Heart

    def step(self, name: str) -> None:
        """Begin a step; raises ``Stopped`` if the run is to end."""
        self.heart.check()
        runs.start_step(claim=self.claim, name=name)

    def say(self, text: str, *, source: str = "runner") -> None:
        """Write one line of our own into the run's log."""
        runs.log(claim=self.claim, lines=[Line(source, text)])


Handler = Callable[[Job], None]


def worker_name() -> str:
    """Host, process and thread: who holds a claim."""
    return f"{socket.gethostname()}:{os.getpid()}:{threading.get_ident()}"


def execute(run_id: UUID, handlers: dict[RunKind, Handler]) -> bool:
    """Claim the run and do its work. False: nothing to do, because somebody else has it.

    However the work ends, the run's row says so, unless the claim was lost on the way: then the
    row belongs to another attempt or to the reaper, and nothing is written.
    """
    claim = runs.claim(run_id=run_id, worker=worker_name())
    if claim is None:
        return False
    run = Run.objects.select_related("application", "service", "host", "initiator").get(pk=run_id)
    with Heart(claim) as heart:
        try:
            handlers[RunKind(run.kind)](Job(run, claim, heart))
        except Stopped as stopped:
            if not stopped.lost:
                runs.end_cancelled(claim=claim)
        except EngineError as error:
            runs.fail(claim=claim, code=error.code, message=error.message)
        except WorkbenchError as error:
            for problem in error.problems:
                runs.log(claim=claim, lines=[Line("runner", str(problem), "stderr")])
            runs.fail(claim=claim, code=error.code, message=error.message)
        except Exception:
            logger.exception("run_crashed", extra={"run": str(run_id), "kind": run.kind})
            message = msg(
                "Something in the workbench itself broke. The server's log has the details under "
                "run %(run)s.",
                run=str(run_id),
            )
            runs.fail(claim=claim, code="crash", message=message)
    return True

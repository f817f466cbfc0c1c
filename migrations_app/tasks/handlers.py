"""Which handler does which kind of run, and the one task that Celery knows."""

from __future__ import annotations

from uuid import UUID

from celery import shared_task

from migrations_app.domain.runs import RunKind
from migrations_app.queue import Task
from migrations_app.tasks.captures import capture
from migrations_app.tasks.execute import Handler, execute
from migrations_app.tasks.rehearsals import rehearse
from migrations_app.tasks.revisions import revise

HANDLERS: dict[RunKind, Handler] = {
    RunKind.CAPTURE: capture,
    RunKind.REVISION: revise,
    RunKind.REHEARSAL: rehearse,
}


@shared_task(name=Task.EXECUTE_RUN.value, acks_late=False, ignore_result=True)
def execute_run(run_id: str, *, try_again: bool = True) -> bool:
    """Safe to deliver twice: only the worker that claims the row does the work.

    False: there was nothing to do. ``try_again`` False: whoever called waits for this attempt.
    """
    return execute(UUID(run_id), HANDLERS, try_again=try_again)

"""Ringing the bell: tell a worker that a run is waiting.

The row is the work; the message only saves a worker from looking. A bell that cannot be rung
(no broker, broker down) is not an error: the reaper rings again, and a polling worker needs none.
Tasks are addressed by name, so that nothing here imports them.
"""

from __future__ import annotations

import logging
import threading
from enum import StrEnum
from uuid import UUID

from celery import current_app
from django.conf import settings
from django.db import transaction
from kombu.exceptions import OperationalError

logger = logging.getLogger(__name__)

_loading = threading.Lock()
"""A thread must not find the tasks of a module that another one is still importing."""


class Task(StrEnum):
    EXECUTE_RUN = "kakehashi.execute_run"


def ring_on_commit(run_id: UUID) -> None:
    """Ring for this run once the transaction that made it has been committed."""
    transaction.on_commit(lambda: ring(run_id))


def ring(run_id: UUID) -> bool:
    """Ring for this run now; False if nobody could be told."""
    if settings.WORKBENCH_BROKER == "none":
        return False
    try:
        current_app.send_task(Task.EXECUTE_RUN.value, args=[str(run_id)])
    except (OperationalError, OSError):
        logger.warning("broker_unreachable", extra={"run": str(run_id)})
        return False
    return True


def do_here(run_id: UUID, *, try_again: bool = True) -> bool:
    """Do a run in this very process, as a worker would; False if somebody else has it."""
    with _loading:
        current_app.autodiscover_tasks(["migrations_app"], force=True)
    task = current_app.tasks[Task.EXECUTE_RUN.value]
    return bool(task(str(run_id), try_again=try_again))

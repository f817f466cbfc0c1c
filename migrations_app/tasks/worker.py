"""What a Celery worker does beside its tasks: says that it is there, and lets go when it must."""

from __future__ import annotations

from typing import Any

from celery import signals
from django.conf import settings

from migrations_app.actions.presence import Presence, leave, stay

_present: list[Presence] = []


@signals.worker_ready.connect
def _begin(**_: Any) -> None:
    stay()
    _present.append(Presence(settings.WORKBENCH_DATA_DIR).begin())


@signals.worker_shutting_down.connect
def _let_go(**_: Any) -> None:
    """A long run would outlast the patience of whoever stops us; it goes back into the queue."""
    leave()


@signals.worker_shutdown.connect
def _end(**_: Any) -> None:
    while _present:
        _present.pop().end()

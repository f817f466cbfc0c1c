"""How background work stands: how it gets to workers, and whether there are any."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Count, Min
from django.db.models.functions import Now

from migrations_app.domain.runs import RunState
from migrations_app.models import Run, Worker

SILENT_AFTER = timedelta(seconds=30)
"""A worker reports every few seconds."""


@dataclass(frozen=True, slots=True)
class WorkStatus:
    """``mode`` is ``redis``, ``private_redis`` (on a socket of the data folder) or ``none``.

    With ``none`` workers look at the rows themselves. ``workers`` counts those that have reported
    lately, ``waiting`` the runs in the queue.
    """

    mode: str
    workers: int
    waiting: int
    oldest_waiting: datetime | None

    @property
    def alive(self) -> bool:
        """Whether anybody takes work."""
        return self.workers > 0


def broker_mode() -> str:
    """How work gets to the workers."""
    if settings.WORKBENCH_BROKER == "none":
        return "none"
    return "private_redis" if settings.REDIS_URL.startswith("redis+socket:") else "redis"


def work_status() -> WorkStatus:
    """The state of background work now."""
    waiting = Run.objects.filter(state=RunState.QUEUED.value).aggregate(
        count=Count("pk"), oldest=Min("created")
    )
    return WorkStatus(
        mode=broker_mode(),
        workers=Worker.objects.filter(seen__gt=Now() - SILENT_AFTER).count(),
        waiting=waiting["count"],
        oldest_waiting=waiting["oldest"],
    )

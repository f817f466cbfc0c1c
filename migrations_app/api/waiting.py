"""Waiting for a run to end, without holding a transaction or a database connection meanwhile."""

from __future__ import annotations

import time

from rest_framework.request import Request

from migrations_app.api.shapes import Wait
from migrations_app.api.slots import WAITS
from migrations_app.api.streaming import give_back_connections
from migrations_app.models import Run
from migrations_app.models.runs import ACTIVE

_FIRST, _LONGEST = 0.1, 1.0


def wanted_wait(request: Request) -> int:
    """The seconds that ``?wait=`` asks for; 0 if it is not there."""
    given = {"wait": request.query_params["wait"]} if "wait" in request.query_params else {}
    query = Wait(data=given)
    query.is_valid(raise_exception=True)
    return int(query.validated_data["wait"])


def wait_for(run: Run, seconds: int, who: str) -> bool:
    """Wait until the run has ended, at most so long; whether it has.

    Whoever has too many requests waiting already gets the present state at once.
    """
    if not seconds or not run.is_active or not WAITS.take(who):
        return not run.is_active
    try:
        return _look_until(run, time.monotonic() + seconds)
    finally:
        WAITS.give_back(who)


def _look_until(run: Run, deadline: float) -> bool:
    pause = _FIRST
    while (left := deadline - time.monotonic()) > 0:
        give_back_connections()
        time.sleep(min(pause, left))
        pause = min(pause * 1.5, _LONGEST)
        if Run.objects.filter(pk=run.pk).exclude(state__in=ACTIVE).exists():
            return True
    return False

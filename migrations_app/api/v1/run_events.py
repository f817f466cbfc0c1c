"""A run as it happens: server-sent events, resumed where a client lost the thread.

Log lines carry their number as the event's id, so ``Last-Event-ID`` says exactly what is still to
be sent. How the run stands is sent whenever it changes, without an id. The stream ends with the
run; a client that comes back after that gets the rest of the log and the end.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpResponseBase
from django.utils import translation
from django.utils.translation import gettext
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request

from migrations_app.api.errors import Refused
from migrations_app.api.formats import EventStream
from migrations_app.api.slots import STREAMS
from migrations_app.api.streaming import Streamed, released
from migrations_app.api.v1.runs import LogLineOut, RunDoor, RunOut
from migrations_app.models import Run, RunLogLine

LOOK_EVERY = 0.4
HEARTBEAT_EVERY = 15.0
RECONNECT_AFTER_MS = 2000
_BATCH = 500


@dataclass(frozen=True, slots=True)
class _News:
    """What one look into the database found."""

    lines: list[dict[str, Any]]
    run: dict[str, Any]
    ended: bool


class RunEventDoor(RunDoor):
    """The live events of a run."""

    renderer_classes = [EventStream, JSONRenderer]

    @extend_schema(
        parameters=[
            OpenApiParameter(
                "Last-Event-ID",
                int,
                OpenApiParameter.HEADER,
                description="The number of the last log line that arrived.",
            )
        ],
        responses={(200, "text/event-stream"): OpenApiTypes.STR},
    )
    def events(self, request: Request, **_path: Any) -> HttpResponseBase:
        """The log and the states of a run as they come: events `log`, `state` and `end`."""
        last = _last_event(request)
        run, who = self.run(), str(request.user.pk)
        if not STREAMS.take(who):
            detail = gettext("You follow %(each)s runs already. Close one of them first.")
            raise Refused(
                429,
                "too_many_streams",
                detail % {"each": STREAMS.each},
                headers={"Retry-After": "10"},
            )
        return Streamed(
            follow(run.pk, last, translation.get_language() or "en"),
            content_type="text/event-stream; charset=utf-8",
            at_the_end=lambda: STREAMS.give_back(who),
        )


async def follow(run_id: UUID, last: int, language: str) -> AsyncIterator[str]:
    """The events of a run after log line ``last``, until the run has ended and all was told."""
    yield f"retry: {RECONNECT_AFTER_MS}\n\n"
    look = released(_look)
    shown: dict[str, Any] | None = None
    quiet_since = time.monotonic()
    while True:
        news: _News = await look(run_id, last, language)
        for line in news.lines:
            last = line["seq"]
            yield _event("log", line, str(last))
        if news.run != shown:
            shown = news.run
            yield _event("state", shown)
            quiet_since = time.monotonic()
        if len(news.lines) == _BATCH:
            continue
        if news.ended:
            yield _event("end", shown)
            return
        if news.lines:
            quiet_since = time.monotonic()
        elif time.monotonic() - quiet_since >= HEARTBEAT_EVERY:
            quiet_since = time.monotonic()
            yield ": still here\n\n"
        await asyncio.sleep(LOOK_EVERY)


def _look(run_id: UUID, last: int, language: str) -> _News:
    """The run is read before its lines: what it said last is there once it has ended."""
    with translation.override(language):
        run = Run.objects.prefetch_related("steps").get(pk=run_id)
        shown = json.loads(json.dumps(RunOut(run).data, cls=DjangoJSONEncoder))
    rows = RunLogLine.objects.filter(run=run_id, seq__gt=last).order_by("seq")[:_BATCH]
    return _News(list(LogLineOut(rows, many=True).data), shown, not run.is_active)


def _event(name: str, data: Any, identity: str = "") -> str:
    head = f"id: {identity}\n" if identity else ""
    return f"{head}event: {name}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n"


def _last_event(request: Request) -> int:
    given = request.headers.get("Last-Event-ID") or request.query_params.get("after") or "0"
    if not (given.isascii() and given.isdecimal() and len(given) <= 9):
        raise Refused(400, "malformed", gettext("Last-Event-ID is the number of a log line."))
    return int(given)

"""The audit trail, for auditors and administrators. Reading only."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from migrations_app.actions import audit
from migrations_app.actions.permissions import Verb
from migrations_app.api.doors import Door
from migrations_app.api.enums import EVENT_OUTCOMES
from migrations_app.api.formats import Csv, JsonLines
from migrations_app.api.pagination import Cursor
from migrations_app.api.shapes import CursorQuery, Strict
from migrations_app.api.speech import say
from migrations_app.api.streaming import Streamed, released
from migrations_app.api.v1.shown import Out
from migrations_app.models import AuditEvent
from migrations_app.queries import trail, visibility
from migrations_app.queries.trail import TrailFilters

_BATCH = 1000
_COLUMNS = ("seq", "at", "action", "outcome", "actor", "application", "service", "digest", "id")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class EventActorOut(Out):
    kind = serializers.CharField()
    name = serializers.CharField()
    id = serializers.CharField()
    token = serializers.CharField()
    on_behalf = serializers.CharField()


class EventOriginOut(Out):
    request_id = serializers.CharField()
    ip = serializers.CharField()


class EventApplicationOut(Out):
    id = serializers.UUIDField()
    slug = serializers.CharField()


class EventServiceOut(Out):
    id = serializers.UUIDField()
    key = serializers.CharField()


class EventOut(Out):
    """One link of the chain, as its protected text tells it."""

    seq = serializers.IntegerField()
    id = serializers.UUIDField()
    at = serializers.DateTimeField()
    action = serializers.CharField(help_text="subject:verb, as in service:moved.")
    outcome = serializers.ChoiceField(choices=EVENT_OUTCOMES)
    actor = EventActorOut()
    origin = EventOriginOut()
    application = EventApplicationOut(allow_null=True)
    service = EventServiceOut(allow_null=True)
    digest = serializers.CharField()
    data: Any = serializers.DictField()
    prev = serializers.CharField()
    hash = serializers.CharField()


class EventFilters(Strict):
    actor = serializers.CharField(max_length=150, required=False, default="")
    action = serializers.CharField(
        max_length=60, required=False, default="", help_text="subject:verb, or the subject alone."
    )
    application = serializers.CharField(
        max_length=63, required=False, help_text="Slug or id of an application."
    )
    service = serializers.UUIDField(required=False)
    digest = serializers.CharField(max_length=64, required=False, default="")
    outcome = serializers.ChoiceField(choices=EVENT_OUTCOMES, required=False, default="")

    def get_fields(self) -> dict[str, Any]:
        """``from`` is a word of the language."""
        time = serializers.DateTimeField
        return {"from": time(required=False), "to": time(required=False), **super().get_fields()}


class EventQuery(EventFilters, CursorQuery):
    pass


class ExportQuery(EventFilters):
    format = serializers.ChoiceField(choices=["jsonl", "csv"], required=False, default="jsonl")


class VerificationOut(Out):
    """Whether the chain holds. ``head`` is the hash of the last good link."""

    intact = serializers.BooleanField()
    events = serializers.IntegerField()
    head = serializers.CharField()
    first_bad = serializers.IntegerField(allow_null=True)
    code = serializers.CharField(allow_null=True)
    why = serializers.CharField()


class AuditDoor(Door):
    """The audit trail."""

    pagination_class = Cursor

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        self.require_anywhere(Verb.READ_AUDIT)

    @extend_schema(parameters=[EventQuery], responses=EventOut(many=True))
    def list(self, _request: Request) -> Response:
        """The events that one may read, latest first."""
        listed = self.paginate_queryset(self._events(self.query(EventQuery)))
        return self.get_paginated_response([_shown(event) for event in listed or ()])

    @extend_schema(responses=VerificationOut)
    @action(detail=False)
    def verification(self, _request: Request) -> Response:
        """Walk the whole chain and name the first link that does not hold."""
        verdict = audit.check()
        broken = verdict.broken
        return Response(
            {
                "intact": broken is None,
                "events": verdict.links,
                "head": verdict.head,
                "first_bad": broken.seq if broken else None,
                "code": broken.code if broken else None,
                "why": say(broken.why) if broken else "",
            }
        )

    @extend_schema(
        parameters=[ExportQuery],
        responses={
            (200, "application/x-ndjson"): OpenApiTypes.STR,
            (200, "text/csv"): OpenApiTypes.STR,
        },
    )
    @action(detail=False, renderer_classes=[JsonLines, Csv, JSONRenderer])
    def export(self, _request: Request) -> HttpResponseBase:
        """The events, oldest first: JSON lines as `verify_audit --input` reads them, or CSV."""
        wanted = self.query(ExportQuery)
        kind = wanted.pop("format")
        write, header = _WRITERS[kind]
        media_type = Csv.media_type if kind == "csv" else JsonLines.media_type
        return Streamed(
            _exported(self._events(wanted), write, header),
            content_type=f"{media_type}; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="audit.{kind}"'},
        )

    def _events(self, wanted: dict[str, Any]) -> QuerySet[AuditEvent]:
        application = None
        if wanted.get("application"):
            application = self._application(wanted["application"])
            if application is None:
                return AuditEvent.objects.none()
        filters = TrailFilters(
            since=wanted.get("from"),
            until=wanted.get("to"),
            actor=wanted["actor"],
            action=wanted["action"],
            application=application,
            service=wanted.get("service"),
            digest=wanted["digest"],
            outcome=wanted["outcome"],
        )
        return trail.events(self.actor, filters)

    def _application(self, which: str) -> UUID | None:
        rows = visibility.applications(self.actor)
        found = rows.filter(slug=which).values_list("pk", flat=True).first()
        if found is not None:
            return found
        try:
            return UUID(which)
        except ValueError:
            return None


def _shown(event: AuditEvent) -> dict[str, Any]:
    told = trail.told(event)
    told["action"] = told.pop("tag")
    told.pop("v", None)
    return told


async def _exported(
    rows: QuerySet[AuditEvent], write: Callable[[Iterable[AuditEvent]], str], header: str
) -> AsyncIterator[str]:
    """Batch by batch, each found by the number of the last."""
    if header:
        yield header
    look = released(lambda after: list(rows.filter(seq__gt=after).order_by("seq")[:_BATCH]))
    after = 0
    while batch := await look(after):
        after = batch[-1].seq
        yield write(batch)


def _json_lines(batch: Iterable[AuditEvent]) -> str:
    return "".join(trail.line(event) for event in batch)


def _csv_lines(batch: Iterable[AuditEvent]) -> str:
    return "".join(_csv(cells(_shown(event))) for event in batch)


def cells(told: dict[str, Any]) -> Iterator[str]:
    """One event as a row of a sheet."""
    named = {
        **told,
        "actor": told["actor"]["name"],
        "application": (told["application"] or {}).get("slug", ""),
        "service": (told["service"] or {}).get("key", ""),
    }
    for column in _COLUMNS:
        text = str(named[column])
        # A spreadsheet would run such a text as a formula.
        yield f"'{text}" if text.startswith(_FORMULA) else text


def _csv(cells: Iterable[str]) -> str:
    out = io.StringIO()
    csv.writer(out).writerow(cells)
    return out.getvalue()


_WRITERS: dict[str, tuple[Callable[[Iterable[AuditEvent]], str], str]] = {
    "jsonl": (_json_lines, ""),
    "csv": (_csv_lines, _csv(_COLUMNS)),
}

"""Where a service stands on its way: gates, moves, history, and what CI says of it."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from migrations_app.actions import phases
from migrations_app.actions.test_reports import LARGEST, post_test_report
from migrations_app.api import uploads
from migrations_app.api.enums import PHASES
from migrations_app.api.errors import Refused, gate_json
from migrations_app.api.pagination import Cursor
from migrations_app.api.parsers import TextXmlParser, XmlParser
from migrations_app.api.shapes import CursorQuery, Query, Strict, Text
from migrations_app.api.v1.services import ServiceDoor
from migrations_app.api.v1.shown import GateOut, Out, ProblemOut
from migrations_app.domain.pipeline.phases import Phase, next_phase
from migrations_app.models import AuditEvent, PhaseMove, TestReport
from migrations_app.queries import trail
from migrations_app.queries.facts import gates_before


class GateQuery(Strict):
    to = serializers.ChoiceField(
        choices=PHASES, required=False, help_text="Default: the phase after the present one."
    )


class MoveIn(Strict):
    to = serializers.ChoiceField(choices=PHASES)
    reason = Text(
        max_length=2000,
        required=False,
        default="",
        allow_blank=True,
        help_text="Required for a move back.",
    )


class MoveOut(Out):
    id = serializers.UUIDField()
    start = serializers.CharField(help_text="Empty for the entry into the first phase.")
    to = serializers.ChoiceField(choices=PHASES)
    reason = serializers.CharField()
    revision = serializers.UUIDField(source="revision_id", allow_null=True)
    by = serializers.CharField(source="by_name")
    at = serializers.DateTimeField()


class ActorOut(Out):
    kind = serializers.CharField()
    name = serializers.CharField()


class HappeningOut(Out):
    """One thing that happened to a service."""

    id = serializers.UUIDField()
    at = serializers.DateTimeField()
    action = serializers.CharField(help_text="subject:verb, as in service:moved.")
    outcome = serializers.CharField()
    actor = ActorOut()
    digest = serializers.CharField()
    data: Any = serializers.DictField()


class ReportQuery(Strict):
    commit = serializers.CharField(max_length=100, required=False, default="")
    image = serializers.CharField(max_length=500, required=False, default="")


class FailedCaseOut(Out):
    name = serializers.CharField()
    state = serializers.CharField()
    message = serializers.CharField()


class TestReportOut(Out):
    id = serializers.UUIDField()
    commit = serializers.CharField()
    image = serializers.CharField()
    tests = serializers.IntegerField()
    failures = serializers.IntegerField()
    errors: Any = serializers.IntegerField()
    skipped = serializers.IntegerField()
    seconds = serializers.FloatField()
    passed = serializers.BooleanField()
    failed_cases = FailedCaseOut(many=True, source="cases")
    digest = serializers.CharField()
    by = serializers.CharField(source="by_name")
    created = serializers.DateTimeField()


class GateDoor(ServiceDoor):
    """Gates before a phase."""

    @extend_schema(parameters=[GateQuery], responses=GateOut(many=True))
    @action(detail=True, pagination_class=None)
    def gates(self, _request: Request, **_path: Any) -> Response:
        """Every gate before a phase, open and closed, in the order to work through them."""
        wanted = self.query(GateQuery).get("to")
        service = self.service()
        to = Phase(wanted) if wanted else next_phase(Phase(service.phase))
        found = gates_before(service, to) if to else ()
        return self.tagged(service, [gate_json(gate) for gate in found])


class MoveDoor(ServiceDoor):
    """Moves between phases."""

    @extend_schema(responses=MoveOut(many=True))
    def list(self, _request: Request, **_path: Any) -> Response:
        """The moves of a service, latest first."""
        self.query(Query)
        service = self.service()
        return self.paged(service, PhaseMove.objects.filter(service=service), MoveOut)

    @extend_schema(
        request=MoveIn,
        responses={
            201: MoveOut,
            409: OpenApiResponse(
                ProblemOut, description="Gates are closed (they are in the body), or no such way."
            ),
        },
    )
    def create(self, _request: Request, **_path: Any) -> Response:
        """Move forward through the gates, or back with a reason."""
        service, wanted = self.service(), self.body(MoveIn)
        move = phases.move_service(
            actor=self.actor, service=service, to=Phase(wanted["to"]), reason=wanted["reason"]
        )
        return Response(MoveOut(move).data, status=201)


class TimelineDoor(ServiceDoor):
    """The history of a service."""

    pagination_class = Cursor

    @extend_schema(parameters=[CursorQuery], responses=HappeningOut(many=True))
    def list(self, _request: Request, **_path: Any) -> Response:
        """Everything that happened to a service, latest first."""
        self.query(CursorQuery)
        listed = self.paginate_queryset(trail.timeline(self.service()))
        return self.get_paginated_response([happening(event) for event in listed or ()])


class TestReportDoor(ServiceDoor):
    """What CI says of a service."""

    parser_classes = [XmlParser, TextXmlParser, MultiPartParser]

    @extend_schema(responses=TestReportOut(many=True))
    def list(self, _request: Request, **_path: Any) -> Response:
        """The test reports of a service, latest first."""
        self.query(Query)
        service = self.service()
        return self.paged(service, TestReport.objects.filter(service=service), TestReportOut)

    @extend_schema(
        parameters=[ReportQuery],
        request={"application/xml": OpenApiTypes.STR, "text/xml": OpenApiTypes.STR},
        responses={201: TestReportOut},
    )
    def create(self, request: Request, **_path: Any) -> Response:
        """Keep what a JUnit report says of a commit and an image."""
        told, service = self.query(ReportQuery), self.service()
        xml = _xml(request)
        if len(xml) > LARGEST:
            detail = gettext("A report has at most %(most)s bytes.") % {"most": LARGEST}
            raise Refused(413, "too_large", detail)
        report = post_test_report(actor=self.actor, service=service, xml=xml, **told)
        return Response(TestReportOut(report).data, status=201)


def happening(event: AuditEvent) -> dict[str, Any]:
    """An event as everybody who sees the service may read it: without addresses and tokens."""
    told = trail.told(event)
    return {
        "id": told["id"],
        "at": told["at"],
        "action": told["tag"],
        "outcome": told["outcome"],
        "actor": {"kind": told["actor"]["kind"], "name": told["actor"]["name"]},
        "digest": told["digest"],
        "data": told["data"],
    }


def _xml(request: Request) -> bytes:
    if uploads.is_form(request):
        return next(iter(uploads.form_files(request).values()))
    body: Any = request.data
    return body if isinstance(body, bytes) else b""

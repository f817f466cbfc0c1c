"""Rehearsals: what playing a copy in Podman has shown."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from migrations_app.actions.rehearsals import start_application_rehearsal, start_rehearsal
from migrations_app.api.doors import Door
from migrations_app.api.enums import PEERS, REHEARSAL_OUTCOMES
from migrations_app.api.shapes import Query, Strict, Text, Wait
from migrations_app.api.speech import claims, findings, said
from migrations_app.api.v1.applications import ApplicationDoor
from migrations_app.api.v1.runs import RUN_STARTED, answered
from migrations_app.api.v1.services import ServiceDoor
from migrations_app.api.v1.shown import FindingOut, Out
from migrations_app.domain.rehearsal.values import Peers
from migrations_app.models import Host, Rehearsal
from migrations_app.queries import visibility

_HEAVY = ("proven", "simulated", "not_proven", "deviations", "probes", "usage", "peak")


class RehearsalRow(Out):
    """A rehearsal as lists show it."""

    id = serializers.UUIDField()
    run = serializers.UUIDField(source="run_id")
    service = serializers.UUIDField(source="service_id")
    revision = serializers.UUIDField(source="revision_id")
    number = serializers.IntegerField()
    base_digest = serializers.CharField()
    shared_digest = serializers.CharField(allow_blank=True)
    outcome = serializers.ChoiceField(
        choices=REHEARSAL_OUTCOMES, allow_blank=True, help_text="Empty while it is under way."
    )
    reason = serializers.SerializerMethodField()
    peers = serializers.JSONField(help_text="What was real beside it.")
    host = serializers.CharField(source="host_name")
    podman_version = serializers.CharField()
    created = serializers.DateTimeField()
    ended = serializers.DateTimeField(allow_null=True)

    def get_reason(self, rehearsal: Rehearsal) -> str:
        """The verdict in one sentence."""
        reason = rehearsal.summary.get("reason")
        return said(reason) if reason else ""


class RehearsalOut(RehearsalRow):
    summary = serializers.SerializerMethodField()
    proven = serializers.SerializerMethodField()
    simulated = serializers.SerializerMethodField()
    not_proven = serializers.SerializerMethodField()
    deviations = serializers.SerializerMethodField()
    findings = serializers.SerializerMethodField()
    probes = serializers.JSONField(help_text="Every probe; times in seconds since the start.")
    usage = serializers.JSONField(help_text="Samples: memory in bytes, CPU in cores.")
    peak = serializers.JSONField()

    def get_summary(self, rehearsal: Rehearsal) -> dict[str, Any]:
        """What was seen as a whole; times in seconds since the start."""
        found: dict[str, Any] = claims([rehearsal.summary])[0]
        return {key: value for key, value in found.items() if key != "findings"}

    @extend_schema_field(FindingOut(many=True))
    def get_findings(self, rehearsal: Rehearsal) -> list[Any]:
        """What it showed that somebody should look at: REH-02 to REH-07, PRB-05, RES-03."""
        return findings(rehearsal.summary.get("findings", []))

    def get_proven(self, rehearsal: Rehearsal) -> list[Any]:
        """What was shown to work as it is written."""
        return claims(rehearsal.proven)

    def get_simulated(self, rehearsal: Rehearsal) -> list[Any]:
        """What was shown with something else in its place."""
        return claims(rehearsal.simulated)

    def get_not_proven(self, rehearsal: Rehearsal) -> list[Any]:
        """What Podman cannot show."""
        return claims(rehearsal.not_proven)

    def get_deviations(self, rehearsal: Rehearsal) -> list[Any]:
        """What was played otherwise than it is written."""
        return claims(rehearsal.deviations)


class RehearsalIn(Strict):
    revision = serializers.UUIDField(required=False, help_text="Default: the latest one.")
    host = Text(max_length=63, required=False, help_text="Name or id; default: local.")
    peers = serializers.ChoiceField(choices=PEERS, required=False, default=Peers.REAL.value)


class RehearsalQuery(Query):
    outcome = serializers.ChoiceField(choices=REHEARSAL_OUTCOMES, required=False)
    base_digest = serializers.CharField(max_length=64, required=False)
    ordering = serializers.ChoiceField(
        choices=["created", "-created"], required=False, default="-created"
    )


class RehearsalDoor(Door):
    """One rehearsal, by its id."""

    @extend_schema(responses=RehearsalOut)
    def retrieve(self, _request: Request, **_path: Any) -> Response:
        """One rehearsal with its verdict, claim by claim."""
        found = self.find(visibility.rehearsals(self.actor), pk=self.kwargs["rehearsal_id"])
        return Response(RehearsalOut(found).data)


class ServiceRehearsalDoor(ServiceDoor):
    """The rehearsals of one service."""

    @extend_schema(parameters=[RehearsalQuery], responses=RehearsalRow(many=True))
    def list(self, _request: Request, **_path: Any) -> Response:
        """The rehearsals of a service, latest first."""
        wanted = self.query(RehearsalQuery)
        service = self.service()
        rows = _narrowed(Rehearsal.objects.filter(service=service), wanted)
        return self.paged(service, rows, RehearsalRow)

    @extend_schema(parameters=[Wait], request=RehearsalIn, responses=RUN_STARTED)
    def create(self, request: Request, **_path: Any) -> Response:
        """Play a copy of a revision, with what it needs, and say what that proves."""
        service, wanted = self.service(), wish(self, self.body(RehearsalIn))
        return answered(
            request, lambda: start_rehearsal(actor=self.actor, service=service, **wanted)
        )


class ApplicationRehearsalDoor(ApplicationDoor):
    """The rehearsals of all services of an application."""

    @extend_schema(parameters=[RehearsalQuery], responses=RehearsalRow(many=True))
    def list(self, _request: Request, **_path: Any) -> Response:
        """The rehearsals of an application, latest first."""
        wanted = self.query(RehearsalQuery)
        rows = Rehearsal.objects.filter(service__application=self.application())
        return self.page(_narrowed(rows, wanted), RehearsalRow)

    @extend_schema(parameters=[Wait], request=RehearsalIn, responses=RUN_STARTED)
    def create(self, request: Request, **_path: Any) -> Response:
        """Rehearse a revision of this application, or its services together."""
        application, wanted = self.application(), wish(self, self.body(RehearsalIn))
        return answered(
            request,
            lambda: start_application_rehearsal(
                actor=self.actor, application=application, **wanted
            ),
        )


def wish(door: Door, wanted: dict[str, Any]) -> dict[str, Any]:
    """What the body names, as the rows that it means.

    Raises:
        ValidationError: it names what is not there, or may not be seen.
    """
    revision, host = None, None
    if wanted.get("revision"):
        rows = visibility.revisions(door.actor).select_related("service__application")
        revision = rows.filter(pk=wanted["revision"]).first()
        if revision is None:
            raise _unknown("revision", gettext("There is no such revision, or none you may see."))
    if wanted.get("host"):
        host = Host.objects.filter(name=wanted["host"]).first() or _by_id(wanted["host"])
        if host is None:
            raise _unknown("host", gettext("There is no such host."))
    return {"revision": revision, "host": host, "peers": Peers(wanted["peers"])}


def _by_id(text: str) -> Host | None:
    try:
        return Host.objects.filter(pk=serializers.UUIDField().to_internal_value(text)).first()
    except serializers.ValidationError:
        return None


def _unknown(name: str, detail: str) -> serializers.ValidationError:
    return serializers.ValidationError({name: [detail]}, f"unknown_{name}")


def _narrowed(rows: Any, wanted: dict[str, Any]) -> Any:
    for key in ("outcome", "base_digest"):
        if wanted.get(key):
            rows = rows.filter(**{key: wanted[key]})
    return rows.defer(*_HEAVY).order_by(wanted["ordering"], "pk")

"""Waivers: findings that close no gate, for a reason and until a day."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from migrations_app.actions import waivers
from migrations_app.api.doors import Door
from migrations_app.api.shapes import Strict, Text
from migrations_app.api.v1.services import ServiceDoor
from migrations_app.api.v1.shown import Out
from migrations_app.models import FindingWaiver
from migrations_app.queries import waivers as queries


class WaiverIn(Strict):
    fingerprint = Text(max_length=16)
    reason = Text(max_length=2000)
    expires = serializers.DateField(help_text="The last day on which it holds.")


class WaiverOut(Out):
    id = serializers.UUIDField()
    service = serializers.UUIDField(source="service_id")
    fingerprint = serializers.CharField()
    code = serializers.CharField()
    reason = serializers.CharField()
    expires = serializers.DateField()
    owner = serializers.CharField(source="by_name", help_text="Who answers for it.")
    created = serializers.DateTimeField()
    revoked = serializers.DateTimeField(allow_null=True)
    holds = serializers.SerializerMethodField(help_text="Neither revoked nor past its day.")

    def get_holds(self, waiver: FindingWaiver) -> bool:
        return waiver.revoked is None and waiver.expires >= queries.today()


class ServiceWaiverDoor(ServiceDoor):
    """The waivers of one service."""

    @extend_schema(responses=WaiverOut(many=True))
    @action(detail=True)
    def waivers(self, _request: Request, **_path: Any) -> Response:
        """Every waiver that was ever granted, the latest first."""
        service = self.service()
        return self.paged(service, queries.of_service(service), WaiverOut)

    @extend_schema(
        request=WaiverIn,
        responses={201: WaiverOut},
        examples=[
            OpenApiExample(
                "An exception",
                value={
                    "fingerprint": "8b1384654cefd4f2",
                    "reason": "the vendor's image has no other tag",
                    "expires": "2030-12-31",
                },
                request_only=True,
            )
        ],
    )
    @action(detail=True, methods=["post"])
    def grant(self, _request: Request, **_path: Any) -> Response:
        """Take one finding as it is until the end of a day."""
        waiver = waivers.grant_waiver(
            actor=self.actor, service=self.service(), **self.body(WaiverIn)
        )
        return Response(WaiverOut(waiver).data, status=201)


class WaiverDoor(Door):
    """One waiver by its id."""

    @extend_schema(responses={204: None})
    def destroy(self, _request: Request, **_path: Any) -> Response:
        """Revoke a waiver: its finding closes the gate again. The row stays."""
        waiver = self.find(queries.find(self.actor, self.kwargs["waiver_id"]))
        waivers.revoke_waiver(actor=self.actor, waiver=waiver)
        return Response(status=204)

    @extend_schema(responses=WaiverOut)
    def retrieve(self, _request: Request, **_path: Any) -> Response:
        """One waiver."""
        waiver = self.find(queries.find(self.actor, self.kwargs["waiver_id"]))
        return Response(WaiverOut(waiver).data)

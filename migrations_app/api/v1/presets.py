"""Presets, their versions, and which of them a service has pinned."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from migrations_app import wiring
from migrations_app.actions import presets
from migrations_app.actions.presets import Pin
from migrations_app.api.doors import Door
from migrations_app.api.layers import stored_preset
from migrations_app.api.parsers import StrictJSONParser, YamlParser
from migrations_app.api.preconditions import require_match, stale, version_tag
from migrations_app.api.shapes import FileText, Query, Strict, Text
from migrations_app.api.speech import say
from migrations_app.api.v1.diffs import ObjectDiffOut, diff_json
from migrations_app.api.v1.services import ServiceDoor
from migrations_app.api.v1.shown import Out
from migrations_app.domain.errors import StaleState
from migrations_app.models import PinnedPreset, Preset, PresetVersion, Service
from migrations_app.queries import visibility
from migrations_app.queries.impact import Impact, impacts, shaped_by

_EXAMPLE = "name: bank\nscope: {application: banking-app}\nregistry: {pullPolicy: IfNotPresent}\n"


class PresetRow(Out):
    """A preset as lists show it. Without an application it is for the whole organisation."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    application = serializers.CharField(source="application.slug", allow_null=True, default=None)
    environment = serializers.CharField(help_text="Empty: for all environments.")
    pinned_only = serializers.BooleanField()
    version = serializers.IntegerField(source="latest")
    created = serializers.DateTimeField()


class PresetOut(PresetRow):
    text = serializers.CharField(help_text="The latest version, as it was written.")


class VersionOut(Out):
    number = serializers.IntegerField()
    text = serializers.CharField()
    digest = serializers.CharField()
    author = serializers.CharField(source="author_name")
    created = serializers.DateTimeField()


class PresetIn(Strict):
    text = FileText(help_text="YAML, as in docs/preset.schema.json; name and scope stand in it.")
    pinned_only = serializers.BooleanField(
        required=False, default=False, help_text="It applies only to services that pin it."
    )


class VersionIn(Strict):
    text = FileText()


class PresetQuery(Query):
    application = serializers.CharField(max_length=63, required=False)
    environment = serializers.CharField(max_length=63, required=False)
    q = serializers.CharField(max_length=100, required=False)
    ordering = serializers.ChoiceField(
        choices=["name", "-name", "created", "-created"], required=False, default="name"
    )


class PinOut(Out):
    preset = serializers.UUIDField(source="version.preset_id")
    name = serializers.CharField(source="version.preset.name")
    version = serializers.IntegerField(source="version.number")
    environment = serializers.CharField(help_text="Empty: for all environments.")


class PinIn(Strict):
    preset = Text(max_length=100, help_text="Id or name.")
    version = serializers.IntegerField(min_value=1, max_value=2**31 - 1)
    environment = Text(max_length=63, required=False, default="", allow_blank=True)
    name = Text(max_length=100, required=False, help_text="Ignored; as GET gives it.")


class Pins(serializers.ListField):
    child = PinIn()
    max_length = 50


class ImpactOut(Out):
    """What one service's manifest is because of the preset, and would not be without it."""

    service = serializers.UUIDField()
    key = serializers.CharField()
    application = serializers.CharField()
    changed = serializers.IntegerField(help_text="How many fields.")
    objects = ObjectDiffOut(many=True)
    problem = serializers.CharField(help_text="Why it cannot be told; else empty.")


class PresetDoor(Door):
    """Named settings that shape manifests."""

    parser_classes = [StrictJSONParser, YamlParser]
    yaml_field = "text"

    def preset(self) -> Preset:
        """The preset that the address names, if it may be seen."""
        rows = visibility.presets(self.actor).select_related("application")
        return self.find(rows, pk=self.kwargs["preset_id"])

    @extend_schema(parameters=[PresetQuery], responses=PresetRow(many=True))
    def list(self, _request: Request) -> Response:
        """The organisation's presets, and those of the applications that one may see."""
        wanted = self.query(PresetQuery)
        rows = visibility.presets(self.actor).select_related("application")
        for key, column in (
            ("application", "application__slug"),
            ("environment", "environment"),
            ("q", "name__icontains"),
        ):
            if wanted.get(key):
                rows = rows.filter(**{column: wanted[key]})
        return self.page(rows.order_by(wanted["ordering"], "pk"), PresetRow)

    @extend_schema(
        request={"application/json": PresetIn, "application/yaml": OpenApiTypes.STR},
        responses={201: PresetOut},
        examples=[OpenApiExample("A preset", value={"text": _EXAMPLE}, request_only=True)],
    )
    def create(self, _request: Request) -> Response:
        """Make a preset; every mistake in it is named with line and column."""
        version = presets.create_preset(
            actor=self.actor, schemas=wiring.schemas(), **self.body(PresetIn)
        )
        return Response(
            _shown(version.preset, version),
            status=201,
            headers={"Location": f"/api/v1/presets/{version.preset_id}/"},
        )

    @extend_schema(responses=PresetOut)
    def retrieve(self, _request: Request, **_path: Any) -> Response:
        """One preset, with the text of its latest version."""
        preset = self.preset()
        return Response(_shown(preset, preset.versions.filter(number=preset.latest).first()))

    @extend_schema(responses=ImpactOut(many=True))
    @action(detail=True)
    def impact(self, _request: Request, **_path: Any) -> Response:
        """What the preset changes for every service it applies to, and that one may see."""
        self.query(Query)
        preset = self.preset()
        services = self.paginate_queryset(shaped_by(self.actor, preset)) or []
        found = impacts(preset, services, wiring.schemas())
        return self.get_paginated_response([_impact(item) for item in found])


class VersionDoor(PresetDoor):
    """The versions of a preset; none of them ever changes."""

    @extend_schema(responses=VersionOut(many=True))
    def list(self, _request: Request, **_path: Any) -> Response:
        """The versions of a preset, latest first."""
        self.query(Query)
        return self.page(self.preset().versions.order_by("-number"), VersionOut)

    @extend_schema(
        request={"application/json": VersionIn, "application/yaml": OpenApiTypes.STR},
        responses={201: VersionOut},
    )
    def create(self, _request: Request, **_path: Any) -> Response:
        """Say anew what a preset says. Services that pin an older version keep that one."""
        version = presets.create_version(
            actor=self.actor,
            preset=self.preset(),
            schemas=wiring.schemas(),
            **self.body(VersionIn),
        )
        return Response(VersionOut(version).data, status=201)


class PinDoor(ServiceDoor):
    """The layers of a service's own scope."""

    @extend_schema(responses=PinOut(many=True))
    @action(detail=True, pagination_class=None)
    def presets(self, _request: Request, **_path: Any) -> Response:
        """The pinned presets of a service, in their order."""
        return self._pinned(self.service())

    @extend_schema(
        request=PinIn(many=True),
        responses={
            200: OpenApiResponse(PinOut(many=True), description="All pins, as they are now.")
        },
    )
    @action(detail=True, methods=["put"], pagination_class=None)
    def pin(self, request: Request, **_path: Any) -> Response:
        """Replace the pinned presets of a service."""
        service = self.service()
        require_match(request, version_tag(service.version))
        pins = [
            Pin(self._preset(index, pin["preset"]), pin["version"], pin["environment"])
            for index, pin in enumerate(self.body(Pins))
        ]
        try:
            service = presets.pin_presets(
                actor=self.actor,
                service=service,
                pins=pins,
                schemas=wiring.schemas(),
                version=service.version,
            )
        except StaleState:
            raise stale() from None
        return self._pinned(service)

    def _preset(self, index: int, which: str) -> Preset:
        rows = visibility.presets(self.actor)
        found = stored_preset(rows, which)
        if found is None:
            detail = gettext("There is no such preset, or none you may see.")
            raise serializers.ValidationError({str(index): {"preset": [detail]}}, "unknown_preset")
        return found

    def _pinned(self, service: Service) -> Response:
        rows = PinnedPreset.objects.filter(service=service).select_related("version__preset")
        return self.tagged(service, PinOut(rows, many=True).data)


def _shown(preset: Preset, version: PresetVersion | None) -> dict[str, Any]:
    return {**PresetRow(preset).data, "text": version.text if version else ""}


def _impact(item: Impact) -> dict[str, Any]:
    return {
        "service": str(item.service.pk),
        "key": item.service.key,
        "application": item.service.application.slug,
        "changed": item.changed,
        "objects": [diff_json(one) for one in item.objects],
        "problem": say(item.problem) if item.problem else "",
    }

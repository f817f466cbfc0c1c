"""Applications, their environments, and the objects that their services share."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from migrations_app.actions import applications
from migrations_app.actions.applications import Target
from migrations_app.api import speech
from migrations_app.api.doors import Door
from migrations_app.api.preconditions import require_match, stale, version_tag
from migrations_app.api.shapes import Query, Strict, Text
from migrations_app.api.v1.shown import FindingOut, Out
from migrations_app.domain.errors import StaleState
from migrations_app.models import Application, Environment, SharedRevision
from migrations_app.queries import visibility

_ORDERINGS = ("name", "-name", "slug", "-slug", "created", "-created")


class ApplicationOut(Out):
    id = serializers.UUIDField()
    slug = serializers.CharField()
    name = serializers.CharField()
    created = serializers.DateTimeField()
    archived = serializers.DateTimeField(allow_null=True)


class ApplicationIn(Strict):
    slug = Text(max_length=63)
    name = Text(max_length=200, required=False, default="", allow_blank=True)


class ApplicationPatch(Strict):
    name = Text(max_length=200)


class ApplicationQuery(Query):
    q = serializers.CharField(max_length=200, required=False)
    archived = serializers.BooleanField(required=False, default=False)
    ordering = serializers.ChoiceField(choices=_ORDERINGS, required=False, default="name")


class EnvironmentOut(Out):
    name = serializers.CharField()
    cluster = serializers.CharField()
    namespace = serializers.CharField()
    kubernetes_version = serializers.CharField(help_text="Empty: the newest that is known.")
    time_zone = serializers.CharField()


class EnvironmentIn(Strict):
    name = Text(max_length=63, required=False, help_text="If given, the name in the address.")
    cluster = Text(max_length=100, required=False, default="", allow_blank=True)
    namespace = Text(max_length=63, required=False, default="", allow_blank=True)
    kubernetes_version = Text(max_length=8, required=False, default="", allow_blank=True)
    time_zone = Text(max_length=63, required=False, default="UTC")


class SharedObjectOut(Out):
    kind = serializers.CharField()
    namespace = serializers.CharField()
    name = serializers.CharField()


class SharedRevisionOut(Out):
    id = serializers.UUIDField()
    number = serializers.IntegerField()
    environment = serializers.CharField()
    digest = serializers.CharField()
    created = serializers.DateTimeField()


class SharedOut(Out):
    """What no service owns alone, as the latest revision for an environment has it."""

    revision = SharedRevisionOut(allow_null=True)
    objects = SharedObjectOut(many=True)
    manifest = serializers.CharField(help_text="YAML; empty if nothing is shared.")
    findings = FindingOut(many=True)


class SharedQuery(Strict):
    environment = serializers.CharField(max_length=63, required=False)


class ApplicationDoor(Door):
    """Named groups of services that migrate together."""

    def application(self) -> Application:
        """The application that the address names, if it may be seen."""
        return self.find(visibility.applications(self.actor), slug=self.kwargs["slug"])

    @extend_schema(parameters=[ApplicationQuery], responses=ApplicationOut(many=True))
    def list(self, _request: Request) -> Response:
        """The applications that one may see."""
        wanted = self.query(ApplicationQuery)
        rows = visibility.applications(self.actor).filter(archived__isnull=not wanted["archived"])
        if wanted.get("q"):
            rows = rows.filter(name__icontains=wanted["q"]) | rows.filter(
                slug__icontains=wanted["q"]
            )
        return self.page(rows.order_by(wanted["ordering"], "pk"), ApplicationOut)

    @extend_schema(request=ApplicationIn, responses={201: ApplicationOut})
    def create(self, request: Request) -> Response:
        """Make an application with the environments local, staging and production."""
        made = applications.create_application(actor=self.actor, **self.body(ApplicationIn))
        response = self._shown(made, 201)
        response["Location"] = f"/api/v1/applications/{made.slug}/"
        return response

    @extend_schema(responses=ApplicationOut)
    def retrieve(self, _request: Request, **_path: Any) -> Response:
        """One application."""
        return self._shown(self.application())

    @extend_schema(request=ApplicationPatch, responses=ApplicationOut)
    def partial_update(self, request: Request, **_path: Any) -> Response:
        """Rename an application; its slug never changes."""
        application = self.application()
        require_match(request, version_tag(application.version))
        try:
            changed = applications.change_application(
                actor=self.actor,
                application=application,
                version=application.version,
                **self.body(ApplicationPatch),
            )
        except StaleState:
            raise stale() from None
        return self._shown(changed)

    @extend_schema(request=None, responses=ApplicationOut)
    @action(detail=True, methods=["post"])
    def archive(self, _request: Request, **_path: Any) -> Response:
        """Put an application and its services out of sight; nothing is deleted."""
        archived = applications.archive_application(
            actor=self.actor, application=self.application()
        )
        return self._shown(archived)

    @extend_schema(parameters=[SharedQuery], responses=SharedOut)
    @action(detail=True)
    def shared(self, _request: Request, **_path: Any) -> Response:
        """The objects that no service owns alone, with their findings."""
        rows = SharedRevision.objects.filter(application=self.application())
        if environment := self.query(SharedQuery).get("environment"):
            rows = rows.filter(environment=environment)
        latest = rows.order_by("-number").first()
        return Response(
            {
                "revision": SharedRevisionOut(latest).data if latest else None,
                "objects": [_named(body) for body in latest.objects_json] if latest else [],
                "manifest": latest.text if latest else "",
                "findings": speech.findings(latest.findings) if latest else [],
            }
        )

    def _shown(self, application: Application, status: int = 200) -> Response:
        tag = {"ETag": version_tag(application.version)}
        return Response(ApplicationOut(application).data, status=status, headers=tag)


class EnvironmentDoor(ApplicationDoor):
    """Where revisions of an application are meant to run."""

    @extend_schema(responses=EnvironmentOut(many=True))
    def list(self, _request: Request, **_path: Any) -> Response:
        """The environments of an application."""
        self.query(Query)
        rows = Environment.objects.filter(application=self.application())
        return self.page(rows.order_by("created", "pk"), EnvironmentOut)

    @extend_schema(responses=EnvironmentOut)
    def retrieve(self, _request: Request, **_path: Any) -> Response:
        """One environment."""
        rows = Environment.objects.filter(application=self.application())
        return self._environment(self.find(rows, name=self.kwargs["name"]))

    @extend_schema(
        request=EnvironmentIn,
        responses={
            200: EnvironmentOut,
            201: OpenApiResponse(EnvironmentOut, description="It was not there before."),
        },
    )
    def update(self, request: Request, **_path: Any) -> Response:
        """Say what an environment is. One that is there needs If-Match; a new one needs none."""
        application, name = self.application(), self.kwargs["name"]
        wanted = self.body(EnvironmentIn)
        if wanted.pop("name", name) != name:
            raise serializers.ValidationError(
                {"name": [gettext("The name is the one in the address.")]}, "name_is_fixed"
            )
        there = Environment.objects.filter(application=application, name=name).first()
        if there is not None:
            require_match(request, version_tag(there.version))
        try:
            environment, made = applications.put_environment(
                actor=self.actor,
                application=application,
                name=name,
                target=Target(**wanted),
                version=there.version if there else None,
            )
        except StaleState:
            raise stale() from None
        return self._environment(environment, 201 if made else 200)

    def _environment(self, environment: Environment, status: int = 200) -> Response:
        tag = {"ETag": version_tag(environment.version)}
        return Response(EnvironmentOut(environment).data, status=status, headers=tag)


def _named(body: dict[str, Any]) -> dict[str, str]:
    metadata = body.get("metadata") or {}
    return {
        "kind": str(body.get("kind", "")),
        "namespace": str(metadata.get("namespace") or ""),
        "name": str(metadata.get("name") or ""),
    }

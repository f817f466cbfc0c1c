"""Podman hosts: adding and testing them, seeing what runs there, and capturing it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.utils.translation import gettext
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from migrations_app import wiring
from migrations_app.actions import access, hosts
from migrations_app.actions.captures import start_capture
from migrations_app.actions.permissions import Verb
from migrations_app.api.doors import Door
from migrations_app.api.enums import WORKLOAD_KINDS
from migrations_app.api.preconditions import require_match, stale, version_tag
from migrations_app.api.shapes import Query, Strict, Text, Wait
from migrations_app.api.v1.runs import RUN_STARTED, answered
from migrations_app.api.v1.shown import Out
from migrations_app.domain.errors import EngineError, StaleState
from migrations_app.models import Host
from migrations_app.ports import EngineInfo, HostWorkload
from migrations_app.queries import visibility


class EngineOut(Out):
    """The engine as it described itself when it was seen last."""

    version = serializers.CharField()
    rootless = serializers.BooleanField()
    runtime = serializers.CharField()
    cgroup_version = serializers.CharField()
    os = serializers.CharField()
    architecture = serializers.CharField()


class HostOut(Out):
    id = serializers.UUIDField()
    name = serializers.CharField()
    url = serializers.CharField(help_text="Empty: found by the workbench. Passwords are not shown.")
    allow_rehearsal = serializers.BooleanField()
    engine = EngineOut(allow_null=True, source="info")
    last_seen = serializers.DateTimeField(allow_null=True)
    last_error = serializers.CharField()
    created = serializers.DateTimeField()

    def to_representation(self, instance: Host) -> dict[str, Any]:
        """The host, with nothing of its address that opens it."""
        shown = {
            "id": str(instance.pk),
            "name": instance.name,
            "url": hosts.without_password(instance.url),
            "allow_rehearsal": instance.allow_rehearsal,
            "engine": EngineOut(instance.info).data if instance.info else None,
            "last_error": instance.last_error,
        }
        for name in ("last_seen", "created"):
            value = getattr(instance, name)
            shown[name] = value and self.fields[name].to_representation(value)
        return shown


class HostIn(Strict):
    name = Text(max_length=63)
    url = Text(max_length=500)
    allow_rehearsal = serializers.BooleanField(required=False, default=False)


class HostPatch(Strict):
    url = Text(max_length=500, required=False, allow_blank=True)
    allow_rehearsal = serializers.BooleanField(required=False)


class WorkloadOut(Out):
    """A pod, or a container outside a pod, as the host lists it now."""

    id = serializers.CharField()
    name = serializers.CharField()
    kind = serializers.ChoiceField(choices=WORKLOAD_KINDS)
    state = serializers.CharField(help_text="Podman's word: running, exited …")
    since = serializers.DateTimeField(allow_null=True)
    containers = serializers.ListField(child=serializers.CharField())
    image = serializers.CharField()
    exit_code = serializers.IntegerField(allow_null=True)
    labels = serializers.DictField(child=serializers.CharField())


class CaptureIn(Strict):
    names = serializers.ListField(
        child=Text(max_length=253), min_length=1, max_length=100, help_text="Pods or containers."
    )
    application = Text(max_length=63, help_text="The slug of an application.")


class HostDoor(Door):
    """Podman engines that the workbench may talk to."""

    def host(self) -> Host:
        """The host that the address names, by its id or its name."""
        self.require_anywhere(Verb.VIEW)
        which = str(self.kwargs["host"])
        found = Host.objects.filter(name=which).first()
        if found is None:
            try:
                found = Host.objects.filter(pk=UUID(which)).first()
            except ValueError:
                found = None
        if found is None:
            raise NotFound
        return found

    @extend_schema(responses=HostOut(many=True))
    def list(self, _request: Request) -> Response:
        """All hosts; `local` is the Podman of this machine."""
        self.query(Query)
        self.require_anywhere(Verb.VIEW)
        return self.page(Host.objects.order_by("name"), HostOut)

    @extend_schema(request=HostIn, responses={201: HostOut})
    def create(self, _request: Request) -> Response:
        """Add a host. Whether it answers is a matter of testing it."""
        host = hosts.add_host(actor=self.actor, **self.body(HostIn))
        response = self._shown(host, 201)
        response["Location"] = f"/api/v1/hosts/{host.pk}/"
        return response

    @extend_schema(responses=HostOut)
    def retrieve(self, _request: Request, **_path: Any) -> Response:
        """One host."""
        return self._shown(self.host())

    @extend_schema(request=HostPatch, responses=HostOut)
    def partial_update(self, request: Request, **_path: Any) -> Response:
        """Change where a host is, or whether it may be rehearsed on."""
        host = self.host()
        require_match(request, version_tag(host.version))
        try:
            changed = hosts.change_host(
                actor=self.actor, host=host, version=host.version, **self.body(HostPatch)
            )
        except StaleState:
            raise stale() from None
        return self._shown(changed)

    @extend_schema(
        request=None,
        responses={
            200: OpenApiResponse(
                HostOut, description="It was tried; `last_error` says why it does not answer."
            )
        },
    )
    @action(detail=True, methods=["post"])
    def test(self, _request: Request, **_path: Any) -> Response:
        """Talk to a host, and note what it is."""
        host = self.host()
        access.require_everywhere(actor=self.actor, verb=Verb.MANAGE_HOSTS)
        found: EngineInfo | EngineError
        try:
            found = wiring.podman_engine(host).info()
        except EngineError as error:
            found = error
        return self._shown(hosts.note_test(actor=self.actor, host=host, found=found))

    @extend_schema(responses=WorkloadOut(many=True))
    @action(detail=True)
    def workloads(self, _request: Request, **_path: Any) -> Response:
        """The pods and free-standing containers that are on a host now."""
        self.query(Query)
        host = self.host()
        self.require_anywhere(Verb.CAPTURE)
        found: tuple[HostWorkload, ...] = tuple(wiring.podman_engine(host).workloads())
        return self.page(found, WorkloadOut)

    @extend_schema(parameters=[Wait], request=CaptureIn, responses=RUN_STARTED)
    @action(detail=True, methods=["post"])
    def captures(self, request: Request, **_path: Any) -> Response:
        """Capture pods and containers of a host into an application, in a run."""
        host, wanted = self.host(), self.body(CaptureIn)
        rows = visibility.applications(self.actor)
        application = rows.filter(slug=wanted["application"]).first()
        if application is None:
            raise serializers.ValidationError(
                {"application": [gettext("There is no such application, or none you may see.")]},
                "unknown_application",
            )
        return answered(
            request,
            lambda: start_capture(
                actor=self.actor, application=application, host=host, names=wanted["names"]
            ),
        )

    def _shown(self, host: Host, status: int = 200) -> Response:
        tag = {"ETag": version_tag(host.version)}
        return Response(HostOut(host).data, status=status, headers=tag)

"""Services: the units that migrate. Everything of a service shares its ETag."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from migrations_app import wiring
from migrations_app.actions import services
from migrations_app.api.doors import Door
from migrations_app.api.enums import NEXT_STEPS, PHASES, SEVERITIES
from migrations_app.api.preconditions import require_match, stale, version_tag
from migrations_app.api.shapes import Query, Strict, Text, TextMap
from migrations_app.api.v1.shown import Out
from migrations_app.domain.errors import StaleState
from migrations_app.models import Service
from migrations_app.queries import services as board
from migrations_app.queries import visibility
from migrations_app.queries.services import ORDERINGS, Filters


class ServiceOut(Out):
    id = serializers.UUIDField()
    application = serializers.CharField(source="application.slug")
    key = serializers.CharField(help_text="Unique in its application; never changes.")
    name = serializers.CharField()
    namespace = serializers.CharField()
    workload_kind = serializers.CharField()
    phase = serializers.ChoiceField(choices=PHASES)
    phase_since = serializers.DateTimeField()
    owner = serializers.CharField()
    labels = serializers.DictField(child=serializers.CharField())
    created = serializers.DateTimeField()
    archived = serializers.DateTimeField(allow_null=True)
    worst_finding = serializers.ChoiceField(choices=SEVERITIES, allow_null=True)
    open_findings = serializers.IntegerField()
    open_questions = serializers.IntegerField()
    next_step = serializers.ChoiceField(choices=NEXT_STEPS)
    latest_revision = serializers.UUIDField(allow_null=True)
    rehearsed = serializers.CharField(
        allow_null=True, help_text="Outcome of the latest rehearsal of the latest revision."
    )
    active_run = serializers.UUIDField(allow_null=True)

    def to_representation(self, instance: Any) -> dict[str, Any]:
        """A service that ``board.annotated`` has prepared."""
        card = board.card(instance)
        given = {
            "worst_finding": card.worst or None,
            "open_findings": card.open_findings,
            "open_questions": card.open_questions,
            "next_step": card.next_step.value,
            "latest_revision": instance.revision_id_now,
            "rehearsed": card.rehearsed or None,
            "active_run": card.active_run or None,
        }
        plain = {
            name: field.to_representation(field.get_attribute(instance))
            for name, field in self.fields.items()
            if name not in given and name != "archived"
        }
        return {**plain, "archived": instance.archived, **given}


class ServicePatch(Strict):
    owner = Text(max_length=150, required=False, allow_blank=True)
    labels = TextMap(required=False)


class ServiceQuery(Query):
    application = serializers.CharField(max_length=63, required=False)
    phase = serializers.ChoiceField(choices=PHASES, required=False)
    owner = serializers.CharField(max_length=150, required=False)
    q = serializers.CharField(max_length=200, required=False)
    has_findings = serializers.BooleanField(required=False, allow_null=True, default=None)
    archived = serializers.BooleanField(required=False, default=False)
    ordering = serializers.ChoiceField(choices=ORDERINGS, required=False, default="key")


class ServiceDoor(Door):
    """The base of everything below a service, and the service itself.

    The address names it by id, or by the slug of its application and its key.
    """

    def service(self) -> Service:
        """The service that the address names, if it may be seen."""
        return self.find(
            visibility.services(self.actor).select_related("application"), **self.which()
        )

    def which(self) -> dict[str, Any]:
        """What of the address names the service."""
        if "service_id" in self.kwargs:
            return {"pk": self.kwargs["service_id"]}
        return {"application__slug": self.kwargs["slug"], "key": self.kwargs["key"]}

    def tagged(self, service: Service, data: Any, status: int = 200) -> Response:
        """An answer about a service, with its ETag."""
        return Response(data, status=status, headers={"ETag": version_tag(service.version)})

    def paged(self, service: Service, rows: Any, shape: type[Out]) -> Response:
        """One page of a list that belongs to a service, with its ETag."""
        response = self.page(rows, shape)
        response["ETag"] = version_tag(service.version)
        return response

    @extend_schema(parameters=[ServiceQuery], responses=ServiceOut(many=True))
    def list(self, _request: Request, **path: Any) -> Response:
        """The services that one may see."""
        wanted = self.query(ServiceQuery)
        for key in ("page", "page_size"):
            wanted.pop(key, None)
        if slug := path.get("slug"):
            self.find(visibility.applications(self.actor), slug=slug)
            wanted["application"] = slug
        return self.page(board.listed(self.actor, Filters(**wanted)), ServiceOut)

    @extend_schema(responses=ServiceOut)
    def retrieve(self, _request: Request, **_path: Any) -> Response:
        """One service."""
        return self._shown(self.which())

    @extend_schema(request=ServicePatch, responses=ServiceOut)
    def partial_update(self, request: Request, **_path: Any) -> Response:
        """Change whose it is, or its labels (all of them at once)."""
        service = self.service()
        require_match(request, version_tag(service.version))
        wanted = self.body(ServicePatch)
        try:
            services.change_service(
                actor=self.actor, service=service, version=service.version, **wanted
            )
        except StaleState:
            raise stale() from None
        return self._shown({"pk": service.pk})

    @extend_schema(request=None, responses=ServiceOut)
    @action(detail=True, methods=["post"])
    def archive(self, _request: Request, **_path: Any) -> Response:
        """Put a service out of sight; nothing is deleted, and a new source brings it back."""
        service = self.service()
        services.archive_service(actor=self.actor, service=service, schemas=wiring.schemas())
        return self._shown({"pk": service.pk})

    def _shown(self, which: dict[str, Any]) -> Response:
        service = self.find(board.annotated(visibility.services(self.actor)), **which)
        return self.tagged(service, ServiceOut(service).data)

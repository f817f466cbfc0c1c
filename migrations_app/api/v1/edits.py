"""Edits of a service's manifest by hand: laid over what is generated, in every later rendering."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from migrations_app import wiring
from migrations_app.actions import edits
from migrations_app.api.preconditions import require_match, stale, version_tag
from migrations_app.api.shapes import Query, Strict, Text, TextMap
from migrations_app.api.v1.services import ServiceDoor
from migrations_app.api.v1.shown import Out
from migrations_app.domain.errors import StaleState
from migrations_app.domain.manifests.render import to_yaml
from migrations_app.domain.manifests.three_way import ABSENT, Conflict
from migrations_app.models import ManifestEdit, Service

_LONGEST = 2_000_000


class ConflictOut(Out):
    """One value that both the edit and what is generated changed; a side without it is left out."""

    id = serializers.CharField(help_text="What a decision goes by.")
    object = serializers.CharField()
    path = serializers.CharField()
    base = serializers.JSONField(required=False, help_text="As it was generated for the edit.")
    mine = serializers.JSONField(required=False)
    generated = serializers.JSONField(required=False, help_text="As it is generated now.")


class EditOut(Out):
    environment = serializers.CharField(allow_blank=True, help_text="Empty: in all of them.")
    author = serializers.CharField(source="by_name")
    created = serializers.DateTimeField()
    changed = serializers.DateTimeField()
    generated = serializers.CharField(help_text="YAML that the edit was made of.")
    edited = serializers.CharField(help_text="YAML as it was edited.")

    def to_representation(self, instance: Any) -> dict[str, Any]:
        return {
            "environment": instance.environment,
            "author": instance.by_name,
            "created": instance.created,
            "changed": instance.changed,
            "generated": to_yaml(instance.generated),
            "edited": to_yaml(instance.edited),
        }


class DeskOut(Out):
    """A manifest to edit, and what contradicts the edit that is in force."""

    environment = serializers.CharField(allow_blank=True)
    manifest = serializers.CharField(help_text="YAML with the edit, if there is one.")
    generated = serializers.CharField(help_text="YAML without it.")
    conflicts = ConflictOut(many=True)


class EditIn(Strict):
    environment = Text(max_length=63, required=False, default="", allow_blank=True)
    manifest = serializers.CharField(max_length=_LONGEST, trim_whitespace=False)


class SettleIn(Strict):
    environment = Text(max_length=63, required=False, default="", allow_blank=True)
    choices = TextMap(help_text="mine or generated, by the id of each contradiction.")


class WhereQuery(Query):
    environment = serializers.CharField(
        max_length=63,
        required=False,
        default="",
        allow_blank=True,
        help_text="Empty: the edit of all environments.",
    )


class EditDoor(ServiceDoor):
    """The edits of one service."""

    @extend_schema(responses=EditOut(many=True))
    @action(detail=True, pagination_class=None)
    def edits(self, _request: Request, **_path: Any) -> Response:
        """The edits that are in force, at most one for each environment and one for all."""
        service = self.service()
        return self.tagged(service, self._listed(service))

    @extend_schema(
        request=EditIn,
        responses=EditOut(many=True),
        examples=[
            OpenApiExample(
                "For production",
                value={"environment": "production", "manifest": "apiVersion: apps/v1\n…"},
                request_only=True,
            )
        ],
    )
    @action(detail=True, methods=["put"], pagination_class=None)
    def save_edit(self, request: Request, **_path: Any) -> Response:
        """Keep an edited manifest: the whole of it, with the markers of its secrets."""
        service, wanted = self.service(), self.body(EditIn)
        require_match(request, version_tag(service.version))
        try:
            edits.save_edit(
                actor=self.actor,
                service=service,
                environment=wanted["environment"],
                text=wanted["manifest"],
                schemas=wiring.schemas(),
                version=service.version,
            )
        except StaleState:
            raise stale() from None
        return self._answered(service)

    @extend_schema(parameters=[WhereQuery], responses={200: EditOut(many=True)})
    @action(detail=True, methods=["delete"], pagination_class=None)
    def remove_edit(self, request: Request, **_path: Any) -> Response:
        """Take an edit back: the manifest is what is generated again.

        With ``If-Match`` only if nobody changed the service meanwhile.
        """
        service, version = self._guarded(request)
        try:
            edits.remove_edit(
                actor=self.actor,
                service=service,
                environment=self.query(WhereQuery)["environment"],
                schemas=wiring.schemas(),
                version=version,
            )
        except StaleState:
            raise stale() from None
        return self._answered(service)

    @extend_schema(parameters=[WhereQuery], responses=DeskOut)
    @action(detail=True)
    def desk(self, _request: Request, **_path: Any) -> Response:
        """The manifest to begin an edit with, and what contradicts the one in force."""
        service, where = self.service(), self.query(WhereQuery)["environment"]
        found = edits.open_desk(service, where, wiring.schemas())
        return self.tagged(
            service,
            {
                "environment": where,
                "manifest": to_yaml(found.merged),
                "generated": to_yaml(found.generated),
                "conflicts": [_conflict(item) for item in found.conflicts],
            },
        )

    @extend_schema(request=SettleIn, responses=EditOut(many=True))
    @action(detail=True, methods=["post"], pagination_class=None)
    def settle(self, request: Request, **_path: Any) -> Response:
        """Decide every contradiction: keep the edit there, or take what is generated."""
        (service, version), wanted = self._guarded(request), self.body(SettleIn)
        try:
            edits.settle_edit(
                actor=self.actor,
                service=service,
                environment=wanted["environment"],
                choices=wanted["choices"],
                schemas=wiring.schemas(),
                version=version,
            )
        except StaleState:
            raise stale() from None
        return self._answered(service)

    def _guarded(self, request: Request) -> tuple[Service, int | None]:
        """The service, and the version it must still have if the client says what it has seen."""
        service = self.service()
        if "If-Match" not in request.headers:
            return service, None
        require_match(request, version_tag(service.version))
        return service, service.version

    def _answered(self, service: Service) -> Response:
        service.refresh_from_db()
        return self.tagged(service, self._listed(service))

    def _listed(self, service: Service) -> list[Any]:
        rows = ManifestEdit.objects.filter(service=service)
        return [EditOut().to_representation(row) for row in rows]


def _conflict(item: Conflict) -> dict[str, Any]:
    sides = {"base": item.base, "mine": item.theirs, "generated": item.ours}
    return {
        "id": edits.conflict_id(item.object, item.path),
        "object": item.object,
        "path": item.path,
        **{name: value for name, value in sides.items() if value is not ABSENT},
    }

"""Manifest revisions: made by a run, never changed, named by their content."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.exceptions import NotFound
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from migrations_app.actions.revisions import Change, Wish, start_revision
from migrations_app.api import speech
from migrations_app.api.doors import Door
from migrations_app.api.errors import Refused
from migrations_app.api.formats import Yaml, Zip
from migrations_app.api.shapes import Query, Strict, Text, TextMap, Wait, WebAddress
from migrations_app.api.v1.diffs import ObjectDiffOut, diff_json
from migrations_app.api.v1.runs import RUN_STARTED, answered
from migrations_app.api.v1.services import ServiceDoor
from migrations_app.api.v1.shown import OriginOut, Out
from migrations_app.domain.manifests.diff import compare, unified
from migrations_app.models import Revision
from migrations_app.queries import visibility
from migrations_app.queries.downloads import FORMATS, download

HEAVY = (
    *("text", "objects_json", "base_text", "base_objects", "findings", "questions"),
    *("loss", "trail", "renames", "provenance"),
)
"""What a list has no use for."""


class CommitOut(Out):
    commit = serializers.CharField(source="change_commit")
    author = serializers.CharField(source="change_author")
    url = serializers.CharField(source="change_url")


class RevisionOut(Out):
    id = serializers.UUIDField()
    service = serializers.UUIDField(source="service_id")
    number = serializers.IntegerField()
    environment = serializers.CharField()
    digest = serializers.CharField(help_text="Of the manifest, as `digest` computes it.")
    base_digest = serializers.CharField(help_text="Without the environment; what rehearsals prove.")
    inputs_digest = serializers.CharField()
    shared_digest = serializers.CharField(allow_blank=True)
    kubernetes_version = serializers.CharField()
    source: Any = serializers.UUIDField(source="source_id")
    images = serializers.DictField(child=serializers.CharField())
    parameters = serializers.DictField(child=serializers.CharField())
    preset_versions = serializers.ListField(child=serializers.CharField())
    change = CommitOut(source="*")
    author = serializers.CharField(source="author_name")
    created = serializers.DateTimeField()


class CommitIn(Strict):
    """The commit that asks for the revision; its author may not approve it."""

    commit = Text(max_length=100, required=False, default="", allow_blank=True)
    author = Text(max_length=200, required=False, default="", allow_blank=True)
    url = WebAddress(max_length=500, required=False, default="", allow_blank=True)


class RevisionIn(Strict):
    environment = Text(max_length=63)
    images = TextMap(required=False, default=dict, help_text="Image by container.")
    parameters = TextMap(required=False, default=dict)
    change = CommitIn(required=False)


class RevisionQuery(Query):
    environment = serializers.CharField(max_length=63, required=False)
    digest = serializers.CharField(max_length=64, required=False)
    ordering = serializers.ChoiceField(
        choices=["number", "-number"], required=False, default="-number"
    )


class ManifestQuery(Strict):
    format = serializers.CharField(
        max_length=20,
        required=False,
        default="yaml",
        help_text=f"One of {', '.join(FORMATS)}. What is a folder comes as a zip.",
    )


class DiffQuery(Strict):
    against = serializers.UUIDField(
        required=False, help_text="Default: the revision before, of the same environment."
    )


class OriginQuery(Query):
    object = serializers.CharField(max_length=300, required=False)
    path = serializers.CharField(max_length=1000, required=False)


class DiffOut(Out):
    """What differs between two revisions, by object and as lines."""

    against = serializers.UUIDField(allow_null=True, help_text="Null: there is none before it.")
    objects = ObjectDiffOut(many=True)
    unified = serializers.CharField()


class ServiceRevisionDoor(ServiceDoor):
    """The revisions of one service."""

    @extend_schema(parameters=[RevisionQuery], responses=RevisionOut(many=True))
    def list(self, _request: Request, **_path: Any) -> Response:
        """The revisions of a service, latest first."""
        wanted = self.query(RevisionQuery)
        service = self.service()
        rows = Revision.objects.filter(service=service).defer(*HEAVY)
        for key in ("environment", "digest"):
            if wanted.get(key):
                rows = rows.filter(**{key: wanted[key]})
        return self.paged(service, rows.order_by(wanted["ordering"]), RevisionOut)

    @extend_schema(
        parameters=[Wait],
        request=RevisionIn,
        responses=RUN_STARTED,
        examples=[
            OpenApiExample(
                "For staging",
                value={
                    "environment": "staging",
                    "images": {"web": "registry.example.com/bank/web:1.4.2"},
                    "parameters": {"GIT_COMMIT": "3f2a91c"},
                    "change": {"commit": "3f2a91c", "author": "olga", "url": ""},
                },
                request_only=True,
            )
        ],
    )
    def create(self, request: Request, **_path: Any) -> Response:
        """Make a revision in a run. Unchanged inputs lead to the revision that is there already."""
        service, wanted = self.service(), self.body(RevisionIn)
        wish = Wish(
            wanted["environment"],
            wanted["images"],
            wanted["parameters"],
            Change(**wanted.get("change", {})),
        )
        return answered(
            request, lambda: start_revision(actor=self.actor, service=service, wish=wish)
        )


class RevisionDoor(Door):
    """One revision, by its id."""

    def revision(self) -> Revision:
        """The revision that the address names, if it may be seen."""
        return self.find(visibility.revisions(self.actor), pk=self.kwargs["revision_id"])

    @extend_schema(responses=RevisionOut)
    def retrieve(self, _request: Request, **_path: Any) -> Response:
        """One revision."""
        return Response(RevisionOut(self.revision()).data)

    @extend_schema(
        parameters=[ManifestQuery],
        responses={
            (200, "application/yaml"): OpenApiTypes.STR,
            (200, "application/zip"): OpenApiTypes.BINARY,
        },
    )
    @action(detail=True, renderer_classes=[Yaml, Zip, JSONRenderer])
    def manifest(self, _request: Request, **_path: Any) -> HttpResponse:
        """The manifest in one of the formats; markers stand where secret values belong."""
        wanted = self.query(ManifestQuery)["format"]
        _require_format(wanted)
        revision = self.revision()
        made = download(revision, wanted)
        tag = revision.digest if wanted == "yaml" else f"{revision.digest}-{wanted}"
        return HttpResponse(
            made.content,
            content_type=made.media_type,
            headers={
                "ETag": f'"{tag}"',
                "Content-Disposition": f'attachment; filename="{made.name}"',
            },
        )

    @extend_schema(parameters=[DiffQuery], responses=DiffOut)
    @action(detail=True)
    def diff(self, _request: Request, **_path: Any) -> Response:
        """What differs from another revision, field by field and as lines."""
        wanted = self.query(DiffQuery).get("against")
        revision = self.revision()
        other = self._against(revision, wanted)
        before = other.objects_json if other else []
        return Response(
            {
                "against": other.pk if other else None,
                "objects": [diff_json(item) for item in compare(before, revision.objects_json)],
                "unified": unified(before, revision.objects_json),
            }
        )

    @extend_schema(parameters=[OriginQuery], responses=OriginOut(many=True))
    @action(detail=True)
    def provenance(self, _request: Request, **_path: Any) -> Response:
        """Where every value of the manifest comes from, and what was done to it since."""
        wanted = self.query(OriginQuery)
        rows = [
            record
            for record in self.revision().provenance
            if wanted.get("object") in (None, record["object"])
            and wanted.get("path") in (None, record["path"])
        ]
        return self.page(speech.origins(rows), OriginOut)

    def _against(self, revision: Revision, wanted: Any) -> Revision | None:
        if wanted is not None:
            found = visibility.revisions(self.actor).filter(pk=wanted).first()
            if found is None:
                raise NotFound
            return found
        earlier = Revision.objects.filter(
            service=revision.service_id,
            environment=revision.environment,
            number__lt=revision.number,
        )
        return earlier.order_by("-number").first()


def _require_format(wanted: str) -> None:
    if wanted in FORMATS:
        return
    detail = gettext("There is no format %(wanted)s. Available: %(available)s.") % {
        "wanted": wanted,
        "available": ", ".join(FORMATS),
    }
    code = "unknown_format"
    raise Refused(
        422, code, detail, errors=[{"pointer": "/format", "code": code, "detail": detail}]
    )

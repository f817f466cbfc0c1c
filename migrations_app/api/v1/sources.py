"""Sources: what was uploaded or captured, and what became of it."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.exceptions import NotFound
from rest_framework.parsers import MultiPartParser
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from migrations_app import wiring
from migrations_app.actions.sources import OnConflict, store_source
from migrations_app.api import speech, uploads
from migrations_app.api.doors import Door
from migrations_app.api.enums import SOURCE_KINDS, SOURCE_WAYS
from migrations_app.api.formats import PlainText
from migrations_app.api.parsers import StrictJSONParser
from migrations_app.api.shapes import FileText, Query, Strict, Text
from migrations_app.api.v1.shown import FileOut, FindingOut, Out, QuestionOut
from migrations_app.models import Source
from migrations_app.queries import visibility

_HEAVY = ("findings", "questions", "matches")


class MatchOut(Out):
    id = serializers.UUIDField()
    key = serializers.CharField()
    name = serializers.CharField()
    match = serializers.ChoiceField(choices=["created", "updated", "unchanged"])


class SourceRow(Out):
    """A source as lists show it."""

    id = serializers.UUIDField()
    application = serializers.CharField(source="application.slug")
    kind = serializers.ChoiceField(choices=SOURCE_KINDS)
    way = serializers.ChoiceField(choices=SOURCE_WAYS)
    title = serializers.CharField()
    digest = serializers.CharField(help_text="SHA-256 of the redacted form.")
    author = serializers.CharField(source="author_name")
    created = serializers.DateTimeField()
    purged = serializers.DateTimeField(allow_null=True)


class SourceOut(SourceRow):
    files = FileOut(many=True)
    services = MatchOut(many=True)
    findings = FindingOut(many=True)
    questions = QuestionOut(many=True)


class SourceIn(Strict):
    """A file inside JSON."""

    application = Text(max_length=63, help_text="The slug of an application.")
    filename = Text(max_length=500, required=False, default="upload.yaml")
    content = FileText()
    on_conflict = serializers.ChoiceField(
        choices=[choice.value for choice in OnConflict], required=False, default="update"
    )
    partial: Any = serializers.BooleanField(
        required=False, default=False, help_text="Take what can be read, and name the rest."
    )


class SourceForm(Strict):
    """A form; ``file`` may stand in it several times, all of them one source."""

    application = serializers.CharField(max_length=63)
    on_conflict = serializers.ChoiceField(
        choices=[choice.value for choice in OnConflict], required=False, default="update"
    )
    partial: Any = serializers.BooleanField(required=False, default=False)


class SourceFormIn(SourceForm):
    """What the schema shows of the form; its files are read apart."""

    file = serializers.ListField(child=serializers.FileField(), min_length=1)


class SourceQuery(Query):
    application = serializers.CharField(max_length=63, required=False)
    kind = serializers.ChoiceField(choices=SOURCE_KINDS, required=False)
    way = serializers.ChoiceField(choices=SOURCE_WAYS, required=False)
    digest = serializers.CharField(max_length=64, required=False)
    ordering = serializers.ChoiceField(
        choices=["created", "-created", "title", "-title"], required=False, default="-created"
    )


class RawQuery(Strict):
    path = serializers.CharField(max_length=500, required=False)


class SourceDoor(Door):
    """Uploads and captures."""

    parser_classes = [StrictJSONParser, MultiPartParser]

    def source(self) -> Source:
        """The source that the address names, if it may be seen."""
        rows = visibility.sources(self.actor).select_related("application")
        return self.find(rows, pk=self.kwargs["source_id"])

    @extend_schema(parameters=[SourceQuery], responses=SourceRow(many=True))
    def list(self, _request: Request, **path: Any) -> Response:
        """The sources that one may see, latest first."""
        wanted = self.query(SourceQuery)
        rows = visibility.sources(self.actor).select_related("application").defer(*_HEAVY)
        slug = path.get("slug") or wanted.get("application")
        if path.get("slug"):
            self.find(visibility.applications(self.actor), slug=slug)
        if slug:
            rows = rows.filter(application__slug=slug)
        for key in ("kind", "way", "digest"):
            if wanted.get(key):
                rows = rows.filter(**{key: wanted[key]})
        return self.page(rows.order_by(wanted["ordering"], "pk"), SourceRow)

    @extend_schema(
        request={"application/json": SourceIn, "multipart/form-data": SourceFormIn},
        responses={
            201: SourceOut,
            200: OpenApiResponse(SourceOut, description="The same bytes are stored already."),
        },
        examples=[
            OpenApiExample(
                "A manifest",
                value={
                    "application": "banking-app",
                    "filename": "web.yaml",
                    "content": "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\n"
                    "spec: {containers: [{name: web, image: localhost/web}]}\n",
                },
                request_only=True,
                media_type="application/json",
            )
        ],
    )
    def create(self, request: Request) -> Response:
        """Store files as one source, and find or make the services they tell of.

        One file that cannot be read refuses the whole, with every file's errors, unless
        `partial` is asked for.
        """
        wanted, files = self._upload(request)
        applications = visibility.applications(self.actor)
        application = applications.filter(slug=wanted["application"]).first()
        if application is None:
            raise serializers.ValidationError(
                {"application": [gettext("There is no such application, or none you may see.")]},
                "unknown_application",
            )
        stored = store_source(
            actor=self.actor,
            application=application,
            files=files,
            schemas=wiring.schemas(),
            on_conflict=OnConflict(wanted["on_conflict"]),
            partial=wanted["partial"],
        )
        shown = _shown(stored.source)
        shown["services"] = [match.record() for match in stored.matches]
        return Response(
            shown,
            status=201 if stored.created else 200,
            headers={"Location": f"/api/v1/sources/{stored.source.pk}/"},
        )

    @extend_schema(responses=SourceOut)
    def retrieve(self, _request: Request, **_path: Any) -> Response:
        """One source with its files, and what storing it brought up."""
        return Response(_shown(self.source()))

    @extend_schema(
        parameters=[RawQuery],
        responses={(200, "text/plain"): OpenApiTypes.STR},
    )
    @action(detail=True, renderer_classes=[PlainText, JSONRenderer])
    def raw(self, _request: Request, **_path: Any) -> HttpResponse:
        """The text of a source as it may be shown: secret values are struck out.

        Of several files `path` names one; without it they follow each other, each under its name.
        """
        source = self.source()
        members = list(source.members.defer("original"))
        if path := self.query(RawQuery).get("path"):
            members = [member for member in members if member.path == path]
        if not members:
            raise NotFound
        texts = [
            member.redacted if len(members) == 1 else f"# {member.path}\n{member.redacted}"
            for member in members
        ]
        return HttpResponse("\n".join(texts), content_type="text/plain; charset=utf-8")

    def _upload(self, request: Request) -> tuple[dict[str, Any], dict[str, bytes]]:
        """What is wanted, and the files."""
        if uploads.is_form(request):
            form = SourceForm(data=uploads.form_fields(request))
            form.is_valid(raise_exception=True)
            return form.validated_data, uploads.form_files(request)
        wanted = self.body(SourceIn)
        return wanted, uploads.one_file(wanted["filename"], wanted["content"])


def _shown(source: Source) -> dict[str, Any]:
    members = source.members.only("path", "kind", "errors", "source")
    return {
        **SourceRow(source).data,
        "files": [
            {"path": item.path, "kind": item.kind, "errors": speech.problems(item.errors)}
            for item in members
        ],
        "services": source.matches,
        "findings": speech.findings(source.findings),
        "questions": speech.questions(source.questions),
    }

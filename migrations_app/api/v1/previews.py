"""What would come of some text: ``preview/`` and ``check/`` store nothing."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.utils.translation import gettext
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.parsers import MultiPartParser
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from migrations_app import wiring
from migrations_app.actions.permissions import Verb
from migrations_app.api import speech, uploads
from migrations_app.api.doors import Door
from migrations_app.api.enums import SEVERITIES
from migrations_app.api.formats import Sarif, Xml
from migrations_app.api.layers import PresetField, layers_in
from migrations_app.api.parsers import StrictJSONParser, YamlParser
from migrations_app.api.shapes import FileText, Strict, Text, TextMap
from migrations_app.api.v1.shown import ChangeOut, FileOut, FindingOut, LossOut, Out, QuestionOut
from migrations_app.domain import records
from migrations_app.domain.findings import Finding, Severity
from migrations_app.domain.reports import Report, gitlab_report, junit_report, sarif_report
from migrations_app.queries.previews import Preview, preview

_REPORTS: dict[str, tuple[Report, str]] = {
    "sarif": (sarif_report, Sarif.media_type),
    "junit": (junit_report, Xml.media_type),
    "gitlab": (gitlab_report, "application/json"),
}
_LISTS = ("presets",)
_OBJECTS = ("parameters", "images", "answers")
_POD = """\
apiVersion: v1
kind: Pod
metadata: {name: web}
spec: {containers: [{name: web, image: localhost/web}]}
"""


def _partial() -> serializers.BooleanField:
    return serializers.BooleanField(
        required=False,
        default=False,
        help_text="Take what can be read, and name the rest under `files`.",
    )


class RenameOut(Out):
    kind = serializers.CharField()
    namespace = serializers.CharField(required=False)
    object = serializers.CharField(required=False)

    def get_fields(self) -> dict[str, Any]:
        """``from`` is a word of the language."""
        text = serializers.CharField
        return {**super().get_fields(), "from": text(), "to": text()}


class PreviewOut(Out):
    manifest = serializers.CharField(help_text="YAML; markers stand where secret values belong.")
    digest = serializers.CharField()
    trail = ChangeOut(many=True)
    findings = FindingOut(many=True)
    questions = QuestionOut(many=True)
    loss = LossOut(many=True)
    renames = RenameOut(many=True)
    files = FileOut(many=True)


class Wish(Strict):
    """How files are rendered: what requests in JSON and in forms have in common."""

    presets = serializers.ListField(
        child=PresetField(),
        max_length=50,
        required=False,
        default=list,
        help_text="Stored ones (id, name or name@version), texts, or {preset, version}.",
    )
    environment = Text(max_length=63, required=False, default="", allow_blank=True)
    parameters = TextMap(required=False, default=dict)
    images = TextMap(required=False, default=dict, help_text="Image by container.")
    kubernetes_version = Text(max_length=8, required=False, default="", allow_blank=True)
    answers = TextMap(required=False, default=dict)


class CheckIn(Wish):
    content = FileText()
    filename = Text(max_length=500, required=False, default="upload.yaml")


class PreviewIn(CheckIn):
    partial: Any = _partial()


class PreviewForm(Wish):
    partial: Any = _partial()


class _Files(serializers.Serializer[Any]):
    file = serializers.ListField(
        child=serializers.FileField(),
        min_length=1,
        help_text="Repeat it for several; archives are unpacked.",
    )


class CheckFormIn(_Files, Wish):
    """What the schema shows of the form; its files are read apart."""


class PreviewFormIn(_Files, PreviewForm):
    """What the schema shows of the form; its files are read apart."""


class CheckQuery(Strict):
    report = serializers.ChoiceField(choices=["json", *_REPORTS], required=False, default="json")
    fail_on = serializers.ChoiceField(
        choices=SEVERITIES,
        required=False,
        help_text="Adds a verdict: failed if any finding is as bad as this, or worse.",
    )


class CheckOut(Out):
    findings = FindingOut(many=True)
    verdict = serializers.ChoiceField(
        choices=["passed", "failed"], required=False, help_text="Only with `fail_on`."
    )


class PreviewDoor(Door):
    """Rendering and checking without storing."""

    parser_classes = [StrictJSONParser, YamlParser, MultiPartParser]
    yaml_field = "content"
    keeps = False

    @extend_schema(
        request={
            "application/json": PreviewIn,
            "application/yaml": OpenApiTypes.STR,
            "multipart/form-data": PreviewFormIn,
        },
        responses={200: PreviewOut},
        examples=[
            OpenApiExample(
                "A pod",
                value={"content": _POD},
                request_only=True,
                media_type="application/json",
            )
        ],
    )
    @action(detail=False, methods=["post"])
    def preview(self, request: Request) -> Response:
        """What files become: the manifest, and everything there is to say about it.

        One file that cannot be read refuses the whole, with every file's errors, unless
        `partial` is asked for. In a form, `presets` may be repeated, and `parameters`, `images`
        and `answers` are objects as JSON.
        """
        self.require_anywhere(Verb.VIEW)
        made = preview(self._wished(request, PreviewIn, PreviewForm), wiring.schemas())
        return Response(
            {
                "manifest": made["manifest"],
                "digest": made["digest"],
                "trail": speech.changes(made["trail"]),
                "findings": speech.findings(made["findings"]),
                "questions": speech.questions(made["questions"]),
                "loss": speech.losses(made["loss"]),
                "renames": made["renames"],
                "files": [
                    {**item, "errors": speech.problems(item["errors"])} for item in made["files"]
                ],
            }
        )

    @extend_schema(
        parameters=[CheckQuery],
        request={
            "application/json": CheckIn,
            "application/yaml": OpenApiTypes.STR,
            "multipart/form-data": CheckFormIn,
        },
        responses={
            (200, "application/json"): CheckOut,
            (200, "application/sarif+json"): OpenApiTypes.OBJECT,
            (200, "application/xml"): OpenApiTypes.STR,
        },
    )
    @action(detail=False, methods=["post"], renderer_classes=[JSONRenderer, Sarif, Xml])
    def check(self, request: Request) -> HttpResponseBase:
        """What keeps files from a cluster, in the form that a reader of reports wants.

        What rendering would mend by itself counts as well: it is the file that is judged. With
        `fail_on` the verdict also stands in the header `Kakehashi-Verdict`.
        """
        self.require_anywhere(Verb.VIEW)
        asked = self.query(CheckQuery)
        made = preview(self._wished(request, CheckIn, Wish), wiring.schemas())
        found = [records.finding_from(record) for record in made["findings"]]
        failing = _failing(found, asked["fail_on"]) if "fail_on" in asked else None
        verdict = "" if failing is None else "failed" if failing else "passed"
        response: HttpResponseBase
        if asked["report"] == "json":
            shown = {"findings": speech.findings(made["findings"])}
            response = Response({**shown, **({"verdict": verdict} if verdict else {})})
        else:
            write, media_type = _REPORTS[asked["report"]]
            if asked["report"] == "junit":
                write = partial(junit_report, failing=failing)
            response = HttpResponse(write(found, speech.say), content_type=media_type)
        if verdict:
            response["Kakehashi-Verdict"] = verdict
        return response

    def _wished(self, request: Request, body: type[Strict], form: type[Strict]) -> Preview:
        """The files, and how to render them, from JSON, YAML or a form."""
        if not uploads.is_form(request):
            wanted = self.body(body)
            return self._wish(wanted, uploads.one_file(wanted["filename"], wanted["content"]))
        given = form(data=uploads.form_fields(request, lists=_LISTS, objects=_OBJECTS))
        given.is_valid(raise_exception=True)
        return self._wish(given.validated_data, uploads.form_files(request))

    def _wish(self, wanted: dict[str, Any], files: dict[str, bytes]) -> Preview:
        version, known = wanted["kubernetes_version"], wiring.schemas().versions()
        if version and version not in known:
            detail = gettext("Kubernetes %(version)s is not bundled. There are: %(known)s.")
            raise serializers.ValidationError(
                {"kubernetes_version": [detail % {"version": version, "known": ", ".join(known)}]},
                "unknown_version",
            )
        return Preview(
            files=files,
            presets=layers_in(self.actor, wanted["presets"]),
            environment=wanted["environment"],
            parameters=wanted["parameters"],
            images=wanted["images"],
            answers=wanted["answers"],
            kubernetes_version=version,
            partial=wanted.get("partial", False),
        )


def _failing(found: list[Finding], threshold: str) -> set[str]:
    """The fingerprints of what is as bad as that, or worse."""
    worst = Severity(threshold).rank
    return {finding.fingerprint for finding in found if finding.severity.rank <= worst}

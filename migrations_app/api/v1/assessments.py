"""What is known of a service before anything runs: findings, questions, losses."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from migrations_app import wiring
from migrations_app.actions import choices
from migrations_app.api import speech
from migrations_app.api.enums import LOSS_OUTCOMES, SEVERITIES
from migrations_app.api.preconditions import content_tag, require_match, stale, version_tag
from migrations_app.api.shapes import Query, TextMap
from migrations_app.api.v1.applications import ApplicationDoor
from migrations_app.api.v1.services import ServiceDoor
from migrations_app.api.v1.shown import FindingOut, LossOut, QuestionOut
from migrations_app.domain.errors import StaleState
from migrations_app.domain.presets.from_answers import preset_text
from migrations_app.models import Application, Assessment, Service
from migrations_app.queries.waivers import waived

_ANSWERS_SCHEMA = {"type": "object", "additionalProperties": {"type": ["string", "null"]}}
_ANSWERS = OpenApiExample(
    "Answers by question", value={"Deployment/web:image": "localhost/web:1.2"}, request_only=True
)


class FindingQuery(Query):
    severity = serializers.ChoiceField(choices=SEVERITIES, required=False)
    code = serializers.CharField(max_length=10, required=False)
    mended = serializers.BooleanField(required=False, allow_null=True, default=None)


class LossQuery(Query):
    outcome = serializers.ChoiceField(choices=LOSS_OUTCOMES, required=False)


class AnswersIn(TextMap):
    """Answers by the question's id; null takes an answer back."""

    child = serializers.CharField(
        allow_null=True, allow_blank=True, max_length=2000, trim_whitespace=False
    )


class PresetTextOut(serializers.Serializer[Any]):
    """A preset that is not kept yet."""

    text = serializers.CharField()


class AssessmentDoor(ServiceDoor):
    """Findings, questions and the loss report of one service."""

    @extend_schema(parameters=[FindingQuery], responses=FindingOut(many=True))
    @action(detail=True)
    def findings(self, _request: Request, **_path: Any) -> Response:
        """What keeps the service from a cluster, worst first."""
        wanted = self.query(FindingQuery)
        service = self.service()
        rows = [
            record
            for record in _stored(service, "findings")
            if wanted.get("severity") in (None, record["severity"])
            and wanted.get("code") in (None, record["code"])
            and wanted["mended"] in (None, record["mended"])
        ]
        return self.paged(service, speech.findings(rows, waived(service)), FindingOut)

    @extend_schema(request=None, responses=FindingOut(many=True))
    @action(detail=True, methods=["post"], pagination_class=None)
    def fix(self, _request: Request, fingerprint: str, **_path: Any) -> Response:
        """Accept the fix of a finding; it is applied whenever the service is rendered.

        The answer is the findings that are left.
        """
        service = choices.accept_fix(
            actor=self.actor,
            service=self.service(),
            fingerprint=fingerprint,
            schemas=wiring.schemas(),
        )
        return self.tagged(service, speech.findings(_stored(service, "findings"), waived(service)))

    @extend_schema(request=None, responses={200: FindingOut(many=True)})
    @action(detail=True, methods=["delete"], pagination_class=None)
    def withdraw_fix(self, request: Request, fingerprint: str, **_path: Any) -> Response:
        """Take back a fix that was accepted; the service is rendered without it from now on.

        The answer is the findings that are open again. With ``If-Match`` it is taken back only
        if nobody changed the service meanwhile.
        """
        service = self.service()
        guarded = "If-Match" in request.headers
        if guarded:
            require_match(request, version_tag(service.version))
        try:
            service = choices.withdraw_fix(
                actor=self.actor,
                service=service,
                fingerprint=fingerprint,
                schemas=wiring.schemas(),
                version=service.version if guarded else None,
            )
        except StaleState:
            raise stale() from None
        return self.tagged(service, speech.findings(_stored(service, "findings"), waived(service)))

    @extend_schema(responses=QuestionOut(many=True))
    @action(detail=True, pagination_class=None)
    def questions(self, _request: Request, **_path: Any) -> Response:
        """What only a person can decide, each with a recommended answer."""
        service = self.service()
        return self.tagged(service, speech.questions(_stored(service, "questions")))

    @extend_schema(
        request={"application/json": _ANSWERS_SCHEMA},
        responses=QuestionOut(many=True),
        examples=[_ANSWERS],
    )
    @action(detail=True, methods=["put"], pagination_class=None)
    def answers(self, request: Request, **_path: Any) -> Response:
        """Answer questions; what is not named stays as it is. All of them or none are kept."""
        service = self.service()
        require_match(request, version_tag(service.version))
        wanted = self.body(AnswersIn)
        try:
            service = choices.answer_questions(
                actor=self.actor,
                service=service,
                answers=wanted,
                schemas=wiring.schemas(),
                version=service.version,
            )
        except StaleState:
            raise stale() from None
        return self.tagged(service, speech.questions(_stored(service, "questions")))

    @extend_schema(responses=PresetTextOut)
    @action(detail=True)
    def answers_as_preset(self, _request: Request, **_path: Any) -> Response:
        """The answers in force as the text of a preset, to be posted under ``presets/``."""
        service = self.service()
        text = preset_text(
            f"{service.key}-answers", service.application.slug, _stored(service, "questions")
        )
        return self.tagged(service, {"text": text})

    @extend_schema(parameters=[LossQuery], responses=LossOut(many=True))
    @action(detail=True)
    def loss_report(self, _request: Request, **_path: Any) -> Response:
        """Every field that is set in the source, and what became of it."""
        outcome = self.query(LossQuery).get("outcome")
        service = self.service()
        rows = [
            record for record in _stored(service, "loss") if outcome in (None, record["outcome"])
        ]
        return self.paged(service, speech.losses(rows), LossOut)


class ApplicationQuestionDoor(ApplicationDoor):
    """The questions of all services of an application, answered at once."""

    @extend_schema(responses=QuestionOut(many=True))
    @action(detail=True, pagination_class=None)
    def questions(self, _request: Request, **_path: Any) -> Response:
        """Every question that some service asks, once."""
        return self._asked(self.application())

    @extend_schema(
        request={"application/json": _ANSWERS_SCHEMA},
        responses=QuestionOut(many=True),
        examples=[_ANSWERS],
    )
    @action(detail=True, methods=["put"], pagination_class=None)
    def answers(self, request: Request, **_path: Any) -> Response:
        """Answer questions for every service that asks them."""
        application = self.application()
        require_match(request, content_tag(_questions_of(application)))
        choices.answer_for_application(
            actor=self.actor,
            application=application,
            answers=self.body(AnswersIn),
            schemas=wiring.schemas(),
        )
        return self._asked(application)

    @extend_schema(responses=PresetTextOut)
    @action(detail=True)
    def answers_as_preset(self, _request: Request, **_path: Any) -> Response:
        """The answers in force as the text of a preset, to be posted under ``presets/``."""
        application = self.application()
        asked = _once(application)
        text = preset_text(f"{application.slug}-answers", application.slug, asked)
        return Response({"text": text})

    def _asked(self, application: Application) -> Response:
        found = _questions_of(application)
        return Response(found, headers={"ETag": content_tag(found)})


def _stored(service: Service, name: str) -> list[Any]:
    """One of the lists of a service's assessment."""
    row = Assessment.objects.filter(service=service).values_list(name, flat=True).first()
    return list(row or [])


def _questions_of(application: Application) -> list[dict[str, Any]]:
    return speech.questions(_once(application))


def _once(application: Application) -> list[dict[str, Any]]:
    """Every stored question of an application, once."""
    rows: Iterable[list[Any]] = Assessment.objects.filter(
        service__application=application, service__archived=None
    ).values_list("questions", flat=True)
    once = {question["id"]: question for questions in rows for question in questions}
    return [once[key] for key in sorted(once)]

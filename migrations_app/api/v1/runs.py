"""Runs: background work, from the wish to the result."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from migrations_app.actions import retries, runs
from migrations_app.api.doors import Door
from migrations_app.api.enums import RESULT_TYPES, RUN_KINDS, RUN_STATES, STEP_STATES
from migrations_app.api.pagination import LogCursor
from migrations_app.api.shapes import CursorQuery, Query, Wait
from migrations_app.api.speech import said
from migrations_app.api.v1.shown import Out, ProblemOut
from migrations_app.api.waiting import wait_for, wanted_wait
from migrations_app.models import Run, RunLogLine
from migrations_app.queries import visibility


class RunStepOut(Out):
    name = serializers.CharField()
    state = serializers.ChoiceField(choices=STEP_STATES)
    started = serializers.DateTimeField(allow_null=True)
    ended = serializers.DateTimeField(allow_null=True)


class ResultOut(Out):
    type = serializers.ChoiceField(choices=RESULT_TYPES)
    id = serializers.CharField()
    url = serializers.CharField()


class RunErrorOut(Out):
    code = serializers.CharField()
    detail = serializers.CharField()


class RunOut(Out):
    """``outcome`` is the verdict of a rehearsal; a run whose rehearsal failed has succeeded."""

    id = serializers.UUIDField()
    kind = serializers.ChoiceField(choices=RUN_KINDS)
    state = serializers.ChoiceField(choices=RUN_STATES)
    attempt = serializers.IntegerField()
    application = serializers.UUIDField(source="application_id", allow_null=True)
    service = serializers.UUIDField(source="service_id", allow_null=True)
    environment = serializers.CharField()
    cancel_requested = serializers.BooleanField()
    created = serializers.DateTimeField()
    started = serializers.DateTimeField(allow_null=True)
    ended = serializers.DateTimeField(allow_null=True)
    steps = RunStepOut(many=True)
    result = ResultOut(allow_null=True)
    outcome = serializers.CharField()
    error = RunErrorOut(allow_null=True)

    def to_representation(self, instance: Run) -> dict[str, Any]:
        """A run whose steps were fetched along."""
        made = {"result": _result(instance), "error": _error(instance)}
        return {
            name: made[name] if name in made else _plain(field, field.get_attribute(instance))
            for name, field in self.fields.items()
        }


class RunQuery(Query):
    kind = serializers.ChoiceField(choices=RUN_KINDS, required=False)
    state = serializers.ChoiceField(choices=RUN_STATES, required=False)
    application = serializers.CharField(max_length=63, required=False)
    service = serializers.UUIDField(required=False)
    ordering = serializers.ChoiceField(
        choices=["created", "-created"], required=False, default="-created"
    )


class LogQuery(CursorQuery):
    source: Any = serializers.CharField(max_length=100, required=False)


class LogLineOut(Out):
    seq = serializers.IntegerField(help_text="Counts from 1 without a gap.")
    at = serializers.DateTimeField()
    attempt = serializers.IntegerField()
    source: Any = serializers.CharField(help_text="A container, or `runner`.")
    stream = serializers.CharField()
    text = serializers.CharField()


RUN_STARTED = {
    202: OpenApiResponse(RunOut, description="The work is in the queue; Location is the run."),
    200: OpenApiResponse(RunOut, description="With `wait`: the run has ended, well or not."),
    409: OpenApiResponse(ProblemOut, description="`run_active`: it is being done already."),
}
"""What a request for background work is answered."""


class RunDoor(Door):
    """Background work."""

    def run(self) -> Run:
        """The run that the address names, if it may be seen."""
        rows = visibility.runs(self.actor).select_related("application", "service", "host")
        return self.find(rows.prefetch_related("steps"), pk=self.kwargs["run_id"])

    @extend_schema(parameters=[RunQuery], responses=RunOut(many=True))
    def list(self, _request: Request, **path: Any) -> Response:
        """The runs that one may see, latest first."""
        wanted = self.query(RunQuery)
        rows = visibility.runs(self.actor).prefetch_related("steps")
        for key, column in (
            ("kind", "kind"),
            ("state", "state"),
            ("application", "application__slug"),
            ("service", "service_id"),
        ):
            if wanted.get(key):
                rows = rows.filter(**{column: wanted[key]})
        if "service_id" in path:
            self.find(visibility.services(self.actor), pk=path["service_id"])
            rows = rows.filter(service_id=path["service_id"])
        elif "slug" in path:
            application = self.find(visibility.applications(self.actor), slug=path["slug"])
            rows = rows.filter(application=application)
        return self.page(rows.order_by(wanted["ordering"], "pk"), RunOut)

    @extend_schema(parameters=[Wait], responses=RunOut)
    def retrieve(self, request: Request, **_path: Any) -> Response:
        """One run; with `wait` as it is once it has ended, or when the time is over."""
        seconds, run = wanted_wait(request), self.run()
        if seconds and wait_for(run, seconds, str(request.user.pk)):
            run = self.run()
        return Response(RunOut(run).data)

    @extend_schema(parameters=[LogQuery], responses=LogLineOut(many=True))
    @action(detail=True, pagination_class=LogCursor)
    def log(self, _request: Request, **_path: Any) -> Response:
        """What was said during a run, oldest first."""
        wanted = self.query(LogQuery)
        rows = RunLogLine.objects.filter(run=self.run())
        if wanted.get("source"):
            rows = rows.filter(source=wanted["source"])
        return self.page(rows, LogLineOut)

    @extend_schema(request=None, responses=RunOut)
    @action(detail=True, methods=["post"])
    def cancel(self, _request: Request, **_path: Any) -> Response:
        """End a run that waits, or ask the worker of a running one to stop."""
        runs.cancel(run=self.run(), actor=self.actor)
        return Response(RunOut(self.run()).data)

    @extend_schema(parameters=[Wait], request=None, responses=RUN_STARTED)
    @action(detail=True, methods=["post"])
    def retry(self, request: Request, **_path: Any) -> Response:
        """Do the work of a run that failed or was cancelled once more, as a new run."""
        run = self.run()
        return answered(request, lambda: retries.retry_run(run=run, actor=self.actor))


def answered(request: Request, start: Callable[[], Run]) -> Response:
    """The answer to a request for background work: 202, or 200 if waiting for it was worth it.

    Nothing is started if it was asked to wait for what is no number of seconds.
    """
    seconds = wanted_wait(request)
    run = start()
    ended = wait_for(run, seconds, str(request.user.pk))
    shown = Run.objects.prefetch_related("steps").get(pk=run.pk)
    return Response(
        RunOut(shown).data,
        status=200 if ended else 202,
        headers={"Location": f"/api/v1/runs/{run.pk}/"},
    )


def _plain(field: Any, value: Any) -> Any:
    return None if value is None else field.to_representation(value)


def _result(run: Run) -> dict[str, str] | None:
    if not run.result_type:
        return None
    return {
        "type": run.result_type,
        "id": run.result_id,
        "url": f"/api/v1/{run.result_type}s/{run.result_id}/",
    }


def _error(run: Run) -> dict[str, str] | None:
    if not run.error_code:
        return None
    return {"code": run.error_code, "detail": said(_message(run))}


def _message(run: Run) -> dict[str, Any]:
    return {"text": run.error_text, "params": run.error_params}

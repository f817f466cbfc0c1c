"""Addresses of version 1."""

from __future__ import annotations

from typing import Any

from django.urls import include, path, re_path

from migrations_app.api.doors import Door
from migrations_app.api.v1.applications import ApplicationDoor, EnvironmentDoor
from migrations_app.api.v1.assessments import ApplicationQuestionDoor, AssessmentDoor
from migrations_app.api.v1.audit import AuditDoor
from migrations_app.api.v1.digests import DigestDoor
from migrations_app.api.v1.documentation import SchemaPages, SchemaView, UnknownDoor
from migrations_app.api.v1.edits import EditDoor
from migrations_app.api.v1.hosts import HostDoor
from migrations_app.api.v1.people import MembershipDoor, UserDoor
from migrations_app.api.v1.phases import GateDoor, MoveDoor, TestReportDoor, TimelineDoor
from migrations_app.api.v1.presets import PinDoor, PresetDoor, VersionDoor
from migrations_app.api.v1.previews import PreviewDoor
from migrations_app.api.v1.rehearsals import (
    ApplicationRehearsalDoor,
    RehearsalDoor,
    ServiceRehearsalDoor,
)
from migrations_app.api.v1.revisions import RevisionDoor, ServiceRevisionDoor
from migrations_app.api.v1.run_events import RunEventDoor
from migrations_app.api.v1.runs import RunDoor
from migrations_app.api.v1.services import ServiceDoor
from migrations_app.api.v1.sources import SourceDoor
from migrations_app.api.v1.tokens import TokenDoor
from migrations_app.api.v1.waivers import ServiceWaiverDoor, WaiverDoor

LISTED: dict[str, Any] = {"get": "list"}
MADE: dict[str, Any] = {"get": "list", "post": "create"}
SHOWN: dict[str, Any] = {"get": "retrieve"}
CHANGED: dict[str, Any] = {"get": "retrieve", "patch": "partial_update"}
_PUT_ANSWERS: dict[str, Any] = {"put": "answers"}


def _to(door: type[Door], actions: dict[str, Any]) -> Any:
    """A view of a door: its methods by verb, each with what its decorator says of it."""
    more: dict[str, Any] = {"detail": "list" not in actions.values()}
    for name in actions.values():
        more |= getattr(getattr(door, name), "kwargs", {})
    return door.as_view(actions, **more)


def _post(door: type[Door], name: str) -> Any:
    return _to(door, {"post": name})


def _get(door: type[Door], name: str) -> Any:
    return _to(door, {"get": name})


_service: list[Any] = [
    path("", _to(ServiceDoor, CHANGED)),
    path("archive/", _post(ServiceDoor, "archive")),
    path("loss-report/", _get(AssessmentDoor, "loss_report")),
    path("findings/", _get(AssessmentDoor, "findings")),
    path(
        "findings/<str:fingerprint>/fix/",
        _to(AssessmentDoor, {"post": "fix", "delete": "withdraw_fix"}),
    ),
    path("questions/", _get(AssessmentDoor, "questions")),
    path("questions/preset/", _get(AssessmentDoor, "answers_as_preset")),
    path("answers/", _to(AssessmentDoor, _PUT_ANSWERS)),
    path("questions/answers/", _to(AssessmentDoor, _PUT_ANSWERS)),
    path("edits/", _to(EditDoor, {"get": "edits", "put": "save_edit", "delete": "remove_edit"})),
    path("edits/desk/", _get(EditDoor, "desk")),
    path("edits/settle/", _post(EditDoor, "settle")),
    path("waivers/", _to(ServiceWaiverDoor, {"get": "waivers", "post": "grant"})),
    path("timeline/", _to(TimelineDoor, LISTED)),
    path("presets/", _to(PinDoor, {"get": "presets", "put": "pin"})),
    path("revisions/", _to(ServiceRevisionDoor, MADE)),
    path("rehearsals/", _to(ServiceRehearsalDoor, MADE)),
    path("runs/", _to(RunDoor, LISTED)),
    path("test-reports/", _to(TestReportDoor, MADE)),
    path("gates/", _get(GateDoor, "gates")),
    path("moves/", _to(MoveDoor, MADE)),
]

_application: list[Any] = [
    path("", _to(ApplicationDoor, CHANGED)),
    path("archive/", _post(ApplicationDoor, "archive")),
    path("shared/", _get(ApplicationDoor, "shared")),
    path("environments/", _to(EnvironmentDoor, LISTED)),
    path(
        "environments/<slug:name>/",
        _to(EnvironmentDoor, {"get": "retrieve", "put": "update"}),
    ),
    path("questions/", _get(ApplicationQuestionDoor, "questions")),
    path("questions/preset/", _get(ApplicationQuestionDoor, "answers_as_preset")),
    path("answers/", _to(ApplicationQuestionDoor, _PUT_ANSWERS)),
    path(
        "questions/answers/",
        _to(ApplicationQuestionDoor, _PUT_ANSWERS),
    ),
    path("rehearsals/", _to(ApplicationRehearsalDoor, MADE)),
    path("services/", _to(ServiceDoor, LISTED)),
    path("services/<str:key>/", include(_service)),
    path("sources/", _to(SourceDoor, LISTED)),
    path("runs/", _to(RunDoor, LISTED)),
]

urlpatterns: list[Any] = [
    path("applications/", _to(ApplicationDoor, MADE)),
    path("applications/<slug:slug>/", include(_application)),
    path("sources/", _to(SourceDoor, MADE)),
    path("sources/<uuid:source_id>/", _to(SourceDoor, SHOWN)),
    path("sources/<uuid:source_id>/raw/", _get(SourceDoor, "raw")),
    path("services/", _to(ServiceDoor, LISTED)),
    path("services/<uuid:service_id>/", include(_service)),
    path("revisions/<uuid:revision_id>/", _to(RevisionDoor, SHOWN)),
    path("revisions/<uuid:revision_id>/manifest/", _get(RevisionDoor, "manifest")),
    path("revisions/<uuid:revision_id>/diff/", _get(RevisionDoor, "diff")),
    path("revisions/<uuid:revision_id>/provenance/", _get(RevisionDoor, "provenance")),
    path("rehearsals/<uuid:rehearsal_id>/", _to(RehearsalDoor, SHOWN)),
    re_path(r"^digests/(?P<digest>[0-9a-f]{64})/$", _to(DigestDoor, SHOWN)),
    path("waivers/<uuid:waiver_id>/", _to(WaiverDoor, {**SHOWN, "delete": "destroy"})),
    path("runs/", _to(RunDoor, LISTED)),
    path("runs/<uuid:run_id>/", _to(RunDoor, SHOWN)),
    path("runs/<uuid:run_id>/log/", _get(RunDoor, "log")),
    path("runs/<uuid:run_id>/events/", _get(RunEventDoor, "events")),
    path("runs/<uuid:run_id>/cancel/", _post(RunDoor, "cancel")),
    path("runs/<uuid:run_id>/retry/", _post(RunDoor, "retry")),
    path("presets/", _to(PresetDoor, MADE)),
    path("presets/<uuid:preset_id>/", _to(PresetDoor, SHOWN)),
    path("presets/<uuid:preset_id>/versions/", _to(VersionDoor, MADE)),
    path("presets/<uuid:preset_id>/impact/", _get(PresetDoor, "impact")),
    path("preview/", _post(PreviewDoor, "preview")),
    path("check/", _post(PreviewDoor, "check")),
    path("hosts/", _to(HostDoor, MADE)),
    path("hosts/<str:host>/", _to(HostDoor, CHANGED)),
    path("hosts/<str:host>/test/", _post(HostDoor, "test")),
    path("hosts/<str:host>/workloads/", _get(HostDoor, "workloads")),
    path("hosts/<str:host>/captures/", _post(HostDoor, "captures")),
    path("users/", _to(UserDoor, MADE)),
    path("users/<uuid:user_id>/", _to(UserDoor, CHANGED)),
    path("memberships/", _to(MembershipDoor, MADE)),
    path(
        "memberships/<uuid:membership_id>/",
        _to(MembershipDoor, {"get": "retrieve", "delete": "destroy"}),
    ),
    path("tokens/", _to(TokenDoor, MADE)),
    path("tokens/<uuid:token_id>/", _to(TokenDoor, SHOWN)),
    path("tokens/<uuid:token_id>/revoke/", _post(TokenDoor, "revoke")),
    path("audit/events/", _to(AuditDoor, LISTED)),
    path("audit/verification/", _get(AuditDoor, "verification")),
    path("audit/export/", _get(AuditDoor, "export")),
    path("schema/", SchemaView.as_view(), name="api-schema"),
    path("docs/", SchemaPages.as_view(), name="api-docs"),
    re_path(
        r"^.*$",
        _to(UnknownDoor, dict.fromkeys(("get", "post", "put", "patch", "delete"), "nothing")),
    ),
]

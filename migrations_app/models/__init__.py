"""The tables, one module per aggregate."""

from __future__ import annotations

from migrations_app.models.applications import Application, Environment
from migrations_app.models.audit import AuditEvent, AuditHead
from migrations_app.models.choices import AcceptedFix, Answer, ManifestEdit
from migrations_app.models.hosts import Host
from migrations_app.models.idempotency import IdempotencyKey
from migrations_app.models.memberships import Membership
from migrations_app.models.phase_moves import PhaseMove, TestReport
from migrations_app.models.presets import PinnedPreset, Preset, PresetVersion
from migrations_app.models.rehearsals import Rehearsal
from migrations_app.models.revisions import Revision, SharedRevision, Submission
from migrations_app.models.runs import Run, RunLogLine, RunStep
from migrations_app.models.secret_values import SecretValue, SecretVersion
from migrations_app.models.services import Assessment, Service, ServiceSource
from migrations_app.models.sources import Source, SourceMember
from migrations_app.models.tokens import AuthToken
from migrations_app.models.users import LoginAttempt, User
from migrations_app.models.waivers import FindingWaiver
from migrations_app.models.workers import Worker

__all__ = [
    "AcceptedFix",
    "Answer",
    "Application",
    "Assessment",
    "AuditEvent",
    "AuditHead",
    "AuthToken",
    "Environment",
    "FindingWaiver",
    "Host",
    "IdempotencyKey",
    "LoginAttempt",
    "ManifestEdit",
    "Membership",
    "PhaseMove",
    "PinnedPreset",
    "Preset",
    "PresetVersion",
    "Rehearsal",
    "Revision",
    "Run",
    "RunLogLine",
    "RunStep",
    "SecretValue",
    "SecretVersion",
    "Service",
    "ServiceSource",
    "SharedRevision",
    "Source",
    "SourceMember",
    "Submission",
    "TestReport",
    "User",
    "Worker",
]

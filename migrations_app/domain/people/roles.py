"""The one table of who may do what.

A role is held in one application or in all of them. Doors, workers and commands all ask this
table through ``actions.permissions``; nobody else decides.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class Role(StrEnum):
    VIEWER = "viewer"
    OPERATOR = "operator"
    APPROVER = "approver"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"


class Scope(StrEnum):
    """What a token may be used for: a part of what its owner may do."""

    READ = "read"
    WRITE = "write"
    DEPLOY = "deploy"
    ADMIN = "admin"


class Verb(StrEnum):
    """Everything that permission is asked for."""

    VIEW = "view"
    READ_AUDIT = "read_audit"
    STORE_SOURCE = "store_source"
    CAPTURE = "capture"
    EDIT_SERVICE = "edit_service"
    ARCHIVE_SERVICE = "archive_service"
    ANSWER = "answer"
    ACCEPT_FIX = "accept_fix"
    EDIT_MANIFEST = "edit_manifest"
    WAIVE = "waive"
    EDIT_PRESET = "edit_preset"
    PIN_PRESET = "pin_preset"
    MAKE_REVISION = "make_revision"
    REHEARSE = "rehearse"
    POST_TEST_REPORT = "post_test_report"
    MOVE_SERVICE = "move_service"
    CANCEL_RUN = "cancel_run"
    RETRY_RUN = "retry_run"
    EDIT_APPLICATION = "edit_application"
    EDIT_ENVIRONMENT = "edit_environment"
    DEPLOY = "deploy"
    APPROVE = "approve"
    CREATE_APPLICATION = "create_application"
    EDIT_ORGANISATION_PRESET = "edit_organisation_preset"
    MANAGE_HOSTS = "manage_hosts"
    MANAGE_USERS = "manage_users"
    PURGE_SOURCE = "purge_source"


_OPERATES = frozenset(
    {
        Verb.VIEW,
        Verb.STORE_SOURCE,
        Verb.CAPTURE,
        Verb.EDIT_SERVICE,
        Verb.ARCHIVE_SERVICE,
        Verb.ANSWER,
        Verb.ACCEPT_FIX,
        Verb.EDIT_MANIFEST,
        Verb.WAIVE,
        Verb.EDIT_PRESET,
        Verb.PIN_PRESET,
        Verb.MAKE_REVISION,
        Verb.REHEARSE,
        Verb.POST_TEST_REPORT,
        Verb.MOVE_SERVICE,
        Verb.CANCEL_RUN,
        Verb.RETRY_RUN,
        Verb.EDIT_APPLICATION,
        Verb.EDIT_ENVIRONMENT,
        Verb.DEPLOY,
    }
)

ROLES: Mapping[Role, frozenset[Verb]] = {
    Role.VIEWER: frozenset({Verb.VIEW}),
    Role.OPERATOR: _OPERATES,
    Role.APPROVER: frozenset({Verb.VIEW, Verb.APPROVE}),
    Role.AUDITOR: frozenset({Verb.VIEW, Verb.READ_AUDIT}),
    Role.ADMINISTRATOR: frozenset(
        {
            Verb.VIEW,
            Verb.READ_AUDIT,
            Verb.CREATE_APPLICATION,
            Verb.EDIT_APPLICATION,
            Verb.EDIT_ENVIRONMENT,
            Verb.EDIT_ORGANISATION_PRESET,
            Verb.MANAGE_HOSTS,
            Verb.MANAGE_USERS,
            Verb.PURGE_SOURCE,
        }
    ),
}

ORGANISATION_WIDE = frozenset(
    {
        Verb.CREATE_APPLICATION,
        Verb.EDIT_ORGANISATION_PRESET,
        Verb.MANAGE_HOSTS,
        Verb.MANAGE_USERS,
    }
)
"""What concerns no single application: only a role held in all applications allows it."""

_READS = frozenset({Verb.VIEW, Verb.READ_AUDIT})
_ADMINISTERS = frozenset(
    {
        Verb.EDIT_ORGANISATION_PRESET,
        Verb.MANAGE_HOSTS,
        Verb.MANAGE_USERS,
        Verb.PURGE_SOURCE,
    }
)
_NEVER_BY_TOKEN = frozenset({Verb.APPROVE})

SCOPES: Mapping[Scope, frozenset[Verb]] = {
    Scope.READ: _READS,
    Scope.WRITE: frozenset(Verb)
    - _ADMINISTERS
    - _NEVER_BY_TOKEN
    - frozenset({Verb.DEPLOY, Verb.READ_AUDIT}),
    Scope.DEPLOY: frozenset({Verb.VIEW, Verb.DEPLOY, Verb.MOVE_SERVICE}),
    Scope.ADMIN: _ADMINISTERS | _READS,
}
"""What a token of each scope may be used for, if its owner may do it at all."""


def scopes_of(verbs: frozenset[Verb]) -> tuple[Scope, ...]:
    """The scopes of which a person with these verbs could use more than reading."""
    return tuple(
        scope for scope in Scope if scope is Scope.READ or (SCOPES[scope] - _READS) & verbs
    )

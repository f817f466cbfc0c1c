"""What audit events are called: ``subject:verb``, what happened and not what was called."""

from __future__ import annotations

from enum import StrEnum


class Tag(StrEnum):
    LOGIN_SUCCEEDED = "login:succeeded"
    LOGIN_FAILED = "login:failed"
    LOGIN_LOCKED = "login:locked"
    LOGOUT = "login:ended"
    ACCESS_REFUSED = "access:refused"

    USER_CREATED = "user:created"
    USER_CHANGED = "user:changed"
    USER_DEACTIVATED = "user:deactivated"
    PASSWORD_CHANGED = "user:password_changed"  # noqa: S105 - the name of an event
    MEMBERSHIP_GRANTED = "membership:granted"
    MEMBERSHIP_REVOKED = "membership:revoked"
    TOKEN_CREATED = "token:created"  # noqa: S105 - the name of an event
    TOKEN_FIRST_USED = "token:first_used"  # noqa: S105 - the name of an event
    TOKEN_REVOKED = "token:revoked"  # noqa: S105 - the name of an event

    APPLICATION_CREATED = "application:created"
    APPLICATION_CHANGED = "application:changed"
    APPLICATION_ARCHIVED = "application:archived"
    ENVIRONMENT_CHANGED = "environment:changed"
    HOST_ADDED = "host:added"
    HOST_CHANGED = "host:changed"
    HOST_TESTED = "host:tested"

    SOURCE_STORED = "source:stored"
    SOURCE_REFUSED = "source:refused"
    SOURCE_PURGED = "source:purged"
    SERVICE_CREATED = "service:created"
    SERVICE_UPDATED = "service:updated"
    SERVICE_CHANGED = "service:changed"
    SERVICE_ARCHIVED = "service:archived"
    SERVICE_MOVED = "service:moved"
    ANSWER_GIVEN = "answer:given"
    ANSWER_WITHDRAWN = "answer:withdrawn"
    FIX_ACCEPTED = "fix:accepted"
    FIX_WITHDRAWN = "fix:withdrawn"
    WAIVER_GRANTED = "waiver:granted"
    WAIVER_REVOKED = "waiver:revoked"
    EDIT_SAVED = "edit:saved"
    EDIT_SETTLED = "edit:settled"
    EDIT_REMOVED = "edit:removed"
    PRESET_CREATED = "preset:created"
    PRESET_VERSION_CREATED = "preset:version_created"
    PRESETS_PINNED = "preset:pinned"
    REVISION_CREATED = "revision:created"
    REVISION_SUBMITTED = "revision:submitted"
    TEST_REPORT_POSTED = "test_report:posted"

    RUN_STARTED = "run:started"
    RUN_ENDED = "run:ended"
    RUN_CANCELLED = "run:cancelled"
    RUN_RETRIED = "run:retried"
    CAPTURE_STARTED = "capture:started"
    CAPTURE_ENDED = "capture:ended"
    REHEARSAL_STARTED = "rehearsal:started"
    REHEARSAL_ENDED = "rehearsal:ended"

    AUDIT_VERIFIED = "audit:verified"
    KEYS_ROTATED = "keys:rotated"

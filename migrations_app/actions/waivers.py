"""Granting and revoking exceptions: a finding that closes no gate, for a reason, until a day."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from migrations_app.actions import audit, permissions
from migrations_app.actions.permissions import Actor, Verb
from migrations_app.actions.services import locked, raise_version
from migrations_app.actions.unit import action
from migrations_app.domain.audit.tags import Tag
from migrations_app.domain.errors import Conflict, InvalidInput, Problem
from migrations_app.domain.messages import Message, msg
from migrations_app.domain.places import Place
from migrations_app.models import Assessment, FindingWaiver, Service
from migrations_app.queries.facts import latest_revision
from migrations_app.queries.waivers import today

LONGEST = timedelta(days=366)
"""An exception that outlives a year is a rule, and rules stand in presets."""


@action
def grant_waiver(
    *, actor: Actor, service: Service, fingerprint: str, reason: str, expires: date
) -> FindingWaiver:
    """Take one finding as it is until the end of a day.

    Raises:
        InvalidInput: there is no such finding, it cannot be waived, the reason is missing, or the
            day is past or too far ahead.
        Conflict: it is waived already.
    """
    permissions.require(actor, Verb.WAIVE, service.application)
    service = locked(service)
    finding = _finding(service, fingerprint)
    _require(finding, reason, expires)
    # One that has ended makes room for the next.
    held = FindingWaiver.objects.filter(service=service, fingerprint=fingerprint, revoked=None)
    held.filter(expires__lt=today()).update(revoked=timezone.now())
    if held.filter(expires__gte=today()).exists():
        raise Conflict(msg("This finding is waived already. Revoke that waiver first."))
    raise_version(service)
    waiver = FindingWaiver.objects.create(
        service=service,
        fingerprint=fingerprint,
        code=finding["code"],
        finding=finding,
        reason=reason.strip(),
        expires=expires,
        by=actor.user,
        by_name=actor.name,
    )
    _record(actor, waiver, Tag.WAIVER_GRANTED)
    return waiver


@action
def revoke_waiver(*, actor: Actor, waiver: FindingWaiver) -> FindingWaiver:
    """End a waiver now: its finding closes the gate again.

    Raises:
        Conflict: it has been revoked before.
    """
    permissions.require(actor, Verb.WAIVE, waiver.service.application)
    service = locked(waiver.service)
    rows = FindingWaiver.objects.filter(pk=waiver.pk, revoked=None)
    if not rows.update(revoked=timezone.now(), revoked_by_name=actor.name):
        raise Conflict(msg("The waiver was revoked before."))
    raise_version(service)
    waiver.refresh_from_db()
    _record(actor, waiver, Tag.WAIVER_REVOKED)
    return waiver


def _finding(service: Service, fingerprint: str) -> dict[str, Any]:
    """A finding that is open now: of what is in force, or of the latest revision."""
    assessment = Assessment.objects.filter(service=service).first()
    revision = latest_revision(service)
    shared = revision.shared.findings if revision and revision.shared else []
    known = [
        *(assessment.findings if assessment else ()),
        *(revision.findings if revision else ()),
        *shared,
    ]
    for record in known:
        if record["fingerprint"] == fingerprint and not record["mended"]:
            found: dict[str, Any] = record
            return found
    raise _wrong("fingerprint", msg("There is no open finding %(id)s.", id=repr(fingerprint)))


def _require(finding: dict[str, Any], reason: str, expires: date) -> None:
    if not finding["waivable"]:
        text = msg("%(code)s cannot be waived: it has to be mended.", code=finding["code"])
        raise _wrong("fingerprint", text)
    if not reason.strip():
        raise _wrong("reason", msg("A waiver needs a reason. Say why the finding may stay."))
    last = today() + LONGEST
    if expires < today():
        raise _wrong("expires", msg("The day is past. Name the last day on which it may stay."))
    if expires > last:
        text = msg("A waiver lasts a year at most: name a day until %(last)s.", last=last)
        raise _wrong("expires", text)


def _wrong(field: str, message: Message) -> InvalidInput:
    return InvalidInput(message, [Problem("invalid", message, Place(path=f"/{field}"))])


def _record(actor: Actor, waiver: FindingWaiver, tag: Tag) -> None:
    audit.record(
        tag=tag,
        actor=actor,
        data={
            "code": waiver.code,
            "fingerprint": waiver.fingerprint,
            "reason": waiver.reason,
            "expires": waiver.expires.isoformat(),
        },
        application=waiver.service.application,
        service=waiver.service,
    )

"""Verifying the audit trail, which is itself an event of it."""

from __future__ import annotations

from django.db import transaction

from migrations_app.actions import audit, permissions
from migrations_app.actions.permissions import Actor, Verb
from migrations_app.actions.unit import action
from migrations_app.domain.audit.chain import Verdict
from migrations_app.domain.audit.tags import Tag


def verify_trail(*, actor: Actor) -> Verdict:
    """Walk the whole chain, outside any transaction, then record what was found."""
    _require(actor)
    verdict = audit.check()
    _record(actor, verdict)
    return verdict


@action
def _require(actor: Actor) -> None:
    permissions.require(actor, Verb.READ_AUDIT)


@transaction.atomic
def _record(actor: Actor, verdict: Verdict) -> None:
    broken = verdict.broken
    audit.record(
        tag=Tag.AUDIT_VERIFIED,
        actor=actor,
        data={"events": str(verdict.links), "first_break": str(broken.seq) if broken else ""},
        outcome=audit.FAILED if broken else audit.OK,
    )

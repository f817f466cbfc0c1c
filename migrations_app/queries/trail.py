"""Reading the audit trail: as auditors filter it, and as a service's own history."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from migrations_app.domain.audit.chain import canonical
from migrations_app.models import AuditEvent, Service
from migrations_app.queries import visibility
from migrations_app.queries.actors import Actor


@dataclass(frozen=True, slots=True)
class TrailFilters:
    """What a list of events is narrowed down by; None or empty means not at all.

    ``action`` is a tag (``service:moved``) or its first half (``service``).
    """

    since: datetime | None = None
    until: datetime | None = None
    actor: str = ""
    action: str = ""
    application: UUID | None = None
    service: UUID | None = None
    digest: str = ""
    outcome: str = ""


def events(actor: Actor, filters: TrailFilters | None = None) -> QuerySet[AuditEvent]:
    """The events an actor may read, latest first."""
    wanted = filters or TrailFilters()
    rows = visibility.audit_events(actor)
    if wanted.since:
        rows = rows.filter(at__gte=wanted.since)
    if wanted.until:
        rows = rows.filter(at__lt=wanted.until)
    if wanted.actor:
        rows = rows.filter(actor_name=wanted.actor)
    if wanted.action:
        rows = rows.filter(Q(tag=wanted.action) | Q(tag__startswith=f"{wanted.action}:"))
    if wanted.application:
        rows = rows.filter(application_id=wanted.application)
    if wanted.service:
        rows = rows.filter(service_id=wanted.service)
    if wanted.digest:
        rows = rows.filter(digest=wanted.digest)
    if wanted.outcome:
        rows = rows.filter(outcome=wanted.outcome)
    return rows.order_by("-seq")


def timeline(service: Service) -> QuerySet[AuditEvent]:
    """Everything that happened to a service, latest first; whoever may see it may see this."""
    return AuditEvent.objects.filter(service_id=service.pk).order_by("-seq")


def last_change(tag: str, *, application: UUID | None = None, **data: str) -> AuditEvent | None:
    """The latest event of a kind whose data says this, among the latest fifty."""
    rows = AuditEvent.objects.filter(tag=tag, application_id=application).order_by("-seq")[:50]
    return next((event for event in rows if data.items() <= told(event)["data"].items()), None)


def told(event: AuditEvent) -> dict[str, Any]:
    """An event as plain values, from the text that the chain protects and nothing else."""
    body: dict[str, Any] = json.loads(event.body)
    return {**body, "seq": event.seq, "prev": event.prev, "hash": event.hash}


def export(rows: QuerySet[AuditEvent]) -> Iterator[str]:
    """The events as JSON lines, oldest first, as ``verify_audit --input`` reads them."""
    for event in rows.order_by("seq").iterator(chunk_size=1000):
        yield line(event)


def line(event: AuditEvent) -> str:
    """One event as a line of an export."""
    told = {"seq": str(event.seq), "prev": event.prev, "hash": event.hash, "body": event.body}
    return canonical(told) + "\n"

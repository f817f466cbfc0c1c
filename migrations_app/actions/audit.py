"""Appending to the audit trail, and checking it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from migrations_app.domain.audit.chain import (
    BODY_LIMIT,
    Link,
    Verdict,
    canonical,
    link_hash,
    verify,
)
from migrations_app.domain.audit.tags import Tag
from migrations_app.models import Application, AuditEvent, AuditHead, Service
from migrations_app.models.ids import new_id
from migrations_app.queries.actors import Actor

OK, REFUSED, FAILED = "ok", "refused", "failed"
REFUSALS_PER_MINUTE = 20
_BATCH = 1000


def record(
    *,
    tag: Tag,
    actor: Actor,
    data: Mapping[str, Any],
    application: Application | None = None,
    service: Service | None = None,
    outcome: str = OK,
    digest: str = "",
) -> AuditEvent:
    """Append one event. The last statement of the transaction that made the change.

    The head's row is locked from here to the commit, so nothing may be locked after it, and
    nothing slow may follow. ``data`` holds names, ids, digests and counts; never a secret.

    Raises:
        RuntimeError: outside a transaction, where the event could outlive a failed change.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("An audit event belongs into the transaction of its change.")
    head = AuditHead.objects.select_for_update().get(pk=1)
    at, identity = timezone.now(), new_id()
    body = canonical(
        {
            "v": 1,
            "id": str(identity),
            "seq": str(head.seq + 1),
            "at": stamp(at),
            "tag": tag.value,
            "outcome": outcome,
            "actor": _actor(actor),
            "origin": {"request_id": actor.request_id, "ip": actor.ip},
            "application": _application(application),
            "service": _service(service),
            "digest": digest,
            "data": _bounded(data),
        }
    )
    event = AuditEvent.objects.create(
        seq=head.seq + 1,
        id=identity,
        at=at,
        tag=tag.value,
        outcome=outcome,
        actor_kind=actor.kind,
        actor_name=actor.name,
        application_id=application.pk if application else None,
        service_id=service.pk if service else None,
        digest=digest,
        body=body,
        prev=head.hash,
        hash=link_hash(head.hash, body),
    )
    AuditHead.objects.filter(pk=1).update(seq=event.seq, hash=event.hash)
    return event


@transaction.atomic
def record_refusal(
    *,
    tag: Tag,
    actor: Actor,
    data: Mapping[str, Any],
    application: Application | None = None,
    service: Service | None = None,
) -> AuditEvent | None:
    """Record what was refused, in a transaction of its own, because the refused one is gone.

    None: too many refusals of this actor within a minute; the last one recorded says so.
    """
    recent = AuditEvent.objects.filter(
        actor_name=actor.name,
        outcome=REFUSED,
        at__gte=timezone.now() - timedelta(minutes=1),
    ).count()
    if recent >= REFUSALS_PER_MINUTE:
        return None
    if recent == REFUSALS_PER_MINUTE - 1:
        data = {**data, "further_refusals": "not recorded within this minute"}
    return record(
        tag=tag,
        actor=actor,
        data=data,
        application=application,
        service=service,
        outcome=REFUSED,
    )


def stamp(at: datetime) -> str:
    """A time as the trail writes it: UTC, to the microsecond."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def links() -> Iterator[Link]:
    """The stored links in order, a batch in memory at a time."""
    for event in AuditEvent.objects.order_by("seq").iterator(chunk_size=_BATCH):
        yield Link(
            event.seq,
            event.prev,
            event.hash,
            event.body,
            {
                "id": str(event.id),
                "at": stamp(event.at),
                "tag": event.tag,
                "outcome": event.outcome,
                "actor_kind": event.actor_kind,
                "actor_name": event.actor_name,
                "application_id": str(event.application_id or ""),
                "service_id": str(event.service_id or ""),
                "digest": event.digest,
            },
        )


def check() -> Verdict:
    """Walk the whole trail and compare its end with the head.

    The head is read first: events that are appended meanwhile lie beyond it and are left for the
    next check.
    """
    head = AuditHead.objects.filter(pk=1).values_list("seq", "hash").first() or (0, "")
    return verify(_until(links(), head[0]), head)


def _until(every: Iterator[Link], last: int) -> Iterator[Link]:
    """The links up to the head, and one beyond it if the head itself does not go on."""
    for link in every:
        if link.seq > last and AuditHead.objects.filter(pk=1, seq__gt=last).exists():
            return
        yield link


def _actor(actor: Actor) -> dict[str, str]:
    return {
        "kind": actor.kind,
        "name": actor.name,
        "id": str(actor.user.pk) if actor.user else "",
        "token": actor.token_id,
        "on_behalf": actor.on_behalf,
    }


def _application(application: Application | None) -> dict[str, str] | None:
    if application is None:
        return None
    return {"id": str(application.pk), "slug": application.slug}


def _service(service: Service | None) -> dict[str, str] | None:
    if service is None:
        return None
    return {"id": str(service.pk), "key": service.key}


def _bounded(data: Mapping[str, Any]) -> dict[str, Any]:
    """The data, or what can be said of it when it is too much for one event."""
    bounded = dict(data)
    size = len(canonical(bounded).encode())
    if size <= BODY_LIMIT - 2048:
        return bounded
    return {"too_large": size, "keys": sorted(bounded)[:50]}

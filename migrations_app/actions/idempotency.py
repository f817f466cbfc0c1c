"""Requests that may be sent twice: the second gets the answer of the first."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from migrations_app.domain.errors import Conflict, InvalidInput
from migrations_app.domain.messages import msg
from migrations_app.models import IdempotencyKey, User

KEPT_FOR = timedelta(days=1)
GIVEN_UP_AFTER = timedelta(minutes=2)


class KeyReused(InvalidInput):
    """The key belongs to another request."""

    code = "idempotency_mismatch"


@dataclass(frozen=True, slots=True)
class Remembered:
    """What the first request was answered."""

    status: int
    headers: dict[str, str]
    response: Any


def begin(*, user: User, route: str, key: str, body: bytes) -> Remembered | None:
    """Claim a key for a request. None: this is the first one, go on and call :func:`finish`.

    Raises:
        KeyReused: the key was used with another body.
        Conflict: the first request is still at work.
    """
    digest = hashlib.sha256(body).hexdigest()
    IdempotencyKey.objects.filter(user=user, created__lt=timezone.now() - KEPT_FOR).delete()
    try:
        with transaction.atomic():
            IdempotencyKey.objects.create(user=user, route=route, key=key, body_hash=digest)
    except IntegrityError:
        return _earlier(user, route, key, digest)
    return None


def finish(
    *, user: User, route: str, key: str, status: int, headers: dict[str, str], response: Any
) -> None:
    """Keep the answer, unless it asks to try again later or tells of our own crash."""
    rows = IdempotencyKey.objects.filter(user=user, route=route, key=key)
    if status >= 500 or status == 429:
        rows.delete()
    else:
        rows.update(status=status, headers=headers, response=response)


def _earlier(user: User, route: str, key: str, digest: str) -> Remembered | None:
    row = IdempotencyKey.objects.get(user=user, route=route, key=key)
    if row.body_hash != digest:
        raise KeyReused(
            msg("This Idempotency-Key was used with another body. Use a new key for a new request.")
        )
    if row.status:
        return Remembered(row.status, row.headers, row.response)
    given_up = timezone.now() - GIVEN_UP_AFTER
    taken_over = IdempotencyKey.objects.filter(pk=row.pk, status=0, created__lt=given_up).update(
        created=timezone.now()
    )
    if taken_over:
        return None
    raise Conflict(msg("The first request with this Idempotency-Key is still at work."))

"""Logging in, with a lock against guessing."""

from __future__ import annotations

import math
from datetime import timedelta

from django.contrib.auth import authenticate
from django.db import transaction
from django.utils import timezone

from migrations_app.actions import audit
from migrations_app.actions.permissions import Actor
from migrations_app.domain.audit.tags import Tag
from migrations_app.domain.errors import WorkbenchError
from migrations_app.domain.messages import counted, msg
from migrations_app.models import LoginAttempt, User

FAILURES_ALLOWED = 10
LOCKED_FOR = timedelta(minutes=15)


class LoginRefused(WorkbenchError):
    """The name or the password is wrong; it is never said which."""

    code = "login_refused"


class LoginLocked(WorkbenchError):
    """Too many failures from one address; ``retry_after`` is in seconds."""

    code = "login_locked"

    def __init__(self, retry_after: int) -> None:
        super().__init__(
            counted(
                "Too many failed logins. Wait %(count)s minute, then try again.",
                "Too many failed logins. Wait %(count)s minutes, then try again.",
                count=math.ceil(retry_after / 60),
            )
        )
        self.retry_after = retry_after


def log_in(*, username: str, password: str, ip: str, request_id: str = "") -> User:
    """The person with this name and password.

    Raises:
        LoginLocked: after ten failures of this account from this address, for a quarter of an hour.
        LoginRefused: it is not them.
    """
    account = username[:150]
    _refuse_while_locked(account, ip)
    user = authenticate(username=username, password=password)
    if not isinstance(user, User):
        locked = _count_failure(account, ip, request_id)
        if locked:
            raise LoginLocked(int(LOCKED_FOR.total_seconds()))
        raise LoginRefused(msg("The name or the password is not right."))
    with transaction.atomic():
        LoginAttempt.objects.filter(account=account, address=ip).delete()
        audit.record(
            tag=Tag.LOGIN_SUCCEEDED,
            actor=Actor.person(user, request_id=request_id, ip=ip),
            data={},
        )
    return user


@transaction.atomic
def log_out(*, actor: Actor) -> None:
    """Record that somebody logged out."""
    audit.record(tag=Tag.LOGOUT, actor=actor, data={})


def _refuse_while_locked(account: str, ip: str) -> None:
    attempt = LoginAttempt.objects.filter(account=account, address=ip).first()
    now = timezone.now()
    if attempt and attempt.locked_until and attempt.locked_until > now:
        raise LoginLocked(math.ceil((attempt.locked_until - now).total_seconds()))


@transaction.atomic
def _count_failure(account: str, ip: str, request_id: str) -> bool:
    """Count one failure. True: it was one too many, and the account is locked for this address."""
    now = timezone.now()
    LoginAttempt.objects.get_or_create(account=account, address=ip, defaults={"last": now})
    attempt = LoginAttempt.objects.select_for_update().get(account=account, address=ip)
    forgotten = now - attempt.last > LOCKED_FOR
    attempt.failures = 1 if forgotten else attempt.failures + 1
    attempt.last = now
    locked = attempt.failures >= FAILURES_ALLOWED
    attempt.locked_until = now + LOCKED_FOR if locked else None
    attempt.save(update_fields=["failures", "last", "locked_until"])
    audit.record(
        tag=Tag.LOGIN_LOCKED if locked else Tag.LOGIN_FAILED,
        actor=Actor("system", "login", request_id=request_id, ip=ip),
        data={"account": account, "failures": str(attempt.failures)},
        outcome=audit.REFUSED,
    )
    return locked

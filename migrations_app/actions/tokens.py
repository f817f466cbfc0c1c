"""Tokens: made, shown once, used, revoked."""

from __future__ import annotations

import math
from collections.abc import Collection
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from migrations_app.actions import audit, permissions
from migrations_app.actions.permissions import Actor, Verb
from migrations_app.actions.unit import action
from migrations_app.domain.audit.tags import Tag
from migrations_app.domain.errors import Conflict, InvalidInput
from migrations_app.domain.messages import msg
from migrations_app.domain.people.roles import Scope, scopes_of
from migrations_app.models import AuthToken, LoginAttempt, User
from migrations_app.models.tokens import hint, new_token_text, token_hash
from migrations_app.queries.actors import verbs_anywhere

DEFAULT_DAYS = 90
MOST_DAYS = 366
FAILURES_ALLOWED = 20
LOCKED_FOR = timedelta(minutes=15)
_NOTE_USE_EVERY = timedelta(minutes=1)
_ACCOUNT = "(token)"
"""What failures of tokens are counted under: no account can be called this."""


@action
def create_token(
    *,
    actor: Actor,
    user: User,
    name: str,
    scopes: Collection[Scope] | None = None,
    days: int = DEFAULT_DAYS,
) -> tuple[AuthToken, str]:
    """Make a token; the second value is its text, which nobody can see again.

    Without ``scopes`` it gets every scope that its owner's roles allow. People make tokens for
    themselves, administrators for anybody.

    Raises:
        InvalidInput: scopes beyond the owner's roles, or a life that is too long.
    """
    if actor.user != user:
        permissions.require(actor, Verb.MANAGE_USERS)
    if actor.kind == "token":
        raise InvalidInput(msg("A token cannot make another token. Log in to make one."))
    allowed = scopes_of(verbs_anywhere(Actor.person(user)))
    wanted = tuple(dict.fromkeys(scopes)) if scopes is not None else allowed
    beyond = [scope.value for scope in wanted if scope not in allowed]
    if beyond or not wanted:
        raise InvalidInput(
            msg(
                "%(name)s has no role for the scopes %(scopes)s. Allowed are: %(allowed)s.",
                name=user.username,
                scopes=", ".join(beyond) or "-",
                allowed=", ".join(allowed),
            )
        )
    if not 1 <= days <= MOST_DAYS:
        raise InvalidInput(msg("A token lives 1 to %(most)s days.", most=MOST_DAYS))
    text = new_token_text()
    token = AuthToken.objects.create(
        user=user,
        name=name or "token",
        scopes=[scope.value for scope in wanted],
        digest=token_hash(text),
        hint=hint(text),
        expires=timezone.now() + timedelta(days=days),
    )
    audit.record(
        tag=Tag.TOKEN_CREATED,
        actor=actor,
        data={
            "token": str(token.pk),
            "hint": token.hint,
            "owner": user.username,
            "scopes": token.scopes,
            "days": str(days),
        },
    )
    return token, text


@action
def revoke_token(*, actor: Actor, token: AuthToken) -> AuthToken:
    """Make a token useless for ever.

    Raises:
        Conflict: it was revoked before.
    """
    if actor.user != token.user:
        permissions.require(actor, Verb.MANAGE_USERS)
    revoked = AuthToken.objects.filter(pk=token.pk, revoked=None).update(revoked=timezone.now())
    if not revoked:
        raise Conflict(msg("The token was revoked before."))
    audit.record(
        tag=Tag.TOKEN_REVOKED,
        actor=actor,
        data={"token": str(token.pk), "hint": token.hint, "owner": token.user.username},
    )
    token.refresh_from_db()
    return token


def use_token(*, text: str, request_id: str = "", ip: str = "") -> AuthToken | None:
    """The valid token with this text, with its owner; None if there is none.

    Notes when it was last used, to the minute, and its first use as an event.
    """
    now = timezone.now()
    token = (
        AuthToken.objects.select_related("user")
        .filter(digest=token_hash(text), revoked=None, expires__gt=now, user__is_active=True)
        .first()
    )
    if token is None:
        return None
    if token.last_used is None:
        _note_first_use(token, Actor.token(token, request_id=request_id, ip=ip))
    elif now - token.last_used > _NOTE_USE_EVERY:
        AuthToken.objects.filter(pk=token.pk).update(last_used=now)
    return token


def note_unknown_token(*, ip: str, request_id: str = "") -> int:
    """Count a token that opens nothing. Returns the seconds to wait, 0 while there were few.

    Tokens cannot be guessed, so a good one still counts from an address that is locked. What is
    kept away is the load, and a log full of the same line.
    """
    now = timezone.now()
    locked = LoginAttempt.objects.filter(account=_ACCOUNT, address=ip, locked_until__gt=now).first()
    if locked is not None and locked.locked_until is not None:
        return math.ceil((locked.locked_until - now).total_seconds())
    return _count_unknown_token(ip, request_id)


@transaction.atomic
def _count_unknown_token(ip: str, request_id: str) -> int:
    """Count one, with the row held, so that of many at once every one counts."""
    now = timezone.now()
    LoginAttempt.objects.get_or_create(account=_ACCOUNT, address=ip, defaults={"last": now})
    attempt = LoginAttempt.objects.select_for_update().get(account=_ACCOUNT, address=ip)
    if attempt.locked_until and attempt.locked_until > now:
        return math.ceil((attempt.locked_until - now).total_seconds())
    forgotten = now - attempt.last > LOCKED_FOR
    attempt.failures = 1 if forgotten else attempt.failures + 1
    attempt.last = now
    locked = attempt.failures > FAILURES_ALLOWED
    attempt.locked_until = now + LOCKED_FOR if locked else None
    attempt.save(update_fields=["failures", "last", "locked_until"])
    if locked or attempt.failures == 1:
        audit.record(
            tag=Tag.LOGIN_LOCKED if locked else Tag.LOGIN_FAILED,
            actor=Actor("system", "login", request_id=request_id, ip=ip),
            data={"account": _ACCOUNT, "failures": str(attempt.failures)},
            outcome=audit.REFUSED,
        )
    return int(LOCKED_FOR.total_seconds()) if locked else 0


@transaction.atomic
def _note_first_use(token: AuthToken, actor: Actor) -> None:
    first = AuthToken.objects.filter(pk=token.pk, last_used=None).update(last_used=timezone.now())
    if first:
        audit.record(
            tag=Tag.TOKEN_FIRST_USED,
            actor=actor,
            data={"token": str(token.pk), "hint": token.hint},
        )

"""Who acts: a person, a token of theirs, a schedule, or the system itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from migrations_app.domain.people.roles import (
    ORGANISATION_WIDE,
    ROLES,
    SCOPES,
    Role,
    Scope,
    Verb,
)
from migrations_app.models import Application, AuthToken, Membership, User


@dataclass(frozen=True, slots=True)
class Actor:
    """Whoever does something, and where they came from. Never anonymous.

    ``scopes`` is None for whoever is not limited by a token. ``on_behalf`` names the login of the
    operating system behind the system actor ``cli``, or the owner of a schedule.
    """

    kind: str
    name: str
    user: User | None = None
    token_id: str = ""
    scopes: frozenset[Scope] | None = None
    request_id: str = ""
    ip: str = ""
    on_behalf: str = ""

    @classmethod
    def person(cls, user: User, *, request_id: str = "", ip: str = "") -> Self:
        """Somebody who is logged in."""
        return cls("user", user.username, user, request_id=request_id, ip=ip)

    @classmethod
    def token(cls, token: AuthToken, *, request_id: str = "", ip: str = "") -> Self:
        """A script that shows a token; it may do a part of what the token's owner may."""
        return cls(
            "token",
            token.user.username,
            token.user,
            str(token.pk),
            frozenset(Scope(scope) for scope in token.scopes),
            request_id,
            ip,
        )

    @classmethod
    def system(cls, name: str = "cli", *, on_behalf: str = "") -> Self:
        """The workbench itself, or whoever has its command line, who may do everything."""
        return cls("system", name, on_behalf=on_behalf)

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Self:
        """The actor that :meth:`as_json` wrote down, with the rights they have by now."""
        user = User.objects.filter(pk=stored["user"]).first() if stored.get("user") else None
        scopes = stored.get("scopes")
        return cls(
            stored["kind"],
            stored["name"],
            user,
            stored.get("token", ""),
            None if scopes is None else frozenset(Scope(scope) for scope in scopes),
            stored.get("request_id", ""),
            stored.get("ip", ""),
            stored.get("on_behalf", ""),
        )

    def as_json(self) -> dict[str, Any]:
        """Plain values, for a run that a worker does later in this actor's name."""
        return {
            "kind": self.kind,
            "name": self.name,
            "user": str(self.user.pk) if self.user else None,
            "token": self.token_id,
            "scopes": None if self.scopes is None else sorted(self.scopes),
            "request_id": self.request_id,
            "ip": self.ip,
            "on_behalf": self.on_behalf,
        }


def verbs(actor: Actor, application: Application | None = None) -> frozenset[Verb]:
    """Everything an actor may do in an application, or (None) in all of them and with the whole."""
    if actor.user is None:
        return frozenset(Verb) if actor.kind in ("system", "schedule") else frozenset()
    return _limited(actor, _granted(actor.user, application))


def verbs_anywhere(actor: Actor) -> frozenset[Verb]:
    """Everything an actor may do in at least one application: what a menu may offer."""
    if actor.user is None:
        return verbs(actor)
    granted: set[Verb] = set()
    for membership in _memberships(actor.user):
        allowed = ROLES[Role(membership.role)]
        granted |= allowed - ORGANISATION_WIDE if membership.application_id else allowed
    return _limited(actor, frozenset(granted))


def _granted(user: User, application: Application | None) -> frozenset[Verb]:
    granted: set[Verb] = set()
    for membership in _memberships(user):
        allowed = ROLES[Role(membership.role)]
        if membership.application_id is None:
            granted |= allowed
        elif application is not None and membership.application_id == application.pk:
            granted |= allowed - ORGANISATION_WIDE
    return frozenset(granted)


def _memberships(user: User) -> list[Membership]:
    return list(user.memberships.all()) if user.is_active else []


def _limited(actor: Actor, granted: frozenset[Verb]) -> frozenset[Verb]:
    if actor.scopes is None:
        return granted
    usable: set[Verb] = set()
    for scope in actor.scopes:
        usable |= SCOPES[scope]
    return granted & usable

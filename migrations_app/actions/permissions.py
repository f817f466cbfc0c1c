"""Asking whether somebody may do something. Every action asks; no door decides by itself."""

from __future__ import annotations

from migrations_app.domain.errors import NotAllowed
from migrations_app.domain.messages import Message, either, msg
from migrations_app.domain.people.roles import ROLES, SCOPES, Role, Scope, Verb
from migrations_app.domain.words import word
from migrations_app.models import Application
from migrations_app.queries.actors import Actor, verbs, verbs_anywhere


class Refusal(NotAllowed):
    """Says who was refused what, so that it can be recorded."""

    def __init__(
        self, message: Message, actor: Actor, verb: Verb, application: Application | None
    ) -> None:
        super().__init__(message)
        self.actor = actor
        self.verb = verb
        self.application = application


def allows(actor: Actor, verb: Verb, application: Application | None = None) -> bool:
    """Whether the actor may do this, in this application or (None) in all of them."""
    return verb in verbs(actor, application)


def allows_anywhere(actor: Actor, verb: Verb) -> bool:
    """Whether the actor may do this in at least one application."""
    return verb in verbs_anywhere(actor)


def require(actor: Actor, verb: Verb, application: Application | None = None) -> None:
    """Raise unless the actor may do this.

    Raises:
        Refusal: with the roles that would allow it.
    """
    if allows(actor, verb, application):
        return
    if actor.scopes is not None and not any(verb in SCOPES[scope] for scope in actor.scopes):
        needed = [scope.value for scope in Scope if verb in SCOPES[scope]]
        message = (
            msg(
                "The token may not do this: it lacks the scope %(scopes)s.",
                scopes=either(needed),
            )
            if needed
            else msg("This cannot be done by token. Log in to do it.")
        )
    else:
        message = msg(
            "%(name)s may not do this. It takes the role %(roles)s.",
            name=actor.name,
            roles=either(word("role", role) for role in Role if verb in ROLES[role]),
        )
    raise Refusal(message, actor, verb, application)


__all__ = ["Actor", "Refusal", "Verb", "allows", "allows_anywhere", "require"]

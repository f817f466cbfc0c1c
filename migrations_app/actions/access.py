"""Asking for permission where nothing else is done: a refusal is recorded as in any action.

Whoever may, reads on without a transaction: it would hold up every writer of SQLite.
"""

from __future__ import annotations

from migrations_app.actions import permissions
from migrations_app.actions.permissions import Actor, Verb
from migrations_app.actions.unit import action


def require_everywhere(*, actor: Actor, verb: Verb) -> None:
    """Raise unless the actor may do this with the whole.

    Raises:
        Refusal: with the roles that would allow it.
    """
    if not permissions.allows(actor, verb):
        refuse_access(actor=actor, verb=verb)


def require_anywhere(*, actor: Actor, verb: Verb) -> None:
    """Raise unless the actor may do this in at least one application.

    Raises:
        Refusal: with the roles that would allow it.
    """
    if not permissions.allows_anywhere(actor, verb):
        refuse_access(actor=actor, verb=verb)


@action
def refuse_access(*, actor: Actor, verb: Verb) -> None:
    """Refuse, and record it.

    Raises:
        Refusal: with the roles that would allow it.
    """
    permissions.require(actor, verb)

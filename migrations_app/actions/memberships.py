"""Granting roles and taking them back."""

from __future__ import annotations

from django.db import IntegrityError, transaction

from migrations_app.actions import audit, permissions
from migrations_app.actions.permissions import Actor, Verb
from migrations_app.actions.unit import action
from migrations_app.domain.audit.tags import Tag
from migrations_app.domain.errors import Conflict
from migrations_app.domain.messages import msg
from migrations_app.domain.people.roles import Role
from migrations_app.domain.words import word
from migrations_app.models import Application, Membership, User


@action
def grant(
    *, actor: Actor, user: User, role: Role, application: Application | None = None
) -> Membership:
    """Give somebody a role, in one application or (None) in all of them.

    Raises:
        Conflict: they have it already.
    """
    permissions.require(actor, Verb.MANAGE_USERS)
    try:
        with transaction.atomic():
            membership = Membership.objects.create(
                user=user, application=application, role=role.value
            )
    except IntegrityError:
        raise Conflict(
            msg(
                "%(name)s has the role %(role)s already.",
                name=user.username,
                role=word("role", role),
            )
        ) from None
    audit.record(
        tag=Tag.MEMBERSHIP_GRANTED,
        actor=actor,
        data={"user": user.username, "role": role.value},
        application=application,
    )
    return membership


@action
def revoke(*, actor: Actor, membership: Membership) -> None:
    """Take a role back.

    Raises:
        Conflict: it would leave the workbench without an administrator.
    """
    permissions.require(actor, Verb.MANAGE_USERS)
    user, application, role = membership.user, membership.application, membership.role
    Membership.objects.filter(pk=membership.pk).delete()
    keep_an_administrator()
    audit.record(
        tag=Tag.MEMBERSHIP_REVOKED,
        actor=actor,
        data={"user": user.username, "role": role},
        application=application,
    )


def keep_an_administrator() -> None:
    """Raise if nobody is left who could manage people; the caller's transaction is undone."""
    left = list(
        Membership.objects.select_for_update(of=("self",)).filter(
            role=Role.ADMINISTRATOR.value, application=None, user__is_active=True
        )
    )
    if not left:
        raise Conflict(
            msg(
                "This is the last administrator. Give somebody else that role for all applications "
                "first."
            )
        )

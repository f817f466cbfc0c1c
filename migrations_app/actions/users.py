"""People: making accounts, changing them, and taking them out of use."""

from __future__ import annotations

import zoneinfo
from collections.abc import Mapping

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from migrations_app.actions import audit, permissions
from migrations_app.actions.memberships import keep_an_administrator
from migrations_app.actions.permissions import Actor, Verb
from migrations_app.actions.unit import action
from migrations_app.domain.audit.tags import Tag
from migrations_app.domain.errors import Conflict, InvalidInput, Problem
from migrations_app.domain.messages import msg
from migrations_app.domain.people.roles import Role
from migrations_app.models import Application, Membership, User
from migrations_app.models.users import DENSITIES, LANGUAGES, THEMES

_TASTE = {"language": ("", *LANGUAGES), "theme": THEMES, "density": DENSITIES}


@action
def create_user(
    *,
    actor: Actor,
    username: str,
    password: str | None = None,
    role: Role | None = None,
    application: Application | None = None,
    email: str = "",
) -> User:
    """Make an account, with one role from the start if one is given.

    Without a password nobody can log in with it; tokens work all the same.

    Raises:
        InvalidInput: the name or the password is not acceptable.
        Conflict: the name is taken.
    """
    permissions.require(actor, Verb.MANAGE_USERS)
    user = User(username=username, email=email)
    _set_password(user, password)
    _validate(user)
    try:
        with transaction.atomic():
            user.save(force_insert=True)
    except IntegrityError:
        raise Conflict(
            msg("The name %(name)s is taken. Choose another one.", name=username)
        ) from None
    if role is not None:
        Membership.objects.create(user=user, application=application, role=role.value)
    audit.record(
        tag=Tag.USER_CREATED,
        actor=actor,
        data={"user": username, "role": role.value if role else ""},
        application=application,
    )
    return user


@transaction.atomic
def ensure_admin(*, username: str, password: str) -> tuple[User, bool]:
    """The first administrator, who is an operator too. The second value: it was made just now.

    An account of that name that is there already stays as it is.
    """
    actor = Actor.system()
    existing = User.objects.filter(username=username).first()
    if existing is not None:
        return existing, False
    user = create_user(actor=actor, username=username, password=password, role=Role.ADMINISTRATOR)
    Membership.objects.create(user=user, application=None, role=Role.OPERATOR.value)
    audit.record(
        tag=Tag.MEMBERSHIP_GRANTED,
        actor=actor,
        data={"user": username, "role": Role.OPERATOR.value},
    )
    return user, True


@action
def change_user(
    *, actor: Actor, user: User, email: str | None = None, active: bool | None = None
) -> User:
    """Change an account of somebody, or take it out of use (its tokens stop working with it).

    Raises:
        Conflict: it would leave the workbench without an administrator.
    """
    permissions.require(actor, Verb.MANAGE_USERS)
    changed: list[str] = []
    if email is not None and email != user.email:
        user.email = email
        changed.append("email")
    if active is not None and active != user.is_active:
        user.is_active = active
        changed.append("is_active")
    if not changed:
        return user
    _validate(user)
    user.save(update_fields=changed)
    if active is False:
        keep_an_administrator()
    tag = Tag.USER_DEACTIVATED if active is False else Tag.USER_CHANGED
    audit.record(tag=tag, actor=actor, data={"user": user.username, "changed": changed})
    return user


@action
def change_taste(*, actor: Actor, values: Mapping[str, str]) -> User:
    """Change how the pages look to oneself: language, theme, density, time_zone."""
    user = _oneself(actor)
    problems = [
        Problem("invalid", msg("%(key)s cannot be %(value)s.", key=key, value=value))
        for key, value in values.items()
        if not _is_taste(key, value)
    ]
    if problems:
        raise InvalidInput(msg("These settings cannot be kept."), problems)
    for key, value in values.items():
        setattr(user, key, value)
    user.save(update_fields=list(values))
    audit.record(
        tag=Tag.USER_CHANGED,
        actor=actor,
        data={"user": user.username, "changed": sorted(values)},
    )
    return user


@action
def change_password(*, actor: Actor, current: str, new: str) -> User:
    """Change one's own password.

    Raises:
        InvalidInput: the current password is wrong, or the new one is too weak.
    """
    user = _oneself(actor)
    if not user.check_password(current):
        raise InvalidInput(msg("The current password is not right."))
    _set_password(user, new)
    user.save(update_fields=["password"])
    audit.record(tag=Tag.PASSWORD_CHANGED, actor=actor, data={"user": user.username})
    return user


def _is_taste(key: str, value: str) -> bool:
    if key == "time_zone":
        return value == "" or value in zoneinfo.available_timezones()
    return value in _TASTE.get(key, ())


def _oneself(actor: Actor) -> User:
    if actor.user is None:
        raise InvalidInput(msg("The system has no account of its own."))
    return actor.user


def _set_password(user: User, password: str | None) -> None:
    if password is not None:
        try:
            validate_password(password, user)
        except ValidationError as error:
            raise _invalid(error) from None
    user.set_password(password)


def _validate(user: User) -> None:
    try:
        user.full_clean(validate_unique=False, validate_constraints=False)
    except ValidationError as error:
        raise _invalid(error) from None


def _invalid(error: ValidationError) -> InvalidInput:
    problems = [Problem("invalid", msg("%(text)s", text=text)) for text in error.messages]
    return InvalidInput(msg("The account cannot be kept like this."), problems)

"""Accounts, roles, tokens and logins."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from migrations_app.actions import logins, memberships, tokens, users
from migrations_app.domain.errors import Conflict, InvalidInput, NotAllowed
from migrations_app.domain.people.roles import Role, Scope
from migrations_app.models import Application, AuditEvent, AuthToken, Membership, User
from migrations_app.queries.actors import Actor
from tests.factories import MembershipFactory, UserFactory
from tests.factories.people import PASSWORD

pytestmark = pytest.mark.django_db


def test_an_account_comes_with_its_first_role(
    administrator: Actor, application: Application
) -> None:
    user = users.create_user(
        actor=administrator,
        username="nora",
        password=PASSWORD,
        role=Role.OPERATOR,
        application=application,
    )
    assert user.check_password(PASSWORD)
    assert str(user.memberships.get()) == "nora is operator of banking-app"
    event = AuditEvent.objects.get()
    assert event.tag == "user:created"
    assert PASSWORD not in event.body


@pytest.mark.parametrize(
    ("name", "password"), [("nora", "short"), ("nora", "password123"), ("no good", PASSWORD)]
)
def test_a_weak_password_or_a_bad_name_is_refused(
    administrator: Actor, name: str, password: str
) -> None:
    with pytest.raises(InvalidInput):
        users.create_user(actor=administrator, username=name, password=password)


def test_a_name_is_given_once(administrator: Actor) -> None:
    users.create_user(actor=administrator, username="nora")
    with pytest.raises(Conflict, match="nora"):
        users.create_user(actor=administrator, username="nora")


def test_only_administrators_make_accounts(operator: Actor) -> None:
    with pytest.raises(NotAllowed):
        users.create_user(actor=operator, username="nora")


def test_the_first_administrator_is_made_once() -> None:
    user, made = users.ensure_admin(username="admin", password=PASSWORD)
    again, made_again = users.ensure_admin(username="admin", password="something else entirely")
    assert (made, made_again, user) == (True, False, again)
    assert again.check_password(PASSWORD)
    assert {m.role for m in user.memberships.all()} == {"administrator", "operator"}


def test_the_last_administrator_stays(administrator: Actor) -> None:
    assert administrator.user is not None
    membership = administrator.user.memberships.get()
    with pytest.raises(Conflict, match="last administrator"):
        memberships.revoke(actor=administrator, membership=membership)
    with pytest.raises(Conflict, match="last administrator"):
        users.change_user(actor=administrator, user=administrator.user, active=False)
    assert Membership.objects.filter(pk=membership.pk).exists()
    assert User.objects.get(pk=administrator.user.pk).is_active


def test_with_a_second_administrator_the_first_may_go(administrator: Actor) -> None:
    assert administrator.user is not None
    MembershipFactory.create(user=UserFactory.create(), role=Role.ADMINISTRATOR.value)
    memberships.revoke(actor=administrator, membership=administrator.user.memberships.get())
    assert not administrator.user.memberships.exists()


def test_a_role_is_granted_once(administrator: Actor, application: Application) -> None:
    user = UserFactory.create()
    memberships.grant(actor=administrator, user=user, role=Role.VIEWER, application=application)
    memberships.grant(actor=administrator, user=user, role=Role.VIEWER)
    for where in (application, None):
        with pytest.raises(Conflict):
            memberships.grant(actor=administrator, user=user, role=Role.VIEWER, application=where)


def test_a_token_is_shown_once_and_kept_as_a_hash(operator: Actor) -> None:
    assert operator.user is not None
    token, text = tokens.create_token(actor=operator, user=operator.user, name="CI")
    assert text.startswith("kk_")
    assert text not in str(AuthToken.objects.values().get())
    assert token.scopes == ["read", "write", "deploy"]
    assert token.hint.startswith(text[:7])
    assert text not in AuditEvent.objects.get().body


def test_a_token_opens_until_it_is_revoked(operator: Actor) -> None:
    assert operator.user is not None
    token, text = tokens.create_token(actor=operator, user=operator.user, name="CI")
    assert tokens.use_token(text=text) == token
    assert tokens.use_token(text=text + "x") is None
    tokens.revoke_token(actor=operator, token=token)
    assert tokens.use_token(text=text) is None
    assert list(AuditEvent.objects.order_by("seq").values_list("tag", flat=True)) == [
        "token:created",
        "token:first_used",
        "token:revoked",
    ]


def test_a_token_ends_with_its_time_or_its_owner(operator: Actor) -> None:
    assert operator.user is not None
    token, text = tokens.create_token(actor=operator, user=operator.user, name="CI", days=1)
    AuthToken.objects.filter(pk=token.pk).update(expires=timezone.now() - timedelta(seconds=1))
    assert tokens.use_token(text=text) is None
    _other, text = tokens.create_token(actor=operator, user=operator.user, name="CI")
    User.objects.filter(pk=operator.user.pk).update(is_active=False)
    assert tokens.use_token(text=text) is None


def test_a_token_reaches_no_further_than_its_owner(operator: Actor) -> None:
    assert operator.user is not None
    with pytest.raises(InvalidInput, match="admin"):
        tokens.create_token(
            actor=operator, user=operator.user, name="CI", scopes=[Scope.READ, Scope.ADMIN]
        )


def test_nobody_makes_tokens_for_others_but_administrators(
    operator: Actor, administrator: Actor
) -> None:
    assert operator.user is not None
    assert administrator.user is not None
    with pytest.raises(NotAllowed):
        tokens.create_token(actor=operator, user=administrator.user, name="theft")
    tokens.create_token(actor=administrator, user=operator.user, name="CI")


def test_a_token_makes_no_tokens(operator: Actor) -> None:
    assert operator.user is not None
    token, _text = tokens.create_token(actor=operator, user=operator.user, name="CI")
    with pytest.raises(InvalidInput, match="token"):
        tokens.create_token(actor=Actor.token(token), user=operator.user, name="more")


def log_in(password: str, ip: str = "192.0.2.7") -> User:
    return logins.log_in(username="lena", password=password, ip=ip)


def test_ten_failures_lock_the_account_for_that_address_alone() -> None:
    user = UserFactory.create(username="lena")
    for _turn in range(logins.FAILURES_ALLOWED - 1):
        with pytest.raises(logins.LoginRefused):
            log_in("wrong")
    with pytest.raises(logins.LoginLocked):
        log_in("wrong")
    with pytest.raises(logins.LoginLocked) as locked:
        log_in(PASSWORD)
    assert 0 < locked.value.retry_after <= 900
    assert log_in(PASSWORD, ip="192.0.2.8") == user
    assert AuditEvent.objects.filter(tag="login:locked").count() == 1


def test_a_lock_ends_and_a_login_forgets_failures() -> None:
    user = UserFactory.create(username="lena")
    for _turn in range(logins.FAILURES_ALLOWED):
        with pytest.raises((logins.LoginRefused, logins.LoginLocked)):
            log_in("wrong")
    logins.LoginAttempt.objects.update(locked_until=timezone.now() - timedelta(seconds=1))
    assert log_in(PASSWORD) == user
    assert not logins.LoginAttempt.objects.exists()


def test_nobody_learns_which_names_exist() -> None:
    with pytest.raises(logins.LoginRefused) as unknown:
        logins.log_in(username="nobody", password="x", ip="192.0.2.7")
    UserFactory.create(username="lena")
    with pytest.raises(logins.LoginRefused) as known:
        log_in("x")
    assert str(unknown.value) == str(known.value)


def test_taste_is_ones_own_and_checked(operator: Actor) -> None:
    user = users.change_taste(
        actor=operator, values={"language": "ja", "theme": "dark", "time_zone": "Asia/Tokyo"}
    )
    assert (user.language, user.theme, user.time_zone) == ("ja", "dark", "Asia/Tokyo")
    with pytest.raises(InvalidInput):
        users.change_taste(actor=operator, values={"is_superuser": "1"})
    with pytest.raises(InvalidInput):
        users.change_taste(actor=operator, values={"theme": "pink"})


def test_a_password_is_changed_by_who_knows_it(operator: Actor) -> None:
    with pytest.raises(InvalidInput):
        users.change_password(actor=operator, current="wrong", new="another long passphrase")
    users.change_password(actor=operator, current=PASSWORD, new="another long passphrase")
    assert operator.user is not None
    assert operator.user.check_password("another long passphrase")

"""Every role against every verb, as the one table has it."""

from __future__ import annotations

import pytest

from migrations_app.actions import permissions
from migrations_app.actions.permissions import Refusal
from migrations_app.domain.people.roles import ORGANISATION_WIDE, ROLES, SCOPES, Role, Scope, Verb
from migrations_app.models import Application
from migrations_app.queries import visibility
from migrations_app.queries.actors import Actor
from tests.app.conftest import person
from tests.factories import ApplicationFactory, MembershipFactory, ServiceFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("role", Role)
def test_a_role_everywhere_allows_exactly_its_verbs(role: Role, application: Application) -> None:
    somebody = person("somebody", role)
    for verb in Verb:
        assert permissions.allows(somebody, verb, application) is (verb in ROLES[role]), verb
        assert permissions.allows(somebody, verb) is (verb in ROLES[role]), verb


@pytest.mark.parametrize("role", Role)
def test_a_role_in_one_application_ends_at_its_border(role: Role, application: Application) -> None:
    somebody = person("somebody", role, application)
    other = ApplicationFactory.create()
    for verb in Verb:
        inside = verb in ROLES[role] - ORGANISATION_WIDE
        assert permissions.allows(somebody, verb, application) is inside, verb
        assert not permissions.allows(somebody, verb, other), verb
        assert not permissions.allows(somebody, verb), verb
        assert permissions.allows_anywhere(somebody, verb) is inside, verb


@pytest.mark.parametrize("scope", Scope)
def test_a_token_may_do_no_more_than_its_scope_and_its_owner(
    scope: Scope, application: Application
) -> None:
    user = UserFactory.create()
    for role in (Role.OPERATOR, Role.ADMINISTRATOR):
        MembershipFactory.create(user=user, role=role.value)
    script = Actor("token", user.username, user, "id", frozenset({scope}))
    owned = ROLES[Role.OPERATOR] | ROLES[Role.ADMINISTRATOR]
    for verb in Verb:
        expected = verb in owned & SCOPES[scope]
        assert permissions.allows(script, verb, application) is expected, verb


def test_somebody_who_was_deactivated_may_nothing(
    operator: Actor, application: Application
) -> None:
    assert operator.user is not None
    operator.user.is_active = False
    assert not any(permissions.allows(operator, verb, application) for verb in Verb)


def test_the_command_line_may_everything(application: Application) -> None:
    cli = Actor.system("cli")
    assert all(permissions.allows(cli, verb, application) for verb in Verb)


def test_a_refusal_names_the_roles_that_would_do(viewer: Actor, application: Application) -> None:
    with pytest.raises(Refusal, match=r"victor may not do this\. It takes the role Operator"):
        permissions.require(viewer, Verb.REHEARSE, application)


def test_a_token_is_told_its_missing_scope(operator: Actor, application: Application) -> None:
    script = Actor("token", "olga", operator.user, "id", frozenset({Scope.READ}))
    with pytest.raises(Refusal, match="lacks the scope write"):
        permissions.require(script, Verb.REHEARSE, application)


def test_lists_show_what_one_may_see(
    operator: Actor, stranger: Actor, administrator: Actor, application: Application
) -> None:
    other = ApplicationFactory.create()
    mine = ServiceFactory.create(application=application)
    theirs = ServiceFactory.create(application=other)
    assert list(visibility.services(operator)) == [mine]
    assert list(visibility.services(stranger)) == []
    assert set(visibility.services(administrator)) == {mine, theirs}
    assert list(visibility.applications(operator)) == [application]


def test_an_actor_survives_the_way_through_a_run(operator: Actor) -> None:
    again = Actor.from_json(operator.as_json())
    assert again == operator

"""The table of roles says what the product says."""

from __future__ import annotations

import pytest

from migrations_app.domain.people.roles import ROLES, SCOPES, Role, Scope, Verb, scopes_of


def test_an_administrator_approves_and_operates_nothing() -> None:
    assert not ROLES[Role.ADMINISTRATOR] & {
        Verb.APPROVE,
        Verb.REHEARSE,
        Verb.MOVE_SERVICE,
        Verb.STORE_SOURCE,
    }


def test_an_operator_manages_and_approves_nothing() -> None:
    assert not ROLES[Role.OPERATOR] & {
        Verb.APPROVE,
        Verb.MANAGE_USERS,
        Verb.MANAGE_HOSTS,
        Verb.EDIT_ORGANISATION_PRESET,
        Verb.READ_AUDIT,
    }


def test_a_viewer_only_looks() -> None:
    assert ROLES[Role.VIEWER] == {Verb.VIEW}


@pytest.mark.parametrize("role", Role)
def test_everybody_may_look(role: Role) -> None:
    assert Verb.VIEW in ROLES[role]


def test_every_verb_belongs_to_some_role() -> None:
    assert set().union(*ROLES.values()) == set(Verb)


def test_no_token_approves() -> None:
    assert all(Verb.APPROVE not in verbs for verbs in SCOPES.values())


def test_every_other_verb_has_a_scope() -> None:
    assert set().union(*SCOPES.values()) == set(Verb) - {Verb.APPROVE}


@pytest.mark.parametrize(
    ("role", "scopes"),
    [
        (Role.VIEWER, (Scope.READ,)),
        (Role.OPERATOR, (Scope.READ, Scope.WRITE, Scope.DEPLOY)),
        (Role.AUDITOR, (Scope.READ,)),
        (Role.APPROVER, (Scope.READ,)),
        (Role.ADMINISTRATOR, (Scope.READ, Scope.WRITE, Scope.ADMIN)),
    ],
)
def test_a_role_has_the_scopes_it_can_use(role: Role, scopes: tuple[Scope, ...]) -> None:
    assert scopes_of(ROLES[role]) == scopes

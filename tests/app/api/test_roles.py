"""Every address of the API, for everybody: who is let in follows from the table of roles."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import transaction
from django.http import HttpResponse
from django.test import Client

from migrations_app.domain.people.roles import SCOPES, Scope, Verb
from migrations_app.models import Application, AuditEvent, AuthToken, LoginAttempt
from migrations_app.queries.actors import Actor, verbs, verbs_anywhere
from tests.app.api.conftest import Api, close, token_of
from tests.app.api.world import ROUTES, Route, World, addresses

pytestmark = pytest.mark.django_db

GROUPS = sorted({route.path.partition("/")[0] for route in ROUTES})


class Person:
    """Somebody with a token, and what the table of roles lets them do."""

    def __init__(self, actor: Actor, *scopes: Scope) -> None:
        self.actor = actor
        self.scopes = scopes
        self.api = Api(token_of(actor, *scopes))
        self.token = AuthToken.objects.filter(user=actor.user).latest("created")

    def may(self, verb: Verb, application: Application | None, *, anywhere: bool = False) -> bool:
        granted = verbs_anywhere(self.actor) if anywhere else verbs(self.actor, application)
        if self.scopes:
            granted &= frozenset().union(*(SCOPES[scope] for scope in self.scopes))
        return verb in granted


def expected(route: Route, person: Person, world: World) -> set[int]:
    """The statuses that the table of roles leaves for somebody; {200…} stands for success."""
    bank = world.application
    sees = person.may(Verb.VIEW, bank)
    good = {200, 201, 202, 204}
    if route.where in ("list", "own"):
        return good
    if route.where == "session":
        return {422}
    if route.where == "named":
        # The application is named in the body: what may not be seen is unknown, as a value.
        if not sees:
            return {403, 422}
        return good if person.may(route.verb, bank) else {403}
    if route.where == "application":
        if not sees:
            return {404}
        return good if person.may(route.verb, bank) else {403}
    if route.where in ("anywhere", "hidden"):
        return (
            good
            if person.may(route.verb, None, anywhere=True)
            else {403, 404} - ({404} if route.where == "anywhere" else set())
        )
    return good if person.may(route.verb, None) else {403}


def asked(route: Route, api: Api, world: World, token: AuthToken | None = None) -> HttpResponse:
    """The request, with the ETag of what it changes."""
    values = {"token_id": str(token.pk)} if token else {"token_id": str(world.service.pk)}
    headers = {"If_Match": "*"} if route.method in ("PUT", "PATCH") else {}
    return api.send(
        route.method,
        route.address(world, **values),
        route.body,
        content_type=route.content_type,
        **headers,
    )


def test_every_address_is_in_the_table() -> None:
    assert {(route.method, route.path) for route in ROUTES} == addresses()


@pytest.mark.parametrize("group", GROUPS)
def test_who_is_let_in(
    group: str,
    world: World,
    operator: Actor,
    viewer: Actor,
    stranger: Actor,
    administrator: Actor,
    auditor: Actor,
) -> None:
    people = {
        "stranger": Person(stranger),
        "viewer": Person(viewer),
        "operator": Person(operator),
        "administrator": Person(administrator),
        "auditor": Person(auditor),
        "reading token": Person(operator, Scope.READ),
    }
    expired = Api(token_of(operator, days=-1))
    wrong: list[Any] = []
    for route in (route for route in ROUTES if route.path.partition("/")[0] == group):
        LoginAttempt.objects.all().delete()
        for name, api in (("anonymous", Api()), ("expired token", expired)):
            status = asked(route, api, world).status_code
            if status != 401:
                wrong.append((name, route.method, route.path, status))
        for name, person in people.items():
            response = undone(route, person, world)
            if response.status_code not in expected(route, person, world):
                wrong.append((name, route.method, route.path, response.status_code))
    assert not wrong


def undone(route: Route, person: Person, world: World) -> HttpResponse:
    """Ask, and undo what came of it, so that the next one finds the same world."""
    with transaction.atomic():
        response = asked(route, person.api, world, person.token)
        if response.streaming:
            close(response)
        transaction.set_rollback(True)
    return response


UNSAFE = [route for route in ROUTES if not route.safe and route.audited]


def test_every_change_leaves_an_event(world: World, operator: Actor, administrator: Actor) -> None:
    people = [Person(operator), Person(administrator)]
    silent: list[Any] = []
    for route in UNSAFE:
        person = next(p for p in people if good(route, p, world))
        with transaction.atomic():
            before = AuditEvent.objects.count()
            if route.where == "session":
                response = asked(route, Api(client=logged_in(operator)), world)
            else:
                response = asked(route, person.api, world, person.token)
            new = AuditEvent.objects.count() - before
            if response.status_code >= 300 or not new:
                silent.append((route.method, route.path, response.status_code, new))
            transaction.set_rollback(True)
    assert not silent


def good(route: Route, person: Person, world: World) -> bool:
    return route.where == "session" or 200 in expected(route, person, world)


def logged_in(actor: Actor) -> Client:
    """A browser that is not asked to show that its forms are ours."""
    client = Client(raise_request_exception=False)
    assert actor.user is not None
    client.force_login(actor.user)
    return client

"""Logging in and out in the browser."""

from __future__ import annotations

import pytest
from django.test import Client

from migrations_app.actions.logins import FAILURES_ALLOWED
from migrations_app.models import AuditEvent
from migrations_app.queries.actors import Actor
from tests.app.web.conftest import LogIn
from tests.factories.people import PASSWORD

pytestmark = pytest.mark.django_db


def test_the_right_password_leads_to_the_page_that_was_wanted(
    client: Client, viewer: Actor
) -> None:
    made = client.post(
        "/login/", {"username": "victor", "password": PASSWORD, "next": "/runs/?state=active"}
    )
    assert (made.status_code, made["Location"]) == (302, "/runs/?state=active")
    assert AuditEvent.objects.filter(tag="login:succeeded", actor_name="victor").exists()


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example", "javascript:x"])
def test_nobody_is_sent_to_another_site(client: Client, viewer: Actor, elsewhere: str) -> None:
    made = client.post("/login/", {"username": "victor", "password": PASSWORD, "next": elsewhere})
    assert made["Location"] == "/"


def test_a_wrong_password_keeps_the_name_and_says_nothing_more(
    client: Client, viewer: Actor
) -> None:
    wrong = client.post("/login/", {"username": "victor", "password": "wrong"})
    nobody = client.post("/login/", {"username": "nobody", "password": "wrong"})
    for made in (wrong, nobody):
        assert made.status_code == 422
        assert "The name or the password is not right." in made.content.decode()
    assert 'value="victor"' in wrong.content.decode()
    assert "wrong" not in wrong.content.decode().replace("wrong</", "")


def test_after_too_many_failures_the_account_waits(client: Client, viewer: Actor) -> None:
    for _number in range(FAILURES_ALLOWED):
        last = client.post("/login/", {"username": "victor", "password": "wrong"})
    assert last.status_code == 429
    made = client.post("/login/", {"username": "victor", "password": PASSWORD})
    assert made.status_code == 429


def test_logging_out_takes_a_form_and_is_recorded(as_person: LogIn, viewer: Actor) -> None:
    client = as_person(viewer)
    assert client.get("/logout/").status_code == 405
    assert client.post("/logout/")["Location"] == "/login/"
    assert client.get("/")["Location"] == "/login/?next=/"
    assert AuditEvent.objects.filter(tag="login:ended", actor_name="victor").exists()


def test_whoever_is_logged_in_needs_no_login_page(as_person: LogIn, viewer: Actor) -> None:
    assert as_person(viewer).get("/login/?next=/presets/")["Location"] == "/presets/"

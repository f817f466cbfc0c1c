"""What people see when something is wrong."""

from __future__ import annotations

import logging

import pytest
from django.test import Client, RequestFactory

from migrations_app.domain.errors import (
    Conflict,
    EngineUnreachable,
    GateClosed,
    InvalidInput,
    NotAllowed,
    StaleState,
    UnreadableSource,
    WorkbenchError,
)
from migrations_app.domain.messages import msg
from migrations_app.queries.actors import Actor
from migrations_app.web.requests import client_ip, status_of
from migrations_app.web.views.errors import server_error
from tests.app.web.conftest import LogIn

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (UnreadableSource(msg("x")), 400),
        (NotAllowed(msg("x")), 403),
        (Conflict(msg("x")), 409),
        (GateClosed(msg("x"), ()), 409),
        (StaleState(msg("x")), 412),
        (InvalidInput(msg("x")), 422),
        (EngineUnreachable(msg("x")), 502),
    ],
)
def test_every_error_has_its_status(error: WorkbenchError, status: int) -> None:
    assert status_of(error) == status


def test_nothing_here_names_the_request_and_the_way_back(
    as_person: LogIn, viewer: Actor, client: Client
) -> None:
    for browser in (client, as_person(viewer)):
        made = browser.get("/nothing/here/")
        assert made.status_code == 404
        assert made["X-Request-ID"] in made.content.decode()
        assert "Go to the portfolio" in made.content.decode()


def test_the_address_of_a_form_opened_as_a_page_says_so(viewer: Actor, as_person: LogIn) -> None:
    answer = as_person(viewer).get("/services/00000000-0000-7000-8000-000000000000/edit/")
    assert (answer.status_code, answer["Allow"]) == (405, "POST")
    assert "takes only what a form sends" in answer.content.decode()


def test_a_form_from_elsewhere_is_refused_in_words(viewer: Actor) -> None:
    client = Client(enforce_csrf_checks=True)
    made = client.post("/login/", {"username": "victor", "password": "x"})
    assert made.status_code == 403
    assert "too old to be sent" in made.content.decode()


def test_the_page_of_a_failure_asks_nobody(django_assert_num_queries: object) -> None:
    request = RequestFactory().get("/")
    request.request_id = "request-1"
    with django_assert_num_queries(0):  # type: ignore[operator]
        made = server_error(request)
    assert made.status_code == 500
    assert "request-1" in made.content.decode()
    assert "Traceback" not in made.content.decode()


def test_a_failure_is_logged_and_shown_without_its_insides(
    as_person: LogIn,
    viewer: Actor,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def fails(*_args: object, **_kwargs: object) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr("migrations_app.web.views.runs.work_status", fails)
    client = as_person(viewer)
    client.raise_request_exception = False
    with caplog.at_level(logging.ERROR):
        made = client.get("/runs/")
    assert made.status_code == 500
    assert "secret detail" not in made.content.decode()
    assert "The workbench failed" in made.content.decode()
    assert "Internal Server Error" in caplog.text


def test_a_refusal_is_a_part_for_htmx_and_a_page_for_the_rest(
    as_person: LogIn, viewer: Actor, application: object
) -> None:
    client = as_person(viewer)
    values = {"name": "x", "version": 1}
    page = client.post("/applications/banking-app/", values)
    part = client.post("/applications/banking-app/", values, headers={"HX-Request": "true"})
    assert (page.status_code, part.status_code) == (403, 403)
    assert "<html" in page.content.decode()
    assert "<html" not in part.content.decode()
    assert part["HX-Retarget"] == "#messages"


@pytest.mark.parametrize(
    ("proxies", "forwarded", "expected"),
    [
        (0, "10.0.0.9", "192.0.2.7"),
        (1, "10.0.0.9", "10.0.0.9"),
        (1, "6.6.6.6, 10.0.0.9", "10.0.0.9"),
        (2, "10.0.0.9, 172.16.0.1", "10.0.0.9"),
        (2, "10.0.0.9", "192.0.2.7"),
        (1, "", "192.0.2.7"),
    ],
)
def test_a_forwarded_address_counts_only_behind_our_proxies(
    settings: object, proxies: int, forwarded: str, expected: str
) -> None:
    settings.WORKBENCH_PROXIES = proxies  # type: ignore[attr-defined]
    request = RequestFactory().get(
        "/", headers={"X-Forwarded-For": forwarded}, REMOTE_ADDR="192.0.2.7"
    )
    assert client_ip(request) == expected


@pytest.mark.parametrize(("given", "kept"), [("abc-12345", True), ("x\ny", False), ("s", False)])
def test_a_callers_request_id_is_kept_if_it_looks_like_one(
    client: Client, given: str, kept: bool
) -> None:
    made = client.get("/login/", headers={"X-Request-ID": given})
    assert (made["X-Request-ID"] == given) is kept

"""From a host, on the upload page: what runs there, and capturing it without leaving the page."""

from __future__ import annotations

from collections.abc import Callable
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from migrations_app import wiring
from migrations_app.actions.hosts import local_host
from migrations_app.adapters.fakes import FakePodman
from migrations_app.domain.errors import EngineUnreachable
from migrations_app.domain.messages import msg
from migrations_app.models import Application, Host, Run, Service
from migrations_app.queries.actors import Actor

LogIn = Callable[[Actor], Client]


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> FakePodman:
    """The Podman of every host, in memory."""
    made = FakePodman(images={"localhost/web:1": "a" * 64})
    made.run("web", "localhost/web:1")
    made.run("cache", "localhost/web:1")
    monkeypatch.setattr(wiring, "podman_engine", lambda host: made)
    return made


def test_the_page_does_not_wait_for_the_host(
    application: Application, operator: Actor, as_person: LogIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    def asked(_host: Host) -> FakePodman:
        raise AssertionError("The page asked the host.")

    monkeypatch.setattr(wiring, "podman_engine", asked)
    page = as_person(operator).get(reverse("upload")).content.decode()
    assert f'hx-get="{reverse("upload-host")}?host={local_host().pk}"' in page
    assert f'href="{reverse("host", args=[local_host().pk])}?list=1"' in page


def test_what_runs_is_listed_with_the_services_it_is_known_as(
    engine: FakePodman, web: Service, operator: Actor, as_person: LogIn
) -> None:
    part = as_person(operator).get(reverse("upload-host")).content.decode()
    assert "<html" not in part
    assert 'value="cache"' in part
    assert reverse("service", args=[web.pk]) in part
    assert f'formaction="{reverse("host-capture", args=[local_host().pk])}"' in part


def test_another_host_is_chosen_by_its_id(
    engine: FakePodman, application: Application, operator: Actor, as_person: LogIn
) -> None:
    local_host()
    other = Host.objects.create(name="tokyo", url="ssh://me@tokyo/run/podman.sock")
    visitor = as_person(operator)
    part = visitor.get(reverse("upload-host"), {"host": other.pk}).content.decode()
    assert f'<option value="{other.pk}" selected>tokyo</option>' in part
    assert reverse("host-capture", args=[other.pk]) in part
    for wrong in (uuid4(), "elsewhere"):
        assert visitor.get(reverse("upload-host"), {"host": wrong}).status_code == 404


def test_a_host_that_does_not_answer_says_why_and_who_may_test_it_can(
    engine: FakePodman,
    application: Application,
    operator: Actor,
    administrator: Actor,
    as_person: LogIn,
) -> None:
    test = reverse("host-test", args=[local_host().pk])
    for actor, offered in ((operator, False), (administrator, True)):
        engine.fail("workloads", EngineUnreachable(msg("Nothing listens at the socket.")))
        part = as_person(actor).get(reverse("upload-host")).content.decode()
        assert "Nothing listens at the socket." in part
        assert "It was never seen." in part
        assert (test in part) is offered


def test_what_is_ticked_on_the_upload_page_is_captured_in_a_run(
    engine: FakePodman, application: Application, operator: Actor, as_person: LogIn
) -> None:
    where = reverse("host-capture", args=[local_host().pk])
    data = {"name": ["cache"], "application": "banking-app", "draft": "", "looking": ""}
    answer = as_person(operator).post(where, data)
    run = Run.objects.get()
    assert answer["Location"] == reverse("run", args=[run.pk])
    assert run.params["names"] == ["cache"]


def test_who_may_not_capture_is_shown_no_host(
    engine: FakePodman, application: Application, viewer: Actor, as_person: LogIn
) -> None:
    assert as_person(viewer).get(reverse("upload-host")).status_code == 404

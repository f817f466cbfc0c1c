"""Hosts: what runs on them, capturing it, and what a host that does not answer looks like."""

from __future__ import annotations

from collections.abc import Callable

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


@pytest.fixture
def host(db: None) -> Host:
    return local_host()


def test_what_runs_is_listed_with_the_services_it_is_known_as(
    host: Host, engine: FakePodman, web: Service, operator: Actor, as_person: LogIn
) -> None:
    visitor = as_person(operator)
    assert "cache" not in visitor.get(reverse("host", args=[host.pk])).content.decode()
    for where in (
        reverse("host-workloads", args=[host.pk]),
        reverse("host", args=[host.pk]) + "?list=1",
    ):
        page = visitor.get(where).content.decode()
        assert 'value="cache"' in page
        assert reverse("service", args=[web.pk]) in page


def test_what_is_ticked_is_captured_in_a_run(
    host: Host, engine: FakePodman, application: Application, operator: Actor, as_person: LogIn
) -> None:
    visitor = as_person(operator)
    where = reverse("host-capture", args=[host.pk])
    answer = visitor.post(where, {"name": ["web", "cache"], "application": "banking-app"})
    run = Run.objects.get()
    assert answer["Location"] == reverse("run", args=[run.pk])
    assert run.params["names"] == ["web", "cache"]
    answer = visitor.post(where, {"name": ["web"], "application": "banking-app"})
    assert answer.status_code == 409
    assert reverse("run", args=[run.pk]) in answer.content.decode()


def test_nothing_ticked_and_no_application_change_nothing(
    host: Host, engine: FakePodman, application: Application, operator: Actor, as_person: LogIn
) -> None:
    visitor = as_person(operator)
    where = reverse("host-capture", args=[host.pk])
    answer = visitor.post(where, {"application": "banking-app"})
    assert answer.status_code == 422
    assert "Name 1 to" in answer.content.decode()
    answer = visitor.post(where, {"name": ["web"], "application": "elsewhere"})
    assert answer.status_code == 422
    assert "checked" in answer.content.decode()
    assert not Run.objects.exists()


def test_a_host_that_does_not_answer_says_so(
    host: Host, engine: FakePodman, administrator: Actor, as_person: LogIn
) -> None:
    visitor = as_person(administrator)
    gone = EngineUnreachable(msg("Nobody listens at %(place)s.", place="/run/podman.sock"))
    engine.fail("workloads", gone)
    page = visitor.get(reverse("host-workloads", args=[host.pk])).content.decode()
    assert "Nobody listens at /run/podman.sock." in page
    assert "It was never seen." in page
    engine.fail("info", gone)
    page = visitor.post(reverse("host-test", args=[host.pk]), follow=True).content.decode()
    assert "Does not answer" in page
    assert "Test again" in page


def test_an_administrator_tests_adds_and_changes_hosts(
    host: Host, engine: FakePodman, administrator: Actor, as_person: LogIn
) -> None:
    visitor = as_person(administrator)
    page = visitor.post(reverse("host-test", args=[host.pk]), follow=True).content.decode()
    assert "answers: Podman" in page
    answer = visitor.post(reverse("hosts"), {"name": "Not A Label", "url": "nowhere"})
    assert answer.status_code == 422
    assert 'value="nowhere"' in answer.content.decode()
    assert Host.objects.count() == 1
    where = reverse("host-edit", args=[host.pk])
    visitor.post(where, {"url": "", "version": str(host.version)})
    host.refresh_from_db()
    assert not host.allow_rehearsal
    assert visitor.post(where, {"url": "", "version": "1"}).status_code in (412, 422)


def test_an_operator_tests_no_host(
    host: Host, engine: FakePodman, operator: Actor, as_person: LogIn
) -> None:
    visitor = as_person(operator)
    assert visitor.post(reverse("host-test", args=[host.pk])).status_code == 403
    page = visitor.get(reverse("host", args=[host.pk])).content.decode()
    assert reverse("host-test", args=[host.pk]) not in page

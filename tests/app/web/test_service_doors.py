"""Who gets into the pages of a service, its runs and its sources, and what they are offered."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from migrations_app.actions.hosts import local_host
from migrations_app.models import Rehearsal, Service
from migrations_app.queries.actors import Actor

LogIn = Callable[[Actor], Client]

OF_A_SERVICE = (
    "service",
    "service-source",
    "service-manifest",
    "service-findings",
    "service-questions",
    "service-loss-report",
    "service-rehearsals",
    "service-timeline",
    "service-revision",
    "service-gates",
    "service-presets",
    "service-archive",
)
BUTTON = re.compile(rb"<button(?![^>]*\btype=\"button\")[^>]*>")


def addresses(service: Service, rehearsal: Rehearsal) -> list[str]:
    source = service.service_sources.get().source
    return [
        *(reverse(name, args=[service.pk]) for name in OF_A_SERVICE),
        reverse("rehearsal", args=[rehearsal.pk]),
        reverse("run", args=[rehearsal.run_id]),
        reverse("run-log", args=[rehearsal.run_id]),
        reverse("source", args=[source.pk]),
        reverse("revision", args=[rehearsal.revision_id]),
    ]


def test_whoever_is_not_logged_in_is_sent_to_the_login(
    web: Service, rehearsed: Rehearsal, client: Client
) -> None:
    for address in [*addresses(web, rehearsed), reverse("upload"), reverse("hosts")]:
        answer = client.get(address)
        assert answer.status_code == 302, address
        assert answer["Location"].startswith(reverse("login")), address


def test_a_stranger_finds_nothing(
    web: Service, rehearsed: Rehearsal, stranger: Actor, as_person: LogIn
) -> None:
    browser = as_person(stranger)
    for address in addresses(web, rehearsed):
        assert browser.get(address).status_code == 404, address
    assert browser.post(reverse("run-cancel", args=[rehearsed.run_id])).status_code == 404
    assert browser.get(reverse("hosts")).status_code == 404


def test_an_operator_opens_every_page(
    web: Service, rehearsed: Rehearsal, operator: Actor, as_person: LogIn
) -> None:
    browser = as_person(operator)
    for address in addresses(web, rehearsed):
        answer = browser.get(address, follow=True)
        assert answer.status_code == 200, address
    for address in (reverse("upload"), reverse("hosts"), reverse("host", args=[local_host().pk])):
        assert browser.get(address).status_code == 200, address


@pytest.mark.parametrize("name", OF_A_SERVICE)
def test_a_viewer_is_offered_no_change(
    name: str, web: Service, rehearsed: Rehearsal, viewer: Actor, as_person: LogIn
) -> None:
    answer = as_person(viewer).get(reverse(name, args=[web.pk]))
    assert answer.status_code == 200
    page = answer.content.partition(b'id="main"')[2].partition(b"</main>")[0]
    assert b'method="post"' not in page
    assert not BUTTON.search(page.replace(b"data-without-scripts", b'type="button"'))


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("service-edit", {"owner": "me"}),
        ("service-archive", {}),
        ("service-questions", {"answer:x": "y"}),
        ("service-fix-all", {"fingerprint": "0123456789abcdef"}),
        ("service-rehearsals", {"revision": "1", "host": "local", "peers": "none"}),
        ("service-gates", {"to": "compatible"}),
        ("service-presets", {"remove": "0"}),
        ("service-revision", {"environment": "local"}),
    ],
)
def test_what_is_not_offered_is_refused_too(
    name: str,
    data: dict[str, str],
    web: Service,
    rehearsed: Rehearsal,
    viewer: Actor,
    as_person: LogIn,
) -> None:
    web.refresh_from_db()
    before = web.version
    answer = as_person(viewer).post(reverse(name, args=[web.pk]), data)
    assert answer.status_code == 403
    web.refresh_from_db()
    assert (web.version, web.phase, web.archived) == (before, "local", None)


def test_a_viewer_is_not_shown_hosts(viewer: Actor, as_person: LogIn) -> None:
    browser = as_person(viewer)
    assert browser.get(reverse("hosts")).status_code == 404
    assert browser.get(reverse("host", args=[local_host().pk])).status_code == 404

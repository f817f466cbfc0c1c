"""Every page in Japanese: translated throughout, with no English sentence left in it."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from django.test import Client
from django.urls import reverse

from migrations_app.models import Rehearsal, Service
from migrations_app.queries.actors import Actor
from tests.app.web.conftest import LogIn

pytestmark = pytest.mark.django_db

PROSE = re.compile(r"(?:\b[A-Za-z][a-z]+\b[ ,.;:]+){3,}\b[a-z]+\b")
"""Four words of Latin letters in a row; names and commands are shorter or carry signs."""

QUOTED = frozenset({"code", "pre", "script", "style", "svg", "textarea", "title"})
NAMES = ("service", "service-source", "service-manifest", "service-findings", "service-questions")
NAMES += ("service-loss-report", "service-rehearsals", "service-timeline", "service-gates")
NAMES += (
    "service-archive",
    "service-revision",
    "service-presets",
)
PLAIN = ("portfolio", "applications", "runs", "hosts", "presets", "audit", "people", "account")
PLAIN += ("upload", "styleguide", "preset-new", "person-new")


class _Prose(HTMLParser):
    """Collects English sentences of a page; what is quoted from files and logs is passed over."""

    def __init__(self) -> None:
        super().__init__()
        self.language = ""
        self.found: list[str] = []
        self._open: list[bool] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "html":
            self.language = given.get("lang") or ""
        for name in ("aria-label", "title", "placeholder", "alt"):
            self._look(given.get(name) or "")
        if tag in ("br", "hr", "img", "input", "link", "meta", "path", "use", "rect", "line"):
            return
        classes = given.get("class") or ""
        self._open.append(
            tag in QUOTED
            or given.get("lang") == "en"
            or "kh-mono" in classes
            or "kh-code" in classes
            or "kh-log" in classes
        )

    def handle_endtag(self, tag: str) -> None:
        if self._open:
            self._open.pop()

    def handle_data(self, data: str) -> None:
        if not any(self._open):
            self._look(data)

    def _look(self, text: str) -> None:
        self.found += [match.group() for match in PROSE.finditer(" ".join(text.split()))]


def _english(client: Client, address: str) -> list[str]:
    answer = client.get(address, headers={"Accept-Language": "ja"})
    assert answer.status_code == 200, answer.content[:300]
    page = _Prose()
    page.feed(answer.content.decode())
    assert page.language == "ja"
    return page.found


@pytest.mark.parametrize("name", PLAIN)
def test_pages_of_the_workbench(
    name: str, administrator: Actor, rehearsed: Rehearsal, asking: Service, as_person: LogIn
) -> None:
    assert _english(as_person(administrator), reverse(name)) == []


@pytest.mark.parametrize("name", NAMES)
def test_pages_of_a_service(
    name: str, operator: Actor, rehearsed: Rehearsal, as_person: LogIn
) -> None:
    address = reverse(name, args=[rehearsed.service_id])
    assert _english(as_person(operator), address) == []


@pytest.mark.parametrize("name", NAMES)
def test_pages_of_a_captured_service(
    name: str, operator: Actor, asking: Service, as_person: LogIn
) -> None:
    assert _english(as_person(operator), reverse(name, args=[asking.pk])) == []


def test_a_rehearsal_and_its_run(operator: Actor, rehearsed: Rehearsal, as_person: LogIn) -> None:
    browser = as_person(operator)
    for address in (
        reverse("rehearsal", args=[rehearsed.pk]),
        reverse("run", args=[rehearsed.run_id]),
    ):
        assert _english(browser, address) == []


def test_the_login(client: Client, db: None) -> None:
    assert _english(client, reverse("login")) == []


def test_what_an_account_prefers_comes_before_what_a_browser_asks_for(
    operator: Actor, as_person: LogIn
) -> None:
    assert operator.user is not None
    operator.user.language = "en"
    operator.user.save(update_fields=["language"])
    answer = as_person(operator).get(reverse("portfolio"), headers={"Accept-Language": "ja"})
    assert b'lang="en"' in answer.content


def test_a_stored_finding_is_read_in_both_languages(
    operator: Actor, asking: Service, as_person: LogIn
) -> None:
    browser, address = as_person(operator), reverse("service-findings", args=[asking.pk])
    english = browser.get(address, headers={"Accept-Language": "en"}).content.decode()
    japanese = browser.get(address, headers={"Accept-Language": "ja"}).content.decode()
    assert "exists only on the host that built it." in english
    assert "はビルドしたホストにしかありません。" in japanese


def test_an_empty_board_and_a_page_that_is_not_there(stranger: Actor, as_person: LogIn) -> None:
    browser = as_person(stranger)
    assert _english(browser, reverse("portfolio")) == []
    missing = browser.get("/nothing/here/", headers={"Accept-Language": "ja"})
    assert missing.status_code == 404
    assert "ここには何もない" in missing.content.decode()

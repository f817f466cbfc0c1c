"""The pages in a real browser: axe finds nothing, keys and dragging work, nothing is blocked."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

import pytest
from django.contrib.sessions.backends.db import SessionStore
from playwright.sync_api import Browser, ConsoleMessage, Page, expect, sync_playwright
from pytest_django.live_server_helper import LiveServer

from migrations_app.models import Assessment, Service, User
from tests.app.web.seeding import seed

pytestmark = pytest.mark.browser

AXE = Path(__file__).parents[3] / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
PAGES = (
    "/",
    "/?view=table",
    "/?q=nothing-like-it",
    "/applications/",
    "/applications/banking-app/",
    "/applications/banking-app/environments/local/",
    "/runs/",
    "/presets/",
    "/presets/new/",
    "/audit/",
    "/audit/1/",
    "/account/",
    "/people/",
    "/people/new/",
    "/styleguide/",
    "/nothing/here/",
)
Theme = Literal["light", "dark"]
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="module")
def chrome() -> Iterator[Browser]:
    """Chromium. Playwright runs an event loop in this thread, which Django has to put up with."""
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if program is None:
        pytest.skip("Chromium is not installed")
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        started = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield started
        started.close()


@pytest.fixture
def person(chrome: Browser, transactional_db: None) -> User:
    """Somebody who may do everything, in a portfolio with all kinds of services."""
    return seed()


@contextmanager
def opened(
    chrome: Browser,
    live_server: LiveServer,
    person: User,
    *,
    width: int = 1440,
    theme: Theme = "light",
) -> Iterator[Page]:
    """A page of a browser in which the person is logged in; nothing may be complained of."""
    session = SessionStore()
    session["_auth_user_id"] = str(person.pk)
    session["_auth_user_backend"] = "django.contrib.auth.backends.ModelBackend"
    session["_auth_user_hash"] = person.get_session_auth_hash()
    session.save()
    context = chrome.new_context(
        viewport={"width": width, "height": 900}, base_url=live_server.url, color_scheme=theme
    )
    context.add_cookies(
        [{"name": "sessionid", "value": session.session_key or "", "url": live_server.url}]
    )
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda said: complaints.extend(_complaint(said)))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    context.close()
    assert complaints == []


def _complaint(said: ConsoleMessage) -> list[str]:
    """A refused request (4xx) is an answer, and one that leaving the page cut off is nothing."""
    expected = (
        "Failed to load resource: the server responded with a status of 4",
        "htmx:send",
        "htmx:afterRequest",
    )
    loud = said.type in ("error", "warning")
    return [said.text] if loud and not said.text.startswith(expected) else []


def violations(page: Page) -> list[str]:
    """What axe finds; it is put in from outside, since the page itself lets nothing in."""
    session = page.context.new_cdp_session(page)
    session.send("Runtime.evaluate", {"expression": AXE.read_text(encoding="utf-8")})
    wanted = json.dumps({"runOnly": RULES})
    found = page.evaluate(f"axe.run(document, {wanted}).then(made => made.violations)")
    return [f"{item['id']}: {item['nodes'][0]['html']}" for item in found]


@pytest.mark.parametrize(("width", "theme"), [(1440, "light"), (390, "dark")])
def test_axe_finds_nothing_and_no_page_is_wider_than_the_window(
    chrome: Browser, live_server: LiveServer, person: User, width: int, theme: Theme
) -> None:
    if not AXE.exists():
        pytest.skip("axe-core is not installed: run bin/assets once")
    with opened(chrome, live_server, person, width=width, theme=theme) as page:
        found: dict[str, list[str]] = {}
        for path in PAGES:
            page.goto(path, wait_until="load")
            expect(page.locator(".htmx-request")).to_have_count(0)
            if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
                found.setdefault(path, []).append("wider than the window")
            if problems := violations(page):
                found.setdefault(path, []).extend(problems)
    assert found == {}


def test_a_dragged_card_comes_back_with_its_closed_gates(
    chrome: Browser, live_server: LiveServer, person: User
) -> None:
    with opened(chrome, live_server, person) as page:
        page.goto("/")
        card = page.locator("[data-card][data-name=mail-relay]")
        column = page.locator("[data-column=compatible]")
        card.scroll_into_view_if_needed()
        here, there = card.bounding_box(), column.bounding_box()
        assert here is not None
        assert there is not None
        # Straight across: what makes the page scroll would have another card under the pointer.
        card.drag_to(column, target_position={"x": 100, "y": here["y"] - there["y"] + 20})
        panel = card.get_by_role("alert")
        panel.wait_for()
        assert "Not moved to Compatible: 1 of 13 gates are closed" in panel.inner_text()
        assert panel.evaluate("panel => panel === document.activeElement")
        assert card.get_attribute("data-phase") == "local"
        panel.get_by_role("button", name="Dismiss").click()
        assert page.get_by_role("alert").count() == 0


def test_keys_move_a_service_and_bring_it_back_with_a_reason(
    chrome: Browser, live_server: LiveServer, person: User
) -> None:
    with opened(chrome, live_server, person) as page:
        page.goto("/")
        page.locator("[data-name=redis] [data-item-link]").focus()
        page.keyboard.press("m")
        page.keyboard.press("2")
        page.locator("[data-name=redis][data-phase=compatible]").wait_for()
        page.locator("[data-name=redis] [data-item-link]").focus()
        page.keyboard.press("m")
        page.keyboard.press("1")
        page.get_by_label("Reason").fill("It leaks")
        page.get_by_role("button", name="Move back").click()
        page.locator("[data-name=redis][data-phase=local]").wait_for()
    assert Service.objects.get(key="redis").moves.latest("at").reason == "It leaks"


def test_the_palette_finds_a_service_and_opens_it(
    chrome: Browser, live_server: LiveServer, person: User
) -> None:
    with opened(chrome, live_server, person) as page:
        page.goto("/people/")
        page.keyboard.press("Control+k")
        page.keyboard.type("auth-pr")
        page.get_by_role("option", name="auth-proxy").wait_for()
        page.keyboard.press("Enter")
        page.wait_for_url("**/services/**")
        page.go_back()
        page.keyboard.press("?")
        page.get_by_role("dialog", name="Keyboard shortcuts").wait_for()
        page.keyboard.press("Escape")
        page.keyboard.press("/")
        page.keyboard.type("j?")
        assert page.locator("[data-filter]").input_value() == "j?"


def test_escape_closes_what_opens_beside_a_finding(
    chrome: Browser, live_server: LiveServer, person: User
) -> None:
    found = (row for row in Assessment.objects.all() if any(f["waivable"] for f in row.findings))
    with opened(chrome, live_server, person) as page:
        page.goto(f"/services/{next(found).service_id}/findings/")
        waive = page.locator("details.kh-why", has=page.locator("textarea")).first
        waive.locator("summary").click()
        waive.locator("textarea").fill(" ")
        waive.locator("[name=expires]").evaluate("(field) => (field.form.noValidate = true)")
        waive.locator("button").click()
        expect(page.get_by_role("alert").first).to_be_focused()
        waive.locator("textarea").fill("because")
        page.keyboard.press("Escape")
        expect(waive.locator("textarea")).to_be_hidden()
        expect(waive.locator("summary")).to_be_focused()
        fix = page.locator("[data-fix]").first
        fix.click()
        shown = page.locator(".kh-fix")
        expect(shown).to_be_focused()
        page.keyboard.press("Escape")
        expect(shown).to_have_count(0)
        expect(fix).to_be_focused()


def test_a_preset_is_tried_while_it_is_typed(
    chrome: Browser, live_server: LiveServer, person: User
) -> None:
    with opened(chrome, live_server, person) as page:
        page.goto("/presets/new/")
        page.get_by_text("3 fields differ").wait_for()
        page.locator(".cm-content").click()
        page.keyboard.press("Control+End")
        page.keyboard.type("wrong: 1")
        page.get_by_text("Not a preset yet").wait_for()
        page.locator(".cm-lint-marker-error").wait_for()


def test_the_focus_stays_where_it_was_when_an_upload_is_looked_at(
    chrome: Browser, live_server: LiveServer, person: User
) -> None:
    spec = b"{containers: [{name: a, image: a}]}"
    pod = b"apiVersion: v1\nkind: Pod\nmetadata: {name: %s}\nspec: " + spec
    with opened(chrome, live_server, person) as page:
        page.goto("/upload/")
        page.set_input_files(
            "input[name=file]",
            [
                {"name": f"{name}.yaml", "mimeType": "text/yaml", "buffer": pod % name.encode()}
                for name in ("one", "two")
            ],
        )
        result = page.locator("button[name=view][value=result]")
        result.press("Enter")
        expect(result).to_have_attribute("aria-pressed", "true")
        expect(result).to_be_focused()
        page.locator("button[name=remove][value='two.yaml']").press("Enter")
        expect(page.locator("button[name=remove]")).to_have_count(1)
        expect(page.locator("#files-title")).to_be_focused()

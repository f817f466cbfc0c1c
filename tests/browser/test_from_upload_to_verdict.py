"""The main job in a real browser: a file goes in, and a verdict comes out."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PASSWORD, Installation
from tests.live.workshop import WEB

pytestmark = [pytest.mark.browser, pytest.mark.live]

IN_CLEAR = """\
          env: [{name: DB_PASSWORD, value: correct-horse-battery}]
"""
SOURCE = WEB.replace("          ports:", IN_CLEAR + "          ports:")
BROKEN = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: batch\n   labels: {}\n"


@pytest.fixture
def inside(page: Page, installation: Installation) -> Page:
    """Chromium, logged in as the administrator that the first start has made."""
    page.set_default_timeout(20_000)
    page.goto(installation.address)
    page.get_by_label("User name").fill("admin")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    expect(page).to_have_title(re.compile("Portfolio"))
    return page


def test_a_file_goes_in_and_a_verdict_comes_out(
    inside: Page, installation: Installation, tmp_path: Path, axe: str
) -> None:
    page = inside
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda said: problems.append(said.text) if said.type == "error" else None)
    _make_application(page, installation)
    _upload(page, installation, tmp_path)
    _fix(page)
    _make_revision(page)
    _rehearse(page)
    _look_at_verdict(page)
    assert problems == []
    own = installation.podman.run("pod", "ls", "--format", "{{.Name}}").split()
    assert not [name for name in own if name.startswith("kk-khb")], "nothing is left in Podman"
    _accessible(page, axe)


def _make_application(page: Page, installation: Installation) -> None:
    page.goto(f"{installation.address}/applications/?new")
    page.get_by_label("Name", exact=True).fill("Shop")
    page.get_by_label("Slug").fill("shop")
    page.get_by_role("button", name="Make it").click()
    expect(page.get_by_role("heading", name="Shop").first).to_be_visible()


def _upload(page: Page, installation: Installation, folder: Path) -> None:
    (folder / "web.yaml").write_text(SOURCE)
    (folder / "broken.yaml").write_text(BROKEN)
    page.goto(f"{installation.address}/upload/?application=shop")
    page.locator("input[type=file]").set_input_files([folder / "web.yaml", folder / "broken.yaml"])
    expect(page.get_by_text("1 file cannot be read, so nothing is stored yet.")).to_be_visible()
    expect(page).to_have_title(re.compile("^1 file cannot be read"))
    expect(page.get_by_role("button", name="Store all")).to_be_disabled()
    page.get_by_role("button", name="Leave out broken.yaml").click()
    expect(page.get_by_text("1 file can be stored.")).to_be_visible()
    page.get_by_role("button", name="Result").click()
    expect(page.get_by_role("region", name="Result")).to_contain_text("Deployment")
    page.get_by_role("button", name="Store all").click()
    expect(page.get_by_text("Stored. It tells of 1 service.")).to_be_visible()
    expect(page.get_by_role("heading", name="web", level=1)).to_be_visible()


def _fix(page: Page) -> None:
    page.get_by_role("navigation", name="Service").get_by_role("link", name="Findings").click()
    finding = page.locator("article", has_text="CFG-01")
    finding.get_by_role("link", name="Fix").click()
    expect(finding).to_contain_text("secretKeyRef")
    finding.get_by_role("button", name="Accept the fix").click()
    expect(page.get_by_text("Fixed CFG-01.")).to_be_visible()


def _make_revision(page: Page) -> None:
    page.get_by_role("button", name="More").or_(page.locator("summary[aria-label=More]")).click()
    page.get_by_role("link", name="Make a revision").last.click()
    page.get_by_role("button", name="Make the revision").click()
    page.get_by_role("link", name="Open the manifest").click(timeout=60_000)
    expect(page).to_have_title(re.compile("^Revision 1 of web"))
    expect(page.locator("#L1")).to_contain_text("apiVersion")
    page.locator("tr", has_text="secretKeyRef").locator(".kh-code__origin").click()
    row = page.locator("tr:has(.kh-origin--fix)").first
    row.locator(".kh-code__origin").click()
    expect(page.locator(".kh-origincard:popover-open")).to_contain_text("CFG-01")
    page.keyboard.press("Escape")


def _rehearse(page: Page) -> None:
    page.get_by_role("link", name="Rehearse", exact=True).first.click()
    page.get_by_role("button", name="Rehearse", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Rehearsal 1")
    log = page.get_by_role("log")
    expect(log).to_contain_text("prober", timeout=60_000)
    expect(page.get_by_text("Following")).to_be_visible()
    page.get_by_role("button", name="Pause").click()
    expect(page.get_by_role("button", name="Follow")).to_be_visible()
    page.get_by_role("button", name="Follow").click()
    page.get_by_role("link", name="Open the verdict").click(timeout=90_000)


def _look_at_verdict(page: Page) -> None:
    expect(page).to_have_title(re.compile("^Passed · Rehearsal 1 of web"))
    expect(page.get_by_role("heading", name="Passed")).to_be_visible()
    claims = page.get_by_role("table").first
    for group in ("Proven", "Simulated", "Not proven"):
        expect(claims).to_contain_text(group)
    expect(page.locator("svg.kh-chart")).to_be_visible()
    expect(page.get_by_role("log")).to_contain_text("up")


def _accessible(page: Page, axe: str) -> None:
    """Nothing that axe-core finds against WCAG 2.2 A and AA."""
    page.evaluate(axe)
    tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
    found = page.evaluate("tags => axe.run(document, {runOnly: tags})", tags)
    assert [violation["id"] for violation in found["violations"]] == []

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
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
TABS = (
    "",
    "source/",
    "manifest/",
    "manifest/?view=diff&against=source",
    "findings/",
    "questions/",
    "loss-report/",
    "rehearsals/",
    "timeline/",
    "revisions/new/",
    "gates/",
    "presets/",
)
SMALL = ("manifest/", "findings/", "loss-report/", "upload/")
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
    _every_page_is_accessible(page, installation, axe)


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
    verdict = page.get_by_role("link", name="Open the verdict")
    expect(verdict).to_be_visible(timeout=90_000)
    expect(page).to_have_title(re.compile("^Passed · Rehearsal · web"))
    expect(page.locator("#run-state")).to_have_text("Succeeded")
    verdict.click()


def _look_at_verdict(page: Page) -> None:
    expect(page).to_have_title(re.compile("^Passed · Rehearsal 1 of web"))
    expect(page.get_by_role("heading", name="Passed")).to_be_visible()
    claims = page.get_by_role("table").first
    for group in ("Proven", "Simulated", "Not proven"):
        expect(claims).to_contain_text(group)
    expect(page.locator("svg.kh-chart")).to_be_visible()
    expect(page.get_by_role("log")).to_contain_text("up")


def _every_page_is_accessible(page: Page, installation: Installation, axe: str) -> None:
    """axe-core finds nothing against WCAG 2.2 A and AA, and no page is wider than its window."""
    verdict = page.url
    page.get_by_role("link", name="web", exact=True).click()
    service = re.search(r"/services/[^/]+/", page.url)
    assert service is not None
    about = f"{installation.address}{service[0]}"
    addresses = [
        verdict,
        f"{verdict}?view=table",
        *(f"{about}{tab}" for tab in TABS),
        *(f"{installation.address}/{place}/" for place in ("upload", "hosts")),
    ]
    small = [address for address in addresses if address.endswith(SMALL)] + [verdict]
    found: list[str] = []
    for width, scheme, these in ((1440, "light", addresses), (390, "dark", small)):
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        for address in these:
            page.goto(address)
            found += [f"{width} {address}: {problem}" for problem in _problems(page, axe)]
    assert found == []


def _problems(page: Page, axe: str) -> list[str]:
    page.evaluate(axe)
    made = page.evaluate("tags => axe.run(document, {runOnly: tags})", RULES)
    problems = [str(violation["id"]) for violation in made["violations"]]
    if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
        problems.append("wider than its window")
    return problems

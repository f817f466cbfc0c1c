"""The documents against the repository: links, commands, decisions, checks."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([*(ROOT / "docs").rglob("*.md"), *(ROOT / "demo").glob("*.md"), *ROOT.glob("*.md")])
NAMES = [page.relative_to(ROOT).as_posix() for page in PAGES]
_LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
_FENCE = re.compile(r"(?ms)^```.*?^```$")


def _prose(page: Path) -> str:
    return _FENCE.sub("", page.read_text(encoding="utf-8"))


def _anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as GitHub and GitLab make them."""
    titles = re.findall(r"(?m)^#+ (.*)$", _prose(page))
    return {re.sub(r"[^\w -]", "", title.lower()).strip().replace(" ", "-") for title in titles}


@pytest.mark.parametrize("document", PAGES, ids=NAMES)
def test_every_link_leads_somewhere(document: Path) -> None:
    broken = []
    for link in _LINK.findall(_prose(document)):
        if re.match(r"[a-z]+:", link):
            continue
        path, _hash, anchor = link.partition("#")
        target = (document.parent / path).resolve() if path else document
        there = target.exists() and ROOT in target.parents
        if not there or (anchor and target.suffix == ".md" and anchor not in _anchors(target)):
            broken.append(link)
    assert broken == []


@pytest.mark.parametrize("document", PAGES, ids=NAMES)
def test_a_page_has_one_title_and_begins_with_it(document: Path) -> None:
    text = _prose(document)
    assert text.startswith("# ")
    assert len(re.findall(r"(?m)^# ", text)) == 1


def test_every_page_can_be_reached_from_the_index() -> None:
    seen, waiting = set(), [ROOT / "docs" / "index.md"]
    while waiting:
        page = waiting.pop()
        if page in seen or page.suffix != ".md":
            continue
        seen.add(page)
        for link in _LINK.findall(_prose(page)):
            target = (page.parent / link.partition("#")[0]).resolve()
            if target.is_file():
                waiting.append(target)
    assert sorted({page for page in PAGES if page.parent != ROOT / "demo"} - seen) == []


def test_every_command_is_described() -> None:
    described = set(re.findall(r"`bin/([\w-]+)`", (ROOT / "CONTRIBUTING.md").read_text()))
    assert {path.name for path in (ROOT / "bin").iterdir()} == described


def test_every_command_that_a_page_shows_is_there() -> None:
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        for name in re.findall(r"(?<![\w./])(bin|deploy)/([\w-]+)", text):
            if name != ("deploy", "secrets"):
                assert (ROOT / name[0] / name[1]).exists(), f"{page.name}: {'/'.join(name)}"


def test_every_sub_command_that_a_page_shows_is_known() -> None:
    from workbench.cli import CORE, SERVING, STORED

    for page in PAGES:
        for name in re.findall(r"bin/workbench ([a-z_]+)\b", page.read_text(encoding="utf-8")):
            assert name in (*CORE, *STORED, *SERVING), f"{page.name}: {name}"


def test_every_decision_is_listed_under_its_title() -> None:
    folder = ROOT / "docs" / "adr"
    listed = (folder / "README.md").read_text(encoding="utf-8")
    decisions = sorted(folder.glob("[0-9]*.md"))
    assert [path.name[:4] for path in decisions] == [f"{n:04}" for n in range(len(decisions))]
    for path in decisions[1:]:
        number, title = re.match(r"# (\d+)\. (.*)", path.read_text(encoding="utf-8")).groups()  # type: ignore[union-attr]
        assert int(number) == int(path.name[:4])
        assert f"| [{number}]({path.name}) | {title} |" in listed


def test_every_decision_has_the_parts_of_the_template() -> None:
    folder = ROOT / "docs" / "adr"
    parts = re.findall(r"(?m)^## .*$", (folder / "0000-template.md").read_text(encoding="utf-8"))
    for path in sorted(folder.glob("000[1-9]*.md")):
        assert re.findall(r"(?m)^## .*$", path.read_text(encoding="utf-8")) == parts, path.name


def test_every_check_is_described() -> None:
    from migrations_app.domain.checks import pages

    index = (ROOT / "docs" / "checks.md").read_text(encoding="utf-8")
    for path in Path(pages.__file__).parent.glob("*.py"):
        for code in re.findall(r'Rule\(\s*"([A-Z]{3}-\d\d)"', path.read_text(encoding="utf-8")):
            assert f"[{code}](checks/{code}.md)" in index, code
            assert (ROOT / "docs" / "checks" / f"{code}.md").exists(), code


def test_the_version_is_the_one_of_the_changes() -> None:
    changes = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    newest = re.search(r"(?m)^## (\d+\.\d+\.\d+)", changes)
    assert newest is not None
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert f'version = "{newest.group(1)}"' in project

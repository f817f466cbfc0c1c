"""Compose files as we read them and as compose-go does: the same, or a decision says why not."""

from __future__ import annotations

import csv
import json
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from migrations_app.domain.errors import UnreadableSource
from tests.corpus.compose_judged import differences, judged, ours
from tests.corpus.compose_made import made_projects
from tests.domain.reading.compose.accounted import made_of

pytestmark = pytest.mark.corpus

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "inputs" / "compose.md"
CASES = sorted((Path(__file__).parent / "compose_cases").iterdir())
_ROW = re.compile(r"^\| .+ \| `(.+)` \| .+ \|$")


@pytest.fixture(scope="module")
def decisions() -> Mapping[str, re.Pattern[str]]:
    """The decisions of the page: what each is recognised by."""
    section = PAGE.read_text(encoding="utf-8").partition("## Decisions")[2]
    rows = [match.group(1) for line in section.splitlines() if (match := _ROW.match(line))]
    assert len(rows) > 10
    return {row: re.compile(row) for row in rows}


@pytest.fixture(scope="module")
def upstream(corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The corpus as its projects laid it out, so that references resolve."""
    root = tmp_path_factory.mktemp("upstream")
    for row in _rows(corpus, "compose", "companion"):
        file = root / row["source"] / row["upstream_path"]
        file.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(corpus / row["file"], file)
    return root


def _rows(corpus: Path, *kinds: str) -> Iterator[dict[str, str]]:
    with (corpus / "index.csv").open(encoding="utf-8", newline="") as lines:
        yield from (row for row in csv.DictReader(lines) if row["kind"] in kinds)


def _told(judges: Path, file: Path, root: Path) -> list[str]:
    """What compose-go says otherwise: that it refuses the file, or each difference."""
    (said,) = judged(judges, file)
    if "error" in said:
        return [said["error"].replace("\n", " ")]
    try:
        return [str(item) for item in differences(ours(file, root), said["read"])]
    except UnreadableSource as error:
        return [f"we refuse it: {error}"]


def _undecided(
    told: list[str], decisions: Mapping[str, re.Pattern[str]], used: set[str]
) -> list[str]:
    left: list[str] = []
    for text in told:
        found = [row for row, pattern in decisions.items() if pattern.search(text)]
        used.update(found)
        if not found:
            left.append(text)
    return left


def _copied(folder: Path, into: Path) -> Path:
    """A case in a folder of its own: no reference may reach beyond it."""
    shutil.copytree(folder, into / folder.name)
    return into / folder.name


def test_every_difference_is_a_decision(
    judges: Path,
    corpus: Path,
    upstream: Path,
    decisions: Mapping[str, re.Pattern[str]],
    tmp_path: Path,
) -> None:
    used: set[str] = set()
    left: list[str] = []
    for row in _rows(corpus, "compose"):
        root = upstream / row["source"]
        told = _told(judges, root / row["upstream_path"], root)
        left += [f"{row['file']}: {text}" for text in _undecided(told, decisions, used)]
    for case in CASES:
        folder = _copied(case, tmp_path)
        told = _told(judges, folder / "compose.yaml", folder)
        left += [f"{case.name}: {text}" for text in _undecided(told, decisions, used)]
    assert left == []
    assert set(decisions) - used == set(), "decisions that nothing needs any more"


def test_what_compose_accepts_is_accepted(judges: Path, corpus: Path, upstream: Path) -> None:
    for row in _rows(corpus, "compose"):
        root = upstream / row["source"]
        ours(root / row["upstream_path"], root)


def test_projects_made_at_random_are_read_alike(
    judges: Path, decisions: Mapping[str, re.Pattern[str]], tmp_path: Path
) -> None:
    """Hundreds of projects of the forms that each field can have, one service extending another."""
    files = [*made_projects(tmp_path, number=300, seed=20261125)]
    compared = 0
    left: list[str] = []
    for file, said in zip(files, judged(judges, *files), strict=True):
        if "error" in said:
            continue
        compared += 1
        told = [str(item) for item in differences(ours(file, tmp_path), said["read"])]
        left += [f"{file.name}: {text}" for text in _undecided(told, decisions, set())]
    assert left == []
    assert compared > 150


def test_what_is_made_of_them_survives_the_reader_of_kubernetes(
    judges: Path, corpus: Path, tmp_path: Path
) -> None:
    """Every string of every environment and command, and all else, comes back unchanged."""
    made = {
        tmp_path / f"{path.name}.yaml": made_of({path.name: path.read_text(encoding="utf-8")})
        for path in sorted((corpus / "compose").iterdir())
    }
    for file, manifest in made.items():
        file.write_text(manifest.text, encoding="utf-8", newline="")
    done = subprocess.run(
        [judges / "judges", "yaml", *made], capture_output=True, text=True, check=True
    )
    for manifest, line in zip(made.values(), done.stdout.splitlines(), strict=True):
        assert json.loads(line).get("read") == [item.body for item in manifest.objects]

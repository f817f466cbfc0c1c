"""The benchmarks run, and compare like with like."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bench import __main__ as command
from bench import everything, render
from bench.measure import Result
from bench.rows import ROWS

pytestmark = pytest.mark.live


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, cluster_kit: Path) -> None:
    monkeypatch.setattr(render, "COUNT", 3)
    monkeypatch.setattr(everything, "COUNT", 3)
    monkeypatch.setenv("WORKBENCH_DATA_DIR", str(tmp_path))


def test_kustomize_and_rendering_make_the_same_objects(tmp_path: Path) -> None:
    result = render.against_kustomize(tmp_path)
    assert result.ours > 0
    assert result.theirs > 0


def test_kustomize_can_make_what_every_section_makes(tmp_path: Path) -> None:
    result = everything.against_the_same_objects(tmp_path)
    assert "3 Deployments to 21 objects" in result.what


def test_figures_are_printed_and_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["bin/bench", "render-floor"])
    assert command.main() == 0
    assert "render-floor" in capsys.readouterr().out
    kept = json.loads((tmp_path / "bench.json").read_text())
    assert [item["name"] for item in kept["results"]] == ["render-floor"]
    assert kept["results"][0]["ratio"] > 0


def test_a_ratio_over_its_aim_ends_with_1(monkeypatch: pytest.MonkeyPatch) -> None:
    slow = Result("slow", "work", 2.0, 1.0, aim=0.5)
    monkeypatch.setattr(command, "ROWS", {"slow": lambda _folder: slow})
    monkeypatch.setattr("sys.argv", ["bin/bench"])
    assert command.main() == 1


def test_every_row_has_a_name_of_its_own() -> None:
    assert len({*ROWS}) == len(ROWS)

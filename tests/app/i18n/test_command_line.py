"""The command line speaks the language of the terminal; what machines read stays as it is."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from workbench import cli, language

POD = """apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  containers:
  - {name: web, image: localhost/web}
"""


@pytest.fixture(autouse=True)
def no_language(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("WORKBENCH_LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize(
    ("variables", "spoken"),
    [
        ({}, "en"),
        ({"LANG": "C.UTF-8"}, "en"),
        ({"LANG": "ja_JP.UTF-8"}, "ja"),
        ({"LANG": "ja_JP.UTF-8", "LC_ALL": "en_US.UTF-8"}, "en"),
        ({"LANG": "fr_FR.UTF-8"}, "en"),
        ({"LANG": "ja_JP.UTF-8", "WORKBENCH_LANGUAGE": "en"}, "en"),
        ({"WORKBENCH_LANGUAGE": "ja"}, "ja"),
        ({"LANG": "ja_JP.UTF-8", "WORKBENCH_LANGUAGE": "auto"}, "ja"),
    ],
)
def test_which_language(
    variables: dict[str, str], spoken: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert language.language() == spoken


@pytest.fixture
def pod(tmp_path: Path) -> str:
    path = tmp_path / "pod.yaml"
    path.write_text(POD, encoding="utf-8")
    return str(path)


def test_findings_are_told_in_japanese(
    pod: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("WORKBENCH_LANGUAGE", "ja")
    assert cli.main(["check", pod]) == 1
    told = capsys.readouterr().out
    assert "IMG-01 localhost/web はビルドしたホストにしかありません。" in told
    assert "検出事項" in told.splitlines()[-1]


def test_errors_are_told_in_japanese(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("WORKBENCH_LANGUAGE", "ja")
    assert cli.main(["render", "/does/not/exist"]) == 2
    told = capsys.readouterr().err
    assert "ファイルが存在しません。" in told


@pytest.mark.parametrize("report", ["json", "sarif", "junit", "gitlab"])
def test_reports_for_machines_are_the_same_in_every_language(
    report: str, pod: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    texts = []
    for spoken in ("en", "ja"):
        monkeypatch.setenv("WORKBENCH_LANGUAGE", spoken)
        cli.main(["check", pod, "--report", report])
        texts.append(capsys.readouterr().out)
    assert texts[0] == texts[1]


def test_what_is_written_is_the_same_in_every_language(
    pod: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = []
    for spoken in ("en", "ja"):
        monkeypatch.setenv("WORKBENCH_LANGUAGE", spoken)
        assert cli.main(["render", pod, "-o", str(tmp_path / spoken)]) == 0
        written.append(json.loads((tmp_path / spoken / "report.json").read_text()))
    assert written[0] == written[1]

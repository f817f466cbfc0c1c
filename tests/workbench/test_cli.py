"""The command line itself: its help, wrong usage, and what becomes of a crash."""

from __future__ import annotations

import sys

import pytest

from workbench import cli, up
from workbench.cli import CORE, EX_SOFTWARE, EX_USAGE, STORED


def test_help_says_what_each_command_is_for(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["--help"]) == 0
    told = capsys.readouterr().out
    for name, what in {**CORE, **STORED}.items():
        assert f"{name} " in told
        assert str(what) in told


def test_an_unknown_command_is_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["rendr"]) == EX_USAGE
    told = capsys.readouterr()
    assert told.out == ""
    assert "'rendr'" in told.err


def test_a_command_that_cannot_even_be_loaded_shows_no_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "workbench.commands.core", None)
    monkeypatch.delattr("workbench.commands.core", raising=False)
    assert cli.main(["render", "x.yaml"]) == EX_SOFTWARE
    told = capsys.readouterr().err
    assert "Traceback" not in told
    assert "WORKBENCH_DEBUG_TRACEBACK" in told


@pytest.mark.parametrize(("argument", "code"), [("--help", 0), ("--bogus", EX_USAGE)])
def test_up_starts_nothing_when_it_is_asked_something_else(argument: str, code: int) -> None:
    with pytest.raises(SystemExit) as ended:
        up.main([argument])
    assert ended.value.code == code


@pytest.mark.parametrize("command", ["render", "check", "digest", "import", "capture", "doctor"])
def test_help_calls_a_command_as_it_is_typed(
    command: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workbench.preparation.migrate_if_needed", lambda: None)
    assert cli.main([command, "--help"]) == 0
    assert capsys.readouterr().out.startswith(f"usage: bin/workbench {command} ")

"""The Containerfile: what can be held against the checkout without building it."""

from __future__ import annotations

import json
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "Containerfile").read_text()
INSTRUCTIONS = [
    line.split(maxsplit=1)
    for line in re.sub(r"\\\n\s*", " ", re.sub(r"(?m)^\s*#.*\n", "", TEXT)).splitlines()
    if line.strip()
]
LAST_STAGE = INSTRUCTIONS[max(n for n, i in enumerate(INSTRUCTIONS) if i[0] == "FROM") :]


def _values(word: str, instructions: list[list[str]] = LAST_STAGE) -> list[str]:
    return [rest for name, rest in instructions if name == word]


def test_it_runs_as_an_ordinary_user() -> None:
    assert _values("USER") == ["10001:10001"]


def test_the_program_gets_the_signals_itself() -> None:
    assert json.loads(_values("CMD")[0]) == ["python3", "-m", "workbench.container", "web"]
    assert not _values("ENTRYPOINT")


def test_the_base_is_a_build_argument_used_by_every_stage() -> None:
    assert INSTRUCTIONS[0][0] == "ARG"
    assert INSTRUCTIONS[0][1].startswith("BASE=")
    assert all(rest.startswith("${BASE}") for rest in _values("FROM", INSTRUCTIONS))


def test_libraries_come_from_the_hashed_lock() -> None:
    assert any(
        "--require-hashes -r requirements.lock" in run for run in _values("RUN", INSTRUCTIONS)
    )


def test_catalogues_are_compiled_and_static_files_collected() -> None:
    runs = " ".join(_values("RUN", INSTRUCTIONS))
    assert "msgfmt" in runs
    assert "collectstatic" in runs


def test_everything_it_copies_is_in_the_checkout_and_not_ignored() -> None:
    ignored = (ROOT / ".containerignore").read_text().splitlines()
    for rest in _values("COPY", INSTRUCTIONS):
        if rest.startswith("--from"):
            continue
        *sources, _target = rest.split()
        for source in sources:
            name = source.removeprefix("./")
            assert (ROOT / name).exists(), name
            assert f"!{name}" in ignored, name


def test_both_tools_leave_the_same_out_of_the_build() -> None:
    assert (ROOT / ".dockerignore").read_text() == (ROOT / ".containerignore").read_text()


def test_the_health_check_is_the_one_of_the_compose_file() -> None:
    check = _values("HEALTHCHECK")[0]
    assert json.loads(check.partition("CMD ")[2])[-2:] == ["healthy", "web"]

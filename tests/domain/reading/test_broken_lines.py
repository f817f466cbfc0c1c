"""Scripts, units and Containerfiles that are cut, doubled or garbled: a problem, or a reading."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from migrations_app.domain.bundle import MemoryFiles
from migrations_app.domain.errors import UnreadableSource
from migrations_app.domain.reading.limits import STRICT
from migrations_app.domain.reading.read import read_bundle

GOLDEN = Path(__file__).parents[1] / "golden"
SOURCES = [
    "run-lines-pod/source.sh",
    "run-lines-options/source.sh",
    "systemd-pod/source.service",
    "systemd-timer/source.service",
    "containerfile-compose/source.Dockerfile",
]
PIECES = (
    "'",
    '"',
    "$(",
    "${",
    "`",
    "\\",
    "\n",
    "<<E",
    "=",
    "--",
    "-e",
    "[",
    "]",
    "%",
    "$",
    ":",
    ",",
)


@pytest.mark.parametrize("name", SOURCES)
@pytest.mark.parametrize("seed", range(25))
def test_no_text_raises_anything_but_a_problem_with_a_line(name: str, seed: int) -> None:
    chance = random.Random(f"{name}{seed}")
    text = (GOLDEN / name).read_text(encoding="utf-8")
    for _ in range(chance.randint(1, 6)):
        at, length = chance.randrange(len(text) + 1), chance.randint(0, 40)
        match chance.randrange(3):
            case 0:
                text = text[:at] + text[at + length :]
            case 1:
                text = text[:at] + chance.choice(PIECES) + text[at:]
            case _:
                text = text[:at] + text[at : at + length] + text[at:]
    try:
        bundle = read_bundle(MemoryFiles({Path(name).name: text.encode()}), STRICT)
    except UnreadableSource as error:
        assert all(problem.place.file for problem in error.problems)
    else:
        assert all(row.place.line for row in bundle.loss)


DOUBLED = "\n".join("A=$A$A" for _ in range(64))
BOMBS = {
    "script": f"A=xxxxxxxx\n{DOUBLED}\npodman run -e A=$A img\n",
    "array": "A=(x)\n" + 'A=("${A[@]}" "${A[@]}")\n' * 64 + 'podman run "${A[@]}"\n',
    "loops": "for a in 1 2 3 4 5 6 7 8 9; do\n" * 12 + "podman run img\n" + "done\n" * 12,
    "within": "podman run img\n" + "A=" + "$(podman run -e X=" * 300 + "x" + " i)" * 300 + "\n",
    "unit": f"[Service]\nEnvironment=A={'x' * 4000}\nExecStart=podman run img {'${A}' * 9000}\n",
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_few_lines_that_come_to_very_much_text_are_bounded(name: str) -> None:
    try:
        read_bundle(MemoryFiles({"bomb": BOMBS[name].encode()}), STRICT)
    except UnreadableSource as error:
        assert {problem.code for problem in error.problems} == {"too_large"}


def test_values_of_a_containerfile_that_double_are_bounded() -> None:
    lines = "\n".join("ENV A=$A$A" for _ in range(64))
    files = {
        "Dockerfile": f"FROM a:1\nENV A=xxxxxxxx\n{lines}\nEXPOSE $A 80\n".encode(),
        "compose.yaml": b"services: {web: {build: .}}\n",
    }
    [spec] = read_bundle(MemoryFiles(files), STRICT).specs
    assert [port.container_port for port in spec.containers[0].ports] == [80]

"""Which engines share the files and processes of the worker."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from migrations_app.adapters.podman import beside
from migrations_app.adapters.podman.beside import is_beside

ASK = "import sys; from migrations_app.adapters.podman.beside import is_beside; "
ASK += "print(is_beside(sys.argv[1]))"


@pytest.fixture
def listening(tmp_path: Path) -> Iterator[str]:
    path = str(tmp_path / "podman.sock")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(path)
        listener.listen()
        yield path


@pytest.fixture
def in_a_container(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(beside, "IN_A_CONTAINER", (str(tmp_path),))


def test_a_neighbour_is_one_in_a_container_too(listening: str, in_a_container: None) -> None:
    """Both may live in one container; its small bind-mounted files are captured."""
    assert is_beside(listening)


def test_what_listens_in_another_world_is_no_neighbour(listening: str) -> None:
    """As seen from a container that the socket was handed into: with processes of its own."""
    asked = subprocess.run(
        ["unshare", "--fork", "--pid", sys.executable, "-c", ASK, listening],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])},
        capture_output=True,
        text=True,
        check=False,
    )
    assert asked.stdout.strip() == "False", asked.stderr


def test_a_neighbour_with_another_root_folder_is_none(
    listening: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A container may share the processes of its host, and have files of its own."""
    monkeypatch.setattr(Path, "samefile", lambda *_: False)
    assert not is_beside(listening)


@pytest.mark.parametrize("inside", [True, False])
def test_where_nobody_listens_yet_a_container_is_a_world_of_its_own(
    inside: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mark = tmp_path / ".containerenv"
    if inside:
        mark.touch()
    monkeypatch.setattr(beside, "IN_A_CONTAINER", (str(mark),))
    assert is_beside(str(tmp_path / "no.sock")) is not inside

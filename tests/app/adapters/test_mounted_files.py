"""Bind-mounted files: which are read, and which are not."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from migrations_app.adapters.podman.mounted_files import MOST_BYTES, read_mounted

ME = os.geteuid()


def test_text_is_read_and_folders_are_named(tmp_path: Path) -> None:
    site = tmp_path / "site.conf"
    site.write_text("größe = 3\n", encoding="utf-8")
    (tmp_path / "data").mkdir()
    sources = [str(site), str(tmp_path / "data"), str(site)]
    value, notes = read_mounted(sources, owner=ME)
    assert value == {
        "files": [{"path": str(site), "content": "größe = 3\n"}],
        "directories": [str(tmp_path / "data")],
    }
    assert notes == []


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("large", b"x" * (MOST_BYTES + 1), "too large"),
        ("binary", b"a\0b", "no text"),
        ("latin", b"\xe4\xf6", "no text"),
        ("gone", None, "No such file"),
    ],
)
def test_what_is_no_small_text_is_a_note(
    tmp_path: Path, name: str, content: bytes | None, why: str
) -> None:
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    value, notes = read_mounted([str(path)], owner=ME)
    assert value["files"] == []
    assert str(path) in str(notes[0])
    assert why in str(notes[0])


def test_a_pipe_holds_nobody_up(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    value, notes = read_mounted([str(tmp_path / "pipe")], owner=ME)
    assert value["files"] == []
    assert "regular file" in str(notes[0])


@pytest.mark.parametrize("path", ["/proc/self/environ", "/dev/null", "/etc/shadow", "/dev/zero"])
def test_files_of_the_system_are_not_read(tmp_path: Path, path: str) -> None:
    link = tmp_path / "link"
    link.symlink_to(path)
    for source in (path, str(link)):
        value, notes = read_mounted([source], owner=ME)
        assert value["files"] == []
        assert len(notes) == 1


def test_nothing_is_read_that_the_owner_of_the_socket_could_not_read(tmp_path: Path) -> None:
    private = tmp_path / "private"
    private.write_text("key")
    private.chmod(0o600)
    value, notes = read_mounted([str(private)], owner=ME + 12345)
    assert value["files"] == []
    assert "may not read" in str(notes[0])
    private.chmod(0o604)
    assert read_mounted([str(private)], owner=ME + 12345)[0]["files"]


def test_many_files_have_a_limit_together(tmp_path: Path) -> None:
    paths = []
    for number in range(20):
        path = tmp_path / str(number)
        path.write_bytes(b"x" * MOST_BYTES)
        paths.append(str(path))
    value, notes = read_mounted(paths, owner=ME)
    assert len(value["files"]) == 16
    assert len(notes) == 4

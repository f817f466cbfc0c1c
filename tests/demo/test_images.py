"""The build contexts of the demo's images."""

from __future__ import annotations

import io
import re
import shutil
import sys
import tarfile
from pathlib import Path

import pytest

from workbench.demo import images

PROGRAM = b"\x7fELF not really"


def _entries(service: str) -> dict[str, tarfile.TarInfo]:
    with tarfile.open(fileobj=io.BytesIO(images.context(service, PROGRAM))) as archive:
        return {entry.name: entry for entry in archive.getmembers()}


@pytest.mark.parametrize("service", images.SERVICES)
def test_the_same_files_are_the_same_context(service: str) -> None:
    assert images.context(service, PROGRAM) == images.context(service, PROGRAM)


@pytest.mark.parametrize("service", images.SERVICES)
def test_a_context_holds_busybox_under_the_names_it_is_called_by(service: str) -> None:
    entries = _entries(service)
    assert entries["root/bin/busybox"].mode == 0o755
    for applet in images.APPLETS:
        assert entries[f"root/bin/{applet}"].linkname == "busybox"


@pytest.mark.parametrize("service", images.SERVICES)
def test_scripts_can_be_run_and_nothing_else(service: str) -> None:
    for name, entry in _entries(service).items():
        if entry.isfile() and name != "root/bin/busybox":
            folder = Path(name).parent.name
            assert entry.mode == (0o755 if folder in ("bin", "cgi-bin") else 0o644), name


@pytest.mark.parametrize("service", images.SERVICES)
def test_nothing_is_pulled_and_nothing_is_run_while_building(service: str) -> None:
    text = (images.FOLDER / service / "Containerfile").read_text()
    assert re.findall(r"(?m)^FROM (.*)$", text) == ["scratch"]
    assert not re.search(r"(?m)^(RUN|ADD)\b", text)
    assert "USER 10001:10001" in text


@pytest.mark.parametrize("service", images.SERVICES)
def test_the_scripts_call_only_what_is_in_the_image(service: str) -> None:
    shell = {"echo", "trap", "kill", "exit", "wait", "case", "until", "if", "fail", "up", "child"}
    called = set()
    for path in (images.FOLDER / service / "root").rglob("*"):
        if path.parent.name in ("bin", "cgi-bin"):
            text = path.read_text()
            called |= set(re.findall(r"(?m)(?:^\s*|\|\| |\| |until |\$\(|then )([a-z]+)\b", text))
    words = {"printf", "cat", "grep", "httpd", "sleep", "wget"} & called
    assert words <= set(images.APPLETS)
    unknown = called - set(images.APPLETS) - shell
    assert unknown <= {"do", "done", "else", "esac", "fi", "page", "meter"}


@pytest.mark.skipif(shutil.which("busybox") is None, reason="busybox is not installed")
def test_the_busybox_of_this_machine_is_static() -> None:
    assert images.is_static(images.busybox())


def test_a_program_that_needs_libraries_is_told_apart() -> None:
    assert not images.is_static(Path(sys.executable).resolve().read_bytes())
    assert not images.is_static(b"#!/bin/sh\n")


def test_a_missing_busybox_is_named_with_the_package_that_has_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(images.NoBusyBox, match="busybox-static"):
        images.busybox()
    linked = tmp_path / "busybox"
    linked.write_bytes(Path(sys.executable).resolve().read_bytes())
    linked.chmod(0o755)
    with pytest.raises(images.NoBusyBox, match="shared libraries"):
        images.busybox()

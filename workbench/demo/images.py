"""The images of the demo's services, as build contexts: scripts of ours and one static BusyBox."""

from __future__ import annotations

import io
import shutil
import tarfile
from pathlib import Path
from typing import Literal

from migrations_app.domain.errors import WorkbenchError
from migrations_app.domain.messages import msg

FOLDER = Path(__file__).resolve().parents[2] / "demo"
SERVICES = ("web", "api", "store")
APPLETS = ("cat", "grep", "httpd", "printf", "sh", "sleep", "wget")
_PT_INTERP = 3


class NoBusyBox(WorkbenchError):
    """There is no BusyBox here that runs without libraries."""

    code = "no_busybox"


def tag(service: str) -> str:
    """The name an image is built under."""
    return f"localhost/kakehashi-demo/{service}:1"


def busybox() -> bytes:
    """A static BusyBox of this machine.

    Raises:
        NoBusyBox: there is none, or it needs libraries that the images do not have.
    """
    path = shutil.which("busybox")
    if path is None:
        raise NoBusyBox(
            msg("busybox is not installed. Debian and Ubuntu: apt-get install busybox-static.")
        )
    content = Path(path).read_bytes()
    if not is_static(content):
        raise NoBusyBox(
            msg(
                "%(path)s needs shared libraries. Install a static one: apt-get install "
                "busybox-static.",
                path=path,
            )
        )
    return content


def is_static(program: bytes) -> bool:
    """Whether an ELF program of 64 bits asks for no loader (System V ABI, "Program Header")."""
    if program[:5] != b"\x7fELF\x02":
        return False
    order: Literal["little", "big"] = "little" if program[5] == 1 else "big"
    start = int.from_bytes(program[32:40], order)
    size = int.from_bytes(program[54:56], order)
    count = int.from_bytes(program[56:58], order)
    kinds = (program[start + n * size : start + n * size + 4] for n in range(count))
    return all(int.from_bytes(kind, order) != _PT_INTERP for kind in kinds)


def context(service: str, program: bytes) -> bytes:
    """The build context of one image as a tar: the same bytes every time, so the same image."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.GNU_FORMAT) as archive:
        folder = FOLDER / service
        for path in sorted(folder.rglob("*")):
            if path.is_dir():
                _add_folder(archive, str(path.relative_to(folder)))
            else:
                mode = 0o755 if path.parent.name in ("bin", "cgi-bin") else 0o644
                _add_file(archive, str(path.relative_to(folder)), path.read_bytes(), mode)
        _add_file(archive, "root/bin/busybox", program, 0o755)
        for applet in APPLETS:
            _add_link(archive, f"root/bin/{applet}", "busybox")
    return buffer.getvalue()


def _add_folder(archive: tarfile.TarFile, name: str) -> None:
    entry = tarfile.TarInfo(name)
    entry.type, entry.mode = tarfile.DIRTYPE, 0o755
    archive.addfile(entry)


def _add_file(archive: tarfile.TarFile, name: str, content: bytes, mode: int) -> None:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = len(content), mode
    archive.addfile(entry, io.BytesIO(content))


def _add_link(archive: tarfile.TarFile, name: str, target: str) -> None:
    entry = tarfile.TarInfo(name)
    entry.type, entry.linkname = tarfile.SYMTYPE, target
    archive.addfile(entry)

"""Dialling a pod from a small container that shares its network.

Where the worker can neither reach the pod's address nor enter its network (an engine on another
machine, a worker that is a container itself), a container with one static program joins the
network of the pod and connects from there. It is made when it is first needed, carries the labels
of what it probes, and goes with it.
"""

from __future__ import annotations

import errno
import hashlib
import io
import os
import platform
import shutil
import socket
import tarfile
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from migrations_app.adapters.podman.connection import Connection, segment
from migrations_app.adapters.podman.errors import NotThere
from migrations_app.adapters.podman.hijack import attached
from migrations_app.adapters.podman.watching import ExecTimeout, execute, one
from migrations_app.adapters.probing.dialling import CannotEnter
from migrations_app.domain.errors import EngineError

REPOSITORY = "localhost/kakehashi/prober"
_PROGRAM = "/bin/busybox"
_INTERPRETER = 3
"""The type of the program header that names a dynamic linker (elf(5), PT_INTERP)."""
_MAKING_SECONDS = 30.0
_EXEC_SECONDS = 5.0
"""For starting a command in a container, beside the time of the connection itself."""
_WORDS = {
    "refused": errno.ECONNREFUSED,
    "No route": errno.EHOSTUNREACH,
    "unreachable": errno.ENETUNREACH,
    "timed out": errno.ETIMEDOUT,
}
_MACHINES = {"x86_64": "amd64", "aarch64": "arm64"}


class JoinedDialler:
    """Connections from within the networks of pods of one host; one container for each pod."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def dial(self, container: str, address: str, port: int, seconds: float) -> socket.socket:
        """A connection from inside the network of a container.

        Raises:
            OSError: as any connecting does.
            CannotEnter: no such container can be made on that host; the text says why.
            EngineError: the host does not answer.
        """
        try:
            prober = self._prober(container)
        except EngineError as error:
            raise CannotEnter(str(error.message)) from error
        self._connect(prober, address, port, seconds)
        words = [_PROGRAM, "nc", address, str(port)]
        return attached(self.connection, prober, words, seconds=seconds + _EXEC_SECONDS)

    def _connect(self, prober: str, address: str, port: int, seconds: float) -> None:
        """Whether anybody listens: a connection that is closed again at once."""
        wait = str(max(int(seconds + 0.999), 1))
        words = [_PROGRAM, "nc", "-w", wait, address, str(port), "-e", _PROGRAM, "true"]
        try:
            done = execute(self.connection, prober, words, timeout=seconds + _EXEC_SECONDS)
        except ExecTimeout:
            raise TimeoutError("timed out") from None
        if done.exit_code == 0:
            return
        said = " ".join(done.output.split())
        number = next((number for word, number in _WORDS.items() if word in said), 0)
        if number == errno.ETIMEDOUT:
            raise TimeoutError("timed out")
        raise OSError(number, os.strerror(number) if number else said or "no connection")

    def _prober(self, container: str) -> str:
        """The container that joins the network of this one, made if it is not there yet."""
        target = one(self.connection.get(f"containers/{segment(container)}/json"))
        name = f"{target['Name']}-prober"
        try:
            found = one(self.connection.get(f"containers/{segment(name)}/json"))
        except NotThere:
            self._make(name, target)
            return name
        if not found["State"].get("Running"):
            self.connection.post(f"containers/{segment(name)}/start")
        return name

    def _make(self, name: str, target: Mapping[str, Any]) -> None:
        pid = int(target["State"].get("Pid") or 0)
        if not pid:
            raise ConnectionRefusedError(errno.ECONNREFUSED, "the container does not run")
        body = {
            "name": name,
            "image": self._image(),
            "command": [_PROGRAM, "sleep", "86400"],
            # By the process and not by the container: Podman lets none that is outside of a pod
            # depend on one that is in it. The number is the host's own.
            "netns": {"nsmode": "path", "value": f"/proc/{pid}/ns/net"},
            "labels": dict(target["Config"].get("Labels") or {}),
            "cap_drop": ["ALL"],
            "no_new_privileges": True,
            "read_only_filesystem": True,
            "image_volume_mode": "ignore",
            "stop_timeout": 0,
        }
        self.connection.post("containers/create", body=body, seconds=_MAKING_SECONDS)
        self.connection.post(f"containers/{segment(name)}/start", seconds=_MAKING_SECONDS)

    def _image(self) -> str:
        """The image with the one program, brought to the host if it has it not."""
        archive, digest = _archive()
        reference = f"{REPOSITORY}:{digest}"
        try:
            self.connection.get(f"images/{segment(reference)}/json")
        except NotThere:
            self._require_same_machine()
            self.connection.send(
                "images/import",
                {"reference": reference},
                data=archive,
                content_type="application/x-tar",
                seconds=_MAKING_SECONDS,
            )
        return reference

    def _require_same_machine(self) -> None:
        theirs = str(self.connection.get("info")["host"].get("arch") or "")
        mine = _MACHINES.get(platform.machine(), platform.machine())
        if theirs and theirs != mine:
            raise CannotEnter(f"the host is {theirs}, the prober of this machine is {mine}")


@cache
def _archive() -> tuple[bytes, str]:
    """A root file system with one static program, and the first digits of its digest."""
    found = shutil.which("busybox", path="/bin:/usr/bin:/usr/local/bin:/opt/kakehashi/bin")
    data = Path(found).read_bytes() if found else b""
    if not is_static(data):
        raise CannotEnter("there is no static busybox on the worker; install busybox-static")
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        folder = tarfile.TarInfo("bin")
        folder.type, folder.mode = tarfile.DIRTYPE, 0o755
        archive.addfile(folder)
        entry = tarfile.TarInfo(_PROGRAM.lstrip("/"))
        entry.size, entry.mode = len(data), 0o755
        archive.addfile(entry, io.BytesIO(data))
    return packed.getvalue(), hashlib.sha256(data).hexdigest()[:12]


def is_static(data: bytes) -> bool:
    """Whether a 64-bit little-endian ELF program needs no dynamic linker (elf(5))."""
    if data[:6] != b"\x7fELF\x02\x01":
        return False
    start, size, count = (_number(data, at, width) for at, width in ((32, 8), (54, 2), (56, 2)))
    types: Sequence[int] = [_number(data, start + index * size, 4) for index in range(count)]
    return _INTERPRETER not in types


def _number(data: bytes, at: int, width: int) -> int:
    return int.from_bytes(data[at : at + width], "little")

"""Podman services for tests, each with one small image that is made here from busybox."""

from __future__ import annotations

import hashlib
import io
import os
import shutil
import subprocess
import tarfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

import pytest

from migrations_app.adapters.podman.connection import Connection
from migrations_app.adapters.podman.host import PodmanHost
from migrations_app.domain.errors import EngineError

PROGRAMS = ("sh", "sleep", "echo", "cat", "httpd", "nslookup", "true", "false", "dd")
# Named after what is in it: a store that has it already is not filled with copies of it.
IMAGE = (
    f"localhost/kakehashi-test/box:{hashlib.sha256(' '.join(PROGRAMS).encode()).hexdigest()[:8]}"
)
CONFIGURATION = Path(__file__).parent.parent / "containers.conf"


@dataclass(frozen=True, slots=True)
class Service:
    """A running service: its API, and its command line for what no API of ours does."""

    connection: Connection
    command: tuple[str, ...]
    environment: dict[str, str]

    def run(self, *words: str) -> str:
        done = subprocess.run(
            [*self.command, *words],
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"{words}: {done.stderr}"
        return done.stdout.strip()


@contextmanager
def service(program: Sequence[str], folder: Path) -> Iterator[Service]:
    """A Podman service on a socket in a folder, with the test image; ended afterwards."""
    environment = {**os.environ, "CONTAINERS_CONF": str(CONFIGURATION)}
    socket = folder / "podman.sock"
    log = folder / "service.log"
    with log.open("wb") as said:
        started = subprocess.Popen(
            [*program, "system", "service", "--time=0", f"unix://{socket}"],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=said,
        )
    connection = Connection(str(socket))
    try:
        _wait(connection, started, log)
        if PodmanHost(connection).image_id(IMAGE) is None:
            _import_image(connection)
        yield Service(connection, tuple(program), environment)
    finally:
        started.terminate()
        started.wait(10)


def system_podman() -> tuple[str, ...]:
    if shutil.which("podman") is None:
        pytest.skip("Podman is not installed")
    return ("podman",)


def _wait(connection: Connection, started: subprocess.Popen[bytes], log: Path) -> None:
    # The kit may still have to be compiled when it is called for the first time.
    until = time.monotonic() + 900
    while time.monotonic() < until:
        if started.poll() is not None:
            pytest.fail(f"The Podman service ended: {log.read_text()}")
        try:
            assert connection.version
        except EngineError:
            time.sleep(0.1)
        else:
            return
    pytest.fail(f"The Podman service did not come up: {log.read_text()}")


def _import_image(connection: Connection) -> None:
    busybox = shutil.which("busybox")
    if busybox is None:
        pytest.skip("busybox is not installed")
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        entry = tarfile.TarInfo("bin/busybox")
        content = Path(busybox).read_bytes()
        entry.size, entry.mode = len(content), 0o755
        archive.addfile(entry, io.BytesIO(content))
        for name in PROGRAMS:
            link = tarfile.TarInfo(f"bin/{name}")
            link.type, link.linkname, link.mode = tarfile.SYMTYPE, "busybox", 0o777
            archive.addfile(link)
        root = tarfile.TarInfo("tmp")
        root.type, root.mode = tarfile.DIRTYPE, 0o1777
        archive.addfile(root)
    params = {"reference": IMAGE, "changes": ["ENV PATH=/bin", 'CMD ["/bin/sh"]']}
    path = f"images/import?{urlencode(params, doseq=True)}"
    connection.load(path, data=packed.getvalue(), seconds=60)

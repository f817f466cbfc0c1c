"""A Podman service of our own, for a machine on which none listens.

It is started once and shared: processes that want it at the same time wait for the first of them.
Nobody has to end it, as it ends by itself when nobody has asked it anything for a while.
"""

from __future__ import annotations

import fcntl
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from migrations_app.adapters.podman.connection import Connection
from migrations_app.adapters.podman.environment import podman_command
from migrations_app.domain.errors import EngineError, EngineUnreachable
from migrations_app.domain.hosts import LONGEST_SOCKET
from migrations_app.domain.messages import msg

IDLE_SECONDS = 600
"""Longer than any pause within the work of one run."""
_START_SECONDS = 15.0
_PING_SECONDS = 5.0


def ensure_service(folder: Path) -> Path:
    """The socket of a service that answers; it is started if there is none.

    Raises:
        EngineUnreachable: Podman is not installed, or its service does not come up.
    """
    socket = checked_socket(folder / "podman.sock")
    if answers(socket):
        return socket
    with alone(folder / "podman.lock"):
        if answers(socket):
            return socket
        _start(socket, folder)
    return socket


def _start(socket: Path, folder: Path) -> None:
    socket.unlink(missing_ok=True)
    command = podman_command(folder)
    log = folder / "podman.log"
    words = ["system", "service", f"--time={IDLE_SECONDS}", f"unix://{socket}"]
    try:
        with log.open("wb") as said:
            started = subprocess.Popen(
                [*command.argv, *words],
                env=dict(command.environment),
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=said,
                start_new_session=True,
                cwd="/",
            )
    except FileNotFoundError:
        raise EngineUnreachable(
            msg("Podman is not installed on this machine. Install it, or set PODMAN_URL.")
        ) from None
    until = time.monotonic() + _START_SECONDS
    while time.monotonic() < until:
        if answers(socket):
            return
        if started.poll() is not None:
            break
        time.sleep(0.05)
    else:
        started.terminate()
    raise EngineUnreachable(
        msg(
            "The Podman service of this machine did not start: %(said)s",
            said=last_line(log) or msg("it said nothing"),
        )
    )


def checked_socket(path: Path) -> Path:
    """The path, if the kernel can take it as a socket's name."""
    if len(str(path)) > LONGEST_SOCKET:
        raise EngineUnreachable(
            msg(
                "%(path)s is too long for a socket. Set WORKBENCH_DATA_DIR to a shorter folder.",
                path=str(path),
            )
        )
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    return path


def answers(socket: Path) -> bool:
    """A Podman service listens there."""
    try:
        return socket.is_socket() and bool(Connection(str(socket), seconds=_PING_SECONDS).version)
    except EngineError:
        return False


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """Hold a lock file; whoever comes second waits."""
    with path.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def last_line(log: Path) -> str:
    """What a program said last, for people."""
    lines = log.read_text(encoding="utf-8", errors="replace").split("\n")
    return next((line.strip()[:300] for line in reversed(lines) if line.strip()), "")

"""A private redis-server on a unix socket of the data folder."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import tempfile
from hashlib import sha256
from pathlib import Path

LONGEST_SOCKET_PATH = 100
"""Bytes; Linux takes 107 for a unix socket."""


def find_server() -> str | None:
    """The path of redis-server, or of valkey-server, which speaks the same."""
    return shutil.which("redis-server") or shutil.which("valkey-server")


class PrivateBroker:
    """Where the broker's socket and data are, and how it is started."""

    def __init__(self, server: str, folder: Path) -> None:
        self.server = server
        self.folder = folder
        self.socket = self._socket_path()

    def _socket_path(self) -> Path:
        path = self.folder / "run" / "redis.sock"
        if len(os.fsencode(path)) <= LONGEST_SOCKET_PATH:
            return path
        base = Path(os.environ.get("XDG_RUNTIME_DIR") or tempfile.gettempdir())
        short = base / f"kakehashi-{sha256(os.fsencode(self.folder)).hexdigest()[:12]}"
        short.mkdir(mode=0o700, exist_ok=True)
        return short / "redis.sock"

    @property
    def url(self) -> str:
        return f"redis+socket://{self.socket}"

    def command(self) -> list[str]:
        data = self.folder / "redis"
        data.mkdir(exist_ok=True, mode=0o700)
        settings = {
            "port": "0",
            "unixsocket": str(self.socket),
            "unixsocketperm": "600",
            "dir": str(data),
            "appendonly": "yes",
            "appendfsync": "everysec",
            "save": "",
            "maxmemory-policy": "noeviction",
            "loglevel": "warning",
            "logfile": str(data / "redis.log"),
            "daemonize": "no",
        }
        return [self.server, *(part for k, v in settings.items() for part in (f"--{k}", v))]

    def clear_stale(self) -> None:
        """Take away the socket of a broker that is gone; stop one that a killed parent left."""
        if not self.socket.exists():
            return
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as left:
            left.settimeout(2)
            left.connect(str(self.socket))
            left.sendall(b"SHUTDOWN NOSAVE\r\n")
            left.recv(100)
        self.socket.unlink(missing_ok=True)

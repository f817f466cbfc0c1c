"""A unix socket that answers as a test tells it to, byte by byte."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

Answer = Callable[[socket.socket, str], None]
"""Takes the open connection and the request's first line."""

PING = (
    b"HTTP/1.1 200 OK\r\nLibpod-Api-Version: 5.8.0\r\nContent-Length: 2\r\n"
    b"Connection: close\r\n\r\nOK"
)


def body(
    content: bytes, status: str = "200 OK", *, length: int | None = None, more: str = ""
) -> bytes:
    size = len(content) if length is None else length
    head = (
        f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {size}\r\n{more}"
    )
    return head.encode() + b"Connection: close\r\n\r\n" + content


@contextmanager
def scripted_host(path: Path, answer: Answer) -> Iterator[str]:
    """Listens until the end of the block; a ping is answered as Podman does."""
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(path))
    listener.listen()
    open_connections: list[socket.socket] = []

    def serve(connection: socket.socket) -> None:
        with suppress(OSError):
            request = connection.recv(65536).decode("latin-1").split("\r\n")[0]
            if "/_ping" in request:
                connection.sendall(PING)
            else:
                answer(connection, request)
            connection.close()

    def accept() -> None:
        with suppress(OSError):
            while True:
                connection, _address = listener.accept()
                open_connections.append(connection)
                threading.Thread(target=serve, args=(connection,), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield str(path)
    finally:
        for one in [listener, *open_connections]:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()


def says(content: bytes) -> Answer:
    """Always the same bytes."""
    return lambda connection, _request: connection.sendall(content)

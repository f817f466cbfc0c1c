"""A command in a container as a connection: what is sent is its input, what comes is its output.

podman-py has no attached input. Podman answers the start of an exec session with ``101`` and goes
on in frames; here they are taken off, so that TLS and HTTP may speak through it like through any
other socket.
"""

from __future__ import annotations

import contextlib
import json
import socket
import threading
from collections.abc import Iterator, Sequence

from migrations_app.adapters.podman.connection import Connection, segment
from migrations_app.adapters.podman.errors import garbled
from migrations_app.adapters.podman.frames import frames

_CHUNK = 2**14
_LONGEST_HEAD = 2**14


def attached(
    connection: Connection, container: str, command: Sequence[str], *, seconds: float
) -> socket.socket:
    """Start a command; the socket ends when the command does.

    Raises:
        EngineError: the command could not be started.
        OSError: the host's socket cannot be used.
    """
    body = {"Cmd": list(command), "AttachStdin": True, "AttachStdout": True, "AttachStderr": False}
    path = f"containers/{segment(container)}/exec"
    session = connection.post(path, body=body, seconds=seconds)
    theirs = _upgraded(connection, str(session["Id"]), seconds)
    ours, inner = socket.socketpair()
    ours.settimeout(seconds)
    for pump in (_outwards, _inwards):
        threading.Thread(target=pump, args=(theirs, inner), daemon=True).start()
    return ours


def _upgraded(connection: Connection, session: str, seconds: float) -> socket.socket:
    """The raw connection of a started session, behind the head of the answer."""
    body = json.dumps({"Detach": False, "Tty": False})
    doing = f"POST exec/{session}/start"
    raw = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        raw.settimeout(seconds)
        raw.connect(connection.socket_path)
        raw.sendall(
            f"POST /v{connection.version}/libpod/exec/{segment(session)}/start HTTP/1.1\r\n"
            "Host: podman\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode()
        )
        head = _head(raw)
        said = head.partition(b"\r\n")[0].decode("latin-1")[:100]
        if said.split(" ")[1:2] not in (["101"], ["200"]):
            raise garbled(connection.address, doing, f"it answers {said}")
    except BaseException:
        raw.close()
        raise
    return raw


def _head(raw: socket.socket) -> bytes:
    """The head of an answer, read byte by byte: what follows it belongs to the command."""
    head = b""
    while not head.endswith(b"\r\n\r\n") and len(head) < _LONGEST_HEAD:
        byte = raw.recv(1)
        if not byte:
            break
        head += byte
    return head


def _outwards(theirs: socket.socket, inner: socket.socket) -> None:
    """What the command says, to whoever holds the other end."""
    with contextlib.suppress(OSError):
        for stream, text in frames(_chunks(theirs)):
            if stream == "stdout":
                inner.sendall(text)
    with contextlib.suppress(OSError):
        inner.shutdown(socket.SHUT_RDWR)
    theirs.close()


def _inwards(theirs: socket.socket, inner: socket.socket) -> None:
    """What is said to the command, until nobody holds the other end."""
    with contextlib.suppress(OSError):
        for chunk in _chunks(inner):
            theirs.sendall(chunk)
    with contextlib.suppress(OSError):
        theirs.shutdown(socket.SHUT_RDWR)
    inner.close()


def _chunks(source: socket.socket) -> Iterator[bytes]:
    source.settimeout(None)
    while chunk := source.recv(_CHUNK):
        yield chunk

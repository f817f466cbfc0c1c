"""Whether what answers on a socket sees the files and the processes that we see.

A socket of the machine can be handed into a container, and so can a folder with one. The container
of the worker then is a world of its own: the engine's bind-mounted files are not there, its pods'
addresses lead nowhere.
"""

from __future__ import annotations

import socket
import struct
from pathlib import Path

IN_A_CONTAINER = ("/run/.containerenv", "/.dockerenv")
"""What Podman and Docker leave in every container."""
_CREDENTIALS = struct.Struct("3i")  # struct ucred: process, user, group
_SECONDS = 2


def is_beside(path: str) -> bool:
    """Whether the process that listens on a unix socket has our processes and our root folder.

    The kernel tells who listens by the number that the process has among ours; one outside of our
    namespace has none (unix(7), SO_PEERCRED). Where it does not tell, as of a socket that nobody
    listens on yet, it is the machine's own unless we are in a container.
    """
    try:
        process = _listener(path)
        return process > 0 and Path(f"/proc/{process}/root").samefile("/")
    except OSError:
        return not any(Path(mark).exists() for mark in IN_A_CONTAINER)


def _listener(path: str) -> int:
    with socket.socket(socket.AF_UNIX) as ours:
        ours.settimeout(_SECONDS)
        ours.connect(path)
        found = ours.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size)
    process: int = _CREDENTIALS.unpack(found)[0]
    return process

"""Addresses of Podman hosts: which may be added, and what is in them.

An address is given to programs and sockets later. So it is taken apart here into parts that can be
nothing else (no option of a program, no password, no way out of the folders for sockets), and
whoever connects uses the parts, never the text.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import SplitResult, urlsplit

from migrations_app.domain.errors import InvalidInput
from migrations_app.domain.messages import Message, msg

_USER = re.compile(r"[a-z_][a-z0-9_.-]{0,31}", re.I)
_MACHINE = re.compile(r"[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?", re.I)
_PATH = re.compile(r"(?:/[A-Za-z0-9_.@+-]+)+")
LONGEST_SOCKET = 100
"""Characters of a socket's path; the kernel takes few more."""


class HostScheme(StrEnum):
    UNIX = "unix"
    SSH = "ssh"


@dataclass(frozen=True, slots=True)
class HostAddress:
    """``path`` is the socket's, on the machine that ``user``, ``machine`` and ``port`` name."""

    scheme: HostScheme
    path: str
    machine: str = ""
    user: str = ""
    port: int = 0

    def __str__(self) -> str:
        who = f"{self.user}@" if self.user else ""
        port = f":{self.port}" if self.port else ""
        return f"{self.scheme}://{who}{self.machine}{port}{self.path}"


def parse_host_url(url: str, socket_folders: Sequence[str]) -> HostAddress:
    """An address that may be used.

    Whether a socket below ``socket_folders`` is a link to elsewhere is for whoever opens it to see.

    Raises:
        InvalidInput: it may not be used, with the reason and the remedy.
    """
    try:
        parts = urlsplit(url)
        port = parts.port or 0
    except ValueError:
        raise _unusable(url) from None
    if parts.query or parts.fragment or parts.password is not None:
        raise InvalidInput(
            msg("The address of a Podman host carries no password, options or fragment.")
        )
    if parts.scheme in ("unix", "http+unix"):
        return _unix(parts, socket_folders)
    if parts.scheme == "ssh":
        return _ssh(parts, port)
    if parts.scheme in ("tcp", "http", "https"):
        raise InvalidInput(
            msg(
                "A Podman service on a TCP port lets in whoever reaches it, and is not used. Give "
                "ssh://user@host/run/podman/podman.sock instead."
            )
        )
    raise _unusable(url)


def _unix(parts: SplitResult, folders: Sequence[str]) -> HostAddress:
    path = parts.path
    if parts.netloc or not _is_plain(path):
        raise InvalidInput(
            msg(
                "A socket's address is unix:// and an absolute path, as in %(example)s.",
                example="unix:///run/podman/podman.sock",
            )
        )
    if not is_below(path, folders):
        raise InvalidInput(
            msg(
                "Sockets are only used below %(folders)s. Whoever runs the workbench can allow "
                "more with WORKBENCH_SOCKET_DIRS.",
                folders=", ".join(folders),
            )
        )
    if len(path) > LONGEST_SOCKET:
        raise InvalidInput(
            msg("The path of a socket may have %(most)s characters.", most=LONGEST_SOCKET)
        )
    return HostAddress(HostScheme.UNIX, path)


def _ssh(parts: SplitResult, port: int) -> HostAddress:
    machine, user = parts.hostname or "", parts.username or ""
    if not _MACHINE.fullmatch(machine) or (user and not _USER.fullmatch(user)):
        raise InvalidInput(
            msg("The name of the machine or of the account in an ssh address is not acceptable.")
        )
    path = parts.path or "/run/podman/podman.sock"
    if not _is_plain(path):
        raise InvalidInput(msg("An ssh address ends with the absolute path of Podman's socket."))
    return HostAddress(HostScheme.SSH, path, machine, user, port)


def is_below(path: str, folders: Sequence[str]) -> bool:
    """The path lies in one of the folders, or deeper."""
    return any(path.startswith(f"{folder.rstrip('/')}/") for folder in folders)


def _is_plain(path: str) -> bool:
    return bool(_PATH.fullmatch(path)) and posixpath.normpath(path) == path


def _unusable(url: str) -> InvalidInput:
    shown: Message | str = url if "@" not in url and len(url) < 200 else msg("This")
    return InvalidInput(
        msg(
            "%(url)s is no address of a Podman host. Give unix:///path/podman.sock or "
            "ssh://user@host/path/podman.sock.",
            url=shown,
        )
    )

"""Small text files that are bind-mounted into a container, read where they lie on this machine.

A container's settings name any path, readable to its owner or not. What the owner of the Podman
socket could not read himself is not read for him either.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from migrations_app.domain.messages import Message, msg

MOST_BYTES = 64 * 1024
MOST_TOGETHER = 1024 * 1024
_SYSTEM = ("/proc", "/sys", "/dev", "/run", "/var/run", "/etc/shadow", "/etc/gshadow")
_TOO_LARGE = msg("it is too large")
_NO_TEXT = msg("it is no text")


class _NotRead(Exception):
    def __init__(self, why: Message) -> None:
        super().__init__(why)
        self.why = why


def read_mounted(sources: Iterable[str], *, owner: int) -> tuple[dict[str, Any], list[Message]]:
    """The value of ``mounts.json`` for some mounted paths, and notes on what is not in it."""
    files: list[dict[str, str]] = []
    directories: list[str] = []
    notes: list[Message] = []
    left = MOST_TOGETHER
    for source in dict.fromkeys(sources):
        try:
            if Path(source).is_dir():
                directories.append(source)
                continue
            content = _text(source, min(MOST_BYTES, left), owner)
        except _NotRead as error:
            notes.append(msg("%(path)s was not read: %(why)s.", path=source, why=error.why))
        except (OSError, ValueError) as error:
            notes.append(msg("%(path)s was not read: %(why)s.", path=source, why=str(error)))
        else:
            left -= len(content.encode())
            files.append({"path": source, "content": content})
    return {"files": files, "directories": directories}, notes


def _text(source: str, limit: int, owner: int) -> str:
    real = os.path.realpath(source)
    if any(real == path or real.startswith(f"{path}/") for path in _SYSTEM):
        raise _NotRead(msg("it belongs to the system"))
    # A pipe or a device must not hold us up, nor be read: it is opened without waiting.
    handle = os.open(real, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOFOLLOW)
    with os.fdopen(handle, "rb") as file:
        found = os.fstat(handle)
        if not stat.S_ISREG(found.st_mode):
            raise _NotRead(msg("it is no regular file"))
        if owner and found.st_uid != owner and not found.st_mode & stat.S_IROTH:
            raise _NotRead(msg("the account that runs the containers may not read it"))
        if found.st_size > limit:
            raise _NotRead(_TOO_LARGE)
        content = file.read(limit + 1)
    if len(content) > limit or b"\0" in content:
        raise _NotRead(_TOO_LARGE if len(content) > limit else _NO_TEXT)
    try:
        return content.decode()
    except UnicodeDecodeError:
        raise _NotRead(_NO_TEXT) from None

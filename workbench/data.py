"""The data folder: keys that are made once, and where sockets and logs live."""

from __future__ import annotations

import base64
import os
import secrets
import tempfile
from pathlib import Path

from migrations_app.domain.messages import msg
from workbench.env import refuse

KEY_BYTES = 32


def prepare(folder: Path) -> Path:
    """Make the data folder, readable by its owner only."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        (folder / "run").mkdir(exist_ok=True, mode=0o700)
    except OSError as error:
        problem = msg(
            "%(path)s cannot be made or written (%(why)s).", path=folder, why=error.strerror
        )
        refuse("WORKBENCH_DATA_DIR", problem, "var")
    return folder


def kept_secret(folder: Path, name: str) -> str:
    """A random key that is made at first use and kept in a file of mode 0600.

    Processes that start at once agree: the file is written whole, then linked into place, and the
    first link wins. The draft's name is random because containers that share the folder all have
    the same process ids.
    """
    path = prepare(folder) / name
    if not path.exists():
        _make(path)
    try:
        return path.read_text(encoding="utf-8").strip()
    except OSError as error:
        problem = msg("%(path)s cannot be read (%(why)s).", path=path, why=error.strerror)
        refuse("WORKBENCH_DATA_DIR", problem, "var")


def _make(path: Path) -> None:
    handle, draft = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(base64.urlsafe_b64encode(secrets.token_bytes(KEY_BYTES)))
            file.flush()
            os.fsync(file.fileno())
        Path(path).hardlink_to(draft)
    except FileExistsError:
        pass
    finally:
        Path(draft).unlink()


def encryption_keys(text: str) -> list[str]:
    """The keys of ``WORKBENCH_ENCRYPTION_KEYS``: the first encrypts, all decrypt."""
    keys = [key.strip() for key in text.split(",") if key.strip()]
    for number, key in enumerate(keys, start=1):
        if not _is_key(key):
            refuse(
                "WORKBENCH_ENCRYPTION_KEYS",
                msg(
                    "key %(number)s of %(all)s is not 32 bytes in URL-safe base64. Make one "
                    "with: head -c 32 /dev/urandom | base64 | tr '+/' '-_'.",
                    number=number,
                    all=len(keys),
                ),
                "KEY or NEWKEY,OLDKEY",
            )
    if not keys:
        refuse("WORKBENCH_ENCRYPTION_KEYS", msg("there is no key in it."), "KEY or NEWKEY,OLDKEY")
    return keys


def _is_key(text: str) -> bool:
    try:
        return len(base64.b64decode(text, altchars=b"-_", validate=True)) == KEY_BYTES
    except ValueError:
        return False

"""The data folder: keys that are made once, and where sockets and logs live."""

from __future__ import annotations

import base64
import os
import secrets
from pathlib import Path

KEY_BYTES = 32


def prepare(folder: Path) -> Path:
    """Make the data folder, readable by its owner only."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    (folder / "run").mkdir(exist_ok=True, mode=0o700)
    return folder


def kept_secret(folder: Path, name: str) -> str:
    """A random key that is made at first use and kept in a file of mode 0600.

    Two processes that start at once agree: the file is made whole and linked into place.
    """
    path = prepare(folder) / name
    if not path.exists():
        key = base64.urlsafe_b64encode(secrets.token_bytes(KEY_BYTES)).decode()
        draft = path.with_name(f".{name}.{os.getpid()}")
        draft.touch(mode=0o600)
        draft.write_text(key, encoding="utf-8")
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text(encoding="utf-8").strip()

"""Names of files as strangers send them, made into names that can be stored and shown."""

from __future__ import annotations

import re
from collections.abc import Collection

LONGEST = 255
_OLDER = re.compile(r"^older-[0-9a-f-]{36}/")
UNNAMED = "upload.yaml"


def member_name(raw: str, taken: Collection[str] = ()) -> str:
    """A relative path below nothing: no drive, no ``..``, no control character, not taken yet.

    ``C:\\\\files\\\\..\\\\web.yaml`` becomes ``files/web.yaml``; a second ``web.yaml`` becomes
    ``web-2.yaml``.
    """
    parts = [_cleaned(part) for part in raw.replace("\\", "/").split("/")]
    kept = [part for part in parts if part.strip(".") and not part.endswith(":")]
    name = _shortened("/".join(kept)) or UNNAMED
    stem, dot, ending = name.rpartition(".") if "." in name.rpartition("/")[2] else (name, "", "")
    candidate, number = name, 1
    while candidate in taken:
        number += 1
        candidate = f"{stem}-{number}{dot}{ending}"
    return candidate


def older_folder(source: str) -> str:
    """The folder for the files of a source that share their names with a newer one's."""
    return f"older-{source}/"


def as_stored(path: str) -> str:
    """The path as its source has it, whatever folder it was put into since."""
    return _OLDER.sub("", path)


def _cleaned(part: str) -> str:
    return "".join(char for char in part if char.isprintable()).strip()


def _shortened(name: str) -> str:
    """Long names lose their beginning; the end says what a file is."""
    return name[-LONGEST:].lstrip("/")

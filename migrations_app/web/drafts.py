"""Files that were looked at but not stored yet.

They travel with the page, sealed: nothing is kept here until somebody says so, and a browser
without scripts, which cannot keep what was chosen, can still go on from the preview.
"""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Mapping

from cryptography.fernet import InvalidToken

from migrations_app.models import User
from migrations_app.models.encryption import keyring

LASTS = 6 * 3600
LARGEST = 6 * 1024 * 1024


def seal(files: Mapping[str, bytes], user: User) -> str:
    """The files as one opaque text, for this person only; empty if they are too large for that."""
    plain = {
        "for": str(user.pk),
        "files": [[path, base64.b64encode(data).decode()] for path, data in files.items()],
    }
    sealed = keyring().encrypt(zlib.compress(json.dumps(plain).encode(), 6)).decode()
    return sealed if len(sealed) <= LARGEST else ""


def unseal(text: str, user: User) -> dict[str, bytes] | None:
    """The files again. None: altered, sealed for somebody else, or too old."""
    try:
        plain = json.loads(zlib.decompress(keyring().decrypt(text.encode(), ttl=LASTS)))
    except (InvalidToken, ValueError, zlib.error):
        return None
    if plain["for"] != str(user.pk):
        return None
    return {path: base64.b64decode(data) for path, data in plain["files"]}

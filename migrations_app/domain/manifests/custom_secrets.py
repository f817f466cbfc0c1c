"""Secrets that custom resources say in clear: ``password: …`` wherever it stands.

What a field of an unknown kind means is not known, so only names that leave no doubt count: a
``secret`` or ``credentials`` is there the name of a Secret as often as not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from migrations_app.domain.bundle import Object
from migrations_app.domain.places import Path
from migrations_app.domain.secrets import looks_secret, url_password

_OF_EVERY_OBJECT = frozenset({"apiVersion", "kind", "metadata", "status"})
_ENCRYPTED = frozenset({"SealedSecret"})
"""Kinds whose secrets are written to be read by everybody."""
_CERTAIN = re.compile(
    r"(?:password|passwd|passphrase|pwd|token|api[_-]?key|private[_-]?key|"
    r"secret[_-]?access[_-]?key)$",
    re.IGNORECASE,
)


def custom_secrets(body: Object, marker: str) -> Iterator[Path]:
    """Where secrets, or markers for them, stand in an object of a kind that was added."""
    group, slash, _version = str(body.get("apiVersion")).partition("/")
    is_added = bool(slash) and "." in group and not group.endswith(".k8s.io")
    if is_added and body.get("kind") not in _ENCRYPTED:
        for key, value in body.items():
            if key not in _OF_EVERY_OBJECT:
                yield from _below(value, (key,), marker)


def _below(value: Any, path: Path, marker: str) -> Iterator[Path]:
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from _below(item, (*path, index), marker)
    elif isinstance(value, dict):
        name = value.get("name")
        for key, item in value.items():
            called = name if key == "value" and isinstance(name, str) else str(key)
            if not isinstance(item, str):
                yield from _below(item, (*path, key), marker)
            elif marker in item or url_password(item) or _is_certain(called, item):
                yield (*path, key)


def _is_certain(name: str, value: str) -> bool:
    return bool(_CERTAIN.search(name)) and looks_secret(name, value)

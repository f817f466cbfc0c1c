"""Keeping secret values out of what a rehearsal tells: exact values, wherever they turn up.

Short values are left alone: a password ``1234`` or ``prod`` would tear holes into every log.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from migrations_app.domain.messages import Message

SHORTEST = 8
HIDDEN = "(hidden)"


class Hider:
    """Replaces secret values in texts. ``values`` may grow while it is in use."""

    def __init__(self, values: Iterable[str] = ()) -> None:
        self._forms: set[str] = set()
        self._pattern: re.Pattern[str] | None = None
        self.also(values)

    def also(self, values: Iterable[str]) -> None:
        """Hide these as well: as they are, line by line, in base64 and as a part of a URL."""
        for value in values:
            self._forms.update(form for form in _forms(value) if len(form) >= SHORTEST)
        longest_first = sorted(self._forms, key=len, reverse=True)
        self._pattern = (
            re.compile("|".join(map(re.escape, longest_first))) if longest_first else None
        )

    def text(self, text: str) -> str:
        return self._pattern.sub(HIDDEN, text) if self._pattern else text

    def value(self, value: Any) -> Any:
        """A plain value of any shape without the secrets."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, Message):
            return self.message(value)
        if isinstance(value, dict):
            return {key: self.value(item) for key, item in value.items()}
        if isinstance(value, list | tuple):
            return [self.value(item) for item in value]
        return value

    def message(self, message: Message) -> Message:
        return replace(
            message, params={key: self.value(item) for key, item in message.params.items()}
        )


def _forms(value: str) -> set[str]:
    encoded = value.encode()
    forms = {value, *(line.strip() for line in value.splitlines()), quote(value, safe="")}
    for code in (base64.b64encode(encoded), base64.urlsafe_b64encode(encoded)):
        forms |= {code.decode(), code.decode().rstrip("=")}
    return forms

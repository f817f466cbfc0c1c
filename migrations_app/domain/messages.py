"""Sentences for people, kept translatable until somebody reads them.

The core knows no language but English and no translation machinery. It builds a
:class:`Message` (an English template and its parameters); whoever shows it looks the template up
in a catalogue and fills in the parameters afterwards.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Message:
    """An English template with ``%(name)s`` placeholders, and what goes into them."""

    text: str
    params: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.text % self.params if self.params else self.text

    def __hash__(self) -> int:
        return hash(str(self))


def msg(text: str, /, **params: Any) -> Message:
    """Make a message; the template is a literal, so that it can be collected for translation."""
    return Message(text, params)

"""What the demo says while it works: one line for each step, one for each thing worth knowing."""

from __future__ import annotations

import os
import sys
import textwrap
import time
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TextIO

from migrations_app.domain.messages import Message
from workbench.language import say

WIDTH = 100
Text = Message | str
"""A sentence, said in the language of the terminal, or words that are data.

Names and digests are the same in every language."""

_STYLES = {"good": "32", "bad": "31", "dim": "2", "bold": "1"}
_PLAIN = str.maketrans(
    {"✓": "+", "✗": "x", "→": ">", "·": "-", "…": ".", "─": "-", "“": '"', "”": '"'}
)


def words(text: Text) -> str:
    """The text as the terminal's reader reads it."""
    return say(text) if isinstance(text, Message) else text


def columns(text: str) -> int:
    """How wide a terminal shows a text: a Chinese or Japanese character takes two columns."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


def fitted(text: str, width: int) -> str:
    """The text cut or filled up to a width."""
    while columns(text) > width:
        text = text[:-1]
    return text + " " * (width - columns(text))


def wants_colour(stream: TextIO) -> bool:
    """Only a terminal gets colour, and only if nobody minds (no-color.org)."""
    if os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        return False
    return stream.isatty()


@dataclass(slots=True)
class Screen:
    """Writes to a stream; ``colour`` and ``live`` are for terminals.

    ``live`` shows the line of a step at once and replaces it when the step has ended.
    """

    stream: TextIO = field(default_factory=lambda: sys.stdout)
    colour: bool = False
    live: bool = False
    _open: str = ""
    _shown: str = ""

    @classmethod
    def of(cls, stream: TextIO) -> Screen:
        """The screen that fits a stream."""
        colour = wants_colour(stream)
        return cls(stream, colour=colour, live=colour)

    def line(self, text: Text = "", style: str = "", *, indent: str = "") -> None:
        """A text in lines that fit, after whatever is shown for the moment has been wiped away."""
        self._wipe()
        wrapped = textwrap.wrap(
            words(text),
            WIDTH,
            initial_indent=indent,
            subsequent_indent=indent + "  ",
            break_long_words=False,
            break_on_hyphens=False,
            drop_whitespace=True,
        )
        for part in wrapped or [""]:
            self._write(self.styled(part, style) + "\n")
        if self._open:
            self.moment(self._open)

    def row(self, text: str, style: str = "") -> None:
        """One line as it is: of a table, say."""
        self._write(self.styled(text, style) + "\n")

    def note(self, text: Text, style: str = "dim") -> None:
        """What belongs to the step that runs."""
        self.line(text, style, indent="    ")

    def moment(self, text: str) -> None:
        """What happens just now; the next line takes its place. Nothing where lines stay."""
        shown = fitted(text, WIDTH - 1).rstrip()
        if self.live and shown != self._shown:
            self._wipe()
            self._write(self.styled(shown, "dim"))
            self._shown = shown

    @contextmanager
    def step(self, title: Message) -> Iterator[list[Text]]:
        """Time a step. What the caller puts into the list is said after its title."""
        began, said, shown = time.monotonic(), list[Text](), words(title)
        self._open = f"  · {shown} …"
        self.moment(self._open)
        try:
            yield said
        except BaseException:
            self._open = ""
            self.line(f"✗ {shown}", "bad", indent="  ")
            raise
        self._open = ""
        took = f"{time.monotonic() - began:.1f} s"
        text = f"  ✓ {shown}"
        if said:
            text += f" · {', '.join(words(part) for part in said)}"
        self._wipe()
        self.row(f"{fitted(text, WIDTH - 9)} {took:>7}", "good")

    def styled(self, text: str, style: str) -> str:
        """The text in a style, where there is colour."""
        if not self.colour or not style:
            return text
        return f"\x1b[{_STYLES[style]}m{text}\x1b[0m"

    def _wipe(self) -> None:
        if self.live:
            self._write("\r\x1b[2K")
            self._shown = ""

    def _write(self, text: str) -> None:
        try:
            self.stream.write(text)
        except UnicodeEncodeError:
            encoding = self.stream.encoding or "ascii"
            plain = text.translate(_PLAIN).encode(encoding, "replace").decode(encoding)
            self.stream.write(plain)
        self.stream.flush()

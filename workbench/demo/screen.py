"""What the demo says while it works: one line for each step, one for each thing worth knowing."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TextIO

WIDTH = 100
_STYLES = {"good": "32", "bad": "31", "dim": "2", "bold": "1"}
_PLAIN = str.maketrans(
    {"✓": "+", "✗": "x", "→": ">", "·": "-", "…": ".", "─": "-", "“": '"', "”": '"'}
)


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

    @classmethod
    def of(cls, stream: TextIO) -> Screen:
        """The screen that fits a stream."""
        colour = wants_colour(stream)
        return cls(stream, colour=colour, live=colour)

    def line(self, text: str = "", style: str = "") -> None:
        """One line, after whatever is shown for the moment has been wiped away."""
        self._wipe()
        self._write(self.styled(text, style) + "\n")
        if self._open:
            self.moment(self._open)

    def note(self, text: str, style: str = "dim") -> None:
        """A line that belongs to the step that runs."""
        self.line(f"    {text}", style)

    def moment(self, text: str) -> None:
        """What happens just now; the next line takes its place. Nothing where lines stay."""
        if self.live:
            self._wipe()
            self._write(self.styled(text[: WIDTH - 1], "dim"))

    @contextmanager
    def step(self, title: str) -> Iterator[list[str]]:
        """Time a step. What the caller puts into the list is said after its title."""
        began, said = time.monotonic(), list[str]()
        self._open = f"  · {title} …"
        self.moment(self._open)
        try:
            yield said
        except BaseException:
            self._open = ""
            self.line(f"  ✗ {title}", "bad")
            raise
        self._open = ""
        took = f"{time.monotonic() - began:.1f} s"
        text = f"  ✓ {title}"
        if said:
            text += f" · {', '.join(said)}"
        self.line(f"{text[: WIDTH - 9]:<{WIDTH - 9}} {took:>7}", "good")

    def styled(self, text: str, style: str) -> str:
        """The text in a style, where there is colour."""
        if not self.colour or not style:
            return text
        return f"\x1b[{_STYLES[style]}m{text}\x1b[0m"

    def _wipe(self) -> None:
        if self.live:
            self._write("\r\x1b[2K")

    def _write(self, text: str) -> None:
        try:
            self.stream.write(text)
        except UnicodeEncodeError:
            encoding = self.stream.encoding or "ascii"
            plain = text.translate(_PLAIN).encode(encoding, "replace").decode(encoding)
            self.stream.write(plain)
        self.stream.flush()

"""What shell text is made of: commands of words, words of pieces."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    TEXT = "text"
    VARIABLE = "variable"
    COMMAND = "command"


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a word: plain text, a variable, or a command whose output stands there.

    ``text`` is the text, the variable's name, or the command. ``operator`` and ``operand`` are
    those of ``${NAME:-operand}``. What is not ``quoted`` is split at blanks when expanded.
    """

    kind: Kind
    text: str
    quoted: bool = False
    operator: str = ""
    operand: str = ""
    line: int = 0
    column: int = 0


@dataclass(frozen=True, slots=True)
class Word:
    pieces: tuple[Piece, ...]
    line: int
    column: int

    @property
    def plain(self) -> str | None:
        """The word as text; None if something in it has to be expanded."""
        if any(piece.kind is not Kind.TEXT for piece in self.pieces):
            return None
        return "".join(piece.text for piece in self.pieces)


@dataclass(frozen=True, slots=True)
class Assignment:
    """``NAME=value``, ``NAME+=value`` or ``NAME=(value …)``."""

    name: str
    words: tuple[Word, ...]
    adds: bool
    is_array: bool


@dataclass(frozen=True, slots=True)
class Command:
    """One simple command; ``before`` and ``after`` are the operators around it."""

    assignments: tuple[Assignment, ...]
    words: tuple[Word, ...]
    line: int
    column: int
    before: str = "\n"
    after: str = "\n"
    is_fed: bool = False
    """Whether something is written to its standard input: a pipe, a file, a here-document."""

    @property
    def first(self) -> str:
        return (self.words[0].plain or "") if self.words else ""


class Broken(Exception):
    """The text breaks off within something that was opened at ``line`` and ``column``."""

    def __init__(self, opened: str, line: int, column: int) -> None:
        super().__init__(opened)
        self.opened = opened
        self.line = line
        self.column = column

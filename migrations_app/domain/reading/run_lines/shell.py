"""Shell text as simple commands, word by word, nothing of it executed.

After the POSIX shell's own token recognition, with the parts of bash that scripts use most:
quotes, escapes, continued lines, comments, here-documents, redirections, arrays, and expansions,
which stay unexpanded here: a word is a list of pieces.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from migrations_app.domain.reading.run_lines.pieces import (
    Assignment,
    Broken,
    Command,
    Kind,
    Piece,
    Word,
)

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_ASSIGNMENT = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)(\+?)=")
_SPECIAL = "@*#?$!-0123456789"
_OPERATORS = ("&&", "||", ";;", ";", "|&", "|", "&", "(", ")", "\n")
_REDIRECTION = re.compile(r"\d*(?:<<<|<<-?|<>|<&|>>|>&|>\||&>>|&>|<|>)")
_FEEDING = re.compile(r"0?(?:<<|<(?![<>&])(?!\s*/dev/null\b))")
_ANSI = {"n": "\n", "t": "\t", "r": "\r", "\\": "\\", "'": "'", '"': '"', "e": "\x1b", "0": "\0"}


@dataclass(slots=True)
class Lexer:
    """Goes over a text once. ``index`` is where it stands."""

    text: str
    first_line: int = 1
    index: int = 0
    documents: list[tuple[str, bool]] = field(default_factory=list)
    bodies: list[tuple[int, str]] = field(default_factory=list)
    """The here-documents passed over so far: the first line of each, and its text."""
    _breaks: list[int] = field(init=False)
    _last: dict[str, int] = field(default_factory=dict)
    _is_piped: bool = False

    def __post_init__(self) -> None:
        self._breaks = [-1, *(i for i, char in enumerate(self.text) if char == "\n")]

    def spot(self, index: int | None = None) -> tuple[int, int]:
        """Line and column of a character, from 1."""
        at = self.index if index is None else index
        low, high = 0, len(self._breaks)
        while low < high:
            middle = (low + high) // 2
            if self._breaks[middle] < at:
                low = middle + 1
            else:
                high = middle
        return self.first_line + low - 1, at - self._breaks[low - 1]

    def command(self) -> Command | None:
        """The next command; None at the end of the text.

        Raises:
            Broken: a quote or a bracket in it is never closed.
        """
        before = "\n"
        while True:
            self._blanks()
            if self.index >= len(self.text):
                return None
            operator = self._operator()
            if not operator:
                break
            before = operator
        return self._simple(before)

    def skip_line(self) -> str:
        """The rest of the line, passed over."""
        end = self.text.find("\n", self.index)
        end = len(self.text) if end < 0 else end
        passed, self.index = self.text[self.index : end], end
        return passed

    def _simple(self, before: str) -> Command:
        line, column = self.spot()
        assignments: list[Assignment] = []
        words: list[Word] = []
        after = "\n"
        is_fed, self._is_piped = self._is_piped, False
        while True:
            self._blanks()
            if self.index >= len(self.text):
                break
            operator = self._operator()
            if operator:
                after = operator
                self._is_piped = operator in ("|", "|&")
                self.index -= len(operator) if operator == "\n" else 0
                break
            start = self.index
            if self._redirection():
                is_fed |= _FEEDING.match(self.text, start) is not None
                continue
            match = _ASSIGNMENT.match(self.text, self.index) if not words else None
            if match:
                assignments.append(self._assignment(match))
            else:
                words.append(self._own_word())
        if self.text.startswith("\n", self.index):
            self._operator()
        return Command(tuple(assignments), tuple(words), line, column, before, after, is_fed)

    def _blanks(self) -> None:
        while self.index < len(self.text):
            if self.text[self.index] in " \t\r":
                self.index += 1
            elif self.text.startswith(("\\\n", "\\\r\n"), self.index):
                self.index = self.text.index("\n", self.index) + 1
            elif self.text[self.index] == "#":
                self.skip_line()
            else:
                return

    def _operator(self) -> str:
        for operator in _OPERATORS:
            if self.text.startswith(operator, self.index) and not self._is_redirection():
                self.index += len(operator)
                if operator == "\n":
                    self._skip_documents()
                return operator
        return ""

    def _is_redirection(self) -> bool:
        return self.text.startswith("&>", self.index)

    def _redirection(self) -> bool:
        """Pass over a redirection and its word; note a here-document that follows."""
        match = _REDIRECTION.match(self.text, self.index)
        if match is None:
            return False
        self.index = match.end()
        self._blanks()
        start = self.index
        word = self._word() if self.index < len(self.text) else None
        if "<<" in match[0] and "<<<" not in match[0] and word is not None:
            end = "".join(piece.text for piece in word.pieces)
            self.documents.append((end, match[0].endswith("-")))
        elif self.index == start and word is None:
            raise Broken(match[0], *self.spot(match.start()))
        return True

    def _ends_later(self, end: str) -> bool:
        """Whether a line that ends a here-document stands further on: looked up, not looked for."""
        if not self._last:
            at = 0
            for line in self.text.split("\n"):
                self._last[line.rstrip("\r").lstrip("\t")] = at
                at += len(line) + 1
        return self._last.get(end.lstrip("\t"), -1) >= self.index

    def _skip_documents(self) -> None:
        """Pass over the here-documents that were announced on the line before."""
        for end, tabs in self.documents:
            start = at = self.index
            while True:
                if self.index >= len(self.text) or not self._ends_later(end):
                    raise Broken(f"<<{end}", *self.spot(start - 1))
                at = self.index
                line = self.skip_line().rstrip("\r")
                self.index = min(self.index + 1, len(self.text))
                if (line.lstrip("\t") if tabs else line) == end:
                    break
            self.bodies.append((self.spot(start)[0], self.text[start:at]))
        self.documents.clear()

    def _assignment(self, match: re.Match[str]) -> Assignment:
        self.index = match.end()
        if self.text.startswith("(", self.index):
            start, self.index = self.index, self.index + 1
            words: list[Word] = []
            while True:
                while self.text.startswith("\n", self.index):
                    self.index += 1
                self._blanks()
                if self.index >= len(self.text):
                    raise Broken("(", *self.spot(start))
                if self.text[self.index] == ")":
                    self.index += 1
                    return Assignment(match[1], tuple(words), bool(match[2]), is_array=True)
                if self.text[self.index] != "\n":
                    words.append(self._own_word())
        return Assignment(match[1], (self._word(),), bool(match[2]), is_array=False)

    def _own_word(self) -> Word:
        """A word where one has to stand; a stray operator is passed over, so that it ends."""
        start = self.index
        word = self._word()
        if self.index == start:
            self.index += 1
        return word

    def _word(self) -> Word:
        line, column = self.spot()
        pieces: list[Piece] = []
        while self.index < len(self.text):
            char = self.text[self.index]
            if char in " \t\n;|&()<>" or (char == "\r" and self.text[self.index + 1 :][:1] == "\n"):
                break
            pieces += self._pieces(char)
        if not pieces and self.index < len(self.text) and self.text[self.index] in "<>()":
            self.index += 1
        return Word(tuple(pieces), line, column)

    def _pieces(self, char: str) -> list[Piece]:
        start = self.index
        if char == "'":
            return [self._piece(self._until("'", start), start)]
        if char == '"':
            return self._double(start)
        if self.text.startswith("$'", self.index):
            return [self._piece(self._ansi(start), start)]
        if char == "\\":
            self.index += 2
            escaped = self.text[start + 1 : start + 2]
            return [] if escaped in ("", "\n") else [self._piece(escaped, start)]
        if char in "$`":
            return [self._expansion(quoted=False)]
        end = re.compile(r"[^\s;|&()<>'\"\\$`]+").match(self.text, self.index)
        self.index = end.end() if end else self.index + 1
        return [self._piece(self.text[start : self.index], start, quoted=False)]

    def _piece(self, text: str, start: int, *, quoted: bool = True) -> Piece:
        line, column = self.spot(start)
        return Piece(Kind.TEXT, text, quoted, line=line, column=column)

    def _until(self, mark: str, start: int) -> str:
        end = self.text.find(mark, self.index + 1)
        if end < 0:
            raise Broken(mark, *self.spot(start))
        text, self.index = self.text[self.index + 1 : end], end + 1
        return text

    def _ansi(self, start: int) -> str:
        self.index += 2
        made: list[str] = []
        while self.index < len(self.text):
            char = self.text[self.index]
            if char == "'":
                self.index += 1
                return "".join(made)
            if char == "\\":
                self.index += 1
                char = _ANSI.get(self.text[self.index : self.index + 1], "\\")
            made.append(char)
            self.index += 1
        raise Broken("$'", *self.spot(start))

    def _double(self, start: int) -> list[Piece]:
        self.index += 1
        pieces: list[Piece] = []
        made: list[str] = []
        while self.index < len(self.text):
            char = self.text[self.index]
            if char == '"':
                self.index += 1
                pieces.append(self._piece("".join(made), start))
                return pieces
            if char == "\\" and self.text[self.index + 1 : self.index + 2] in '$`"\\\n':
                escaped = self.text[self.index + 1 : self.index + 2]
                made.append("" if escaped == "\n" else escaped)
                self.index += 2
            elif char in "$`":
                pieces.append(self._piece("".join(made), start))
                made = []
                pieces.append(self._expansion(quoted=True))
            else:
                made.append(char)
                self.index += 1
        raise Broken('"', *self.spot(start))

    def _expansion(self, *, quoted: bool) -> Piece:
        start = self.index
        line, column = self.spot(start)
        if self.text[start] == "`":
            command = self._until("`", start)
            return Piece(Kind.COMMAND, command, quoted, line=line, column=column)
        if self.text.startswith("$((", start):
            inner = self._balanced(start + 1, "(", ")")
            return Piece(Kind.COMMAND, f"({inner})", quoted, line=line, column=column)
        if self.text.startswith("$(", start):
            inner = self._balanced(start + 1, "(", ")")
            return Piece(Kind.COMMAND, inner, quoted, line=line, column=column)
        if self.text.startswith("${", start):
            name, operator, operand = _parameter(self._balanced(start + 1, "{", "}"))
            return Piece(Kind.VARIABLE, name, quoted, operator, operand, line, column)
        match = _NAME.match(self.text, start + 1)
        if match:
            self.index = match.end()
            return Piece(Kind.VARIABLE, match[0], quoted, line=line, column=column)
        following = self.text[start + 1 : start + 2]
        if following and following in _SPECIAL:
            self.index = start + 2
            return Piece(Kind.VARIABLE, following, quoted, line=line, column=column)
        self.index = start + 1
        return Piece(Kind.TEXT, "$", quoted, line=line, column=column)

    def _balanced(self, start: int, opening: str, closing: str) -> str:
        """What stands between two brackets; brackets in quotes do not count."""
        depth, index, quote = 0, start, ""
        while index < len(self.text):
            char = self.text[index]
            if char == "\\":
                index += 1
            elif quote:
                quote = "" if char == quote else quote
            elif char in "'\"":
                quote = char
            elif char == opening:
                depth += 1
            elif char == closing:
                depth -= 1
                if depth == 0:
                    self.index = index + 1
                    return self.text[start + 1 : index]
            index += 1
        raise Broken(f"${opening}", *self.spot(start - 1))


def _parameter(text: str) -> tuple[str, str, str]:
    """``NAME:-operand`` in its parts; ``NAME[@]`` is a name of its own."""
    match = re.match(r"([#!]?)([A-Za-z_][A-Za-z0-9_]*(?:\[[^\]]*\])?|[@*#?$!0-9-])", text)
    if match is None or match[1]:
        return text, "unknown", ""
    rest = text[match.end() :]
    for operator in (":-", ":=", ":?", ":+", "-", "=", "?", "+"):
        if rest.startswith(operator):
            return match[2], operator.lstrip(":"), rest[len(operator) :]
    return match[2], "unknown" if rest else "", rest

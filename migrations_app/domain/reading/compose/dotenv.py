"""Environment files, as compose reads them: ``.env`` and what ``env_file`` names.

One variable a line, ``NAME=VALUE`` or ``NAME: VALUE``, ``export`` allowed, comments, quotes that
may hold line breaks, and variables of the lines before in unquoted and double-quoted values.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from migrations_app.domain.messages import Message, msg
from migrations_app.domain.reading.compose.variables import BadTemplate, substitute

Lookup = Callable[[str], str | None]

_EXPORT = re.compile(r"export[ \t]+")
_NAME = re.compile(r"[\w.\-\[\] \t]*")
_ESCAPES = re.compile(r"\\(?:[abcfnrtv$\"\\]|0\d{0,3})")
_MEANINGS = {
    "a": "\a",
    "b": "\b",
    "f": "\f",
    "n": "\n",
    "r": "\r",
    "t": "\t",
    "v": "\v",
    '"': '"',
    "\\": "\\",
    "$": "$$",
}
_BLANKS = " \t\v\f\r\x85\xa0"


class BadLine(Exception):
    """A line that says nothing; ``line`` counts from 1."""

    def __init__(self, line: int, message: Message) -> None:
        super().__init__(line, message)
        self.line = line
        self.message = message


@dataclass(frozen=True, slots=True)
class Variable:
    """A value and the line where it is set."""

    value: str
    line: int


@dataclass(slots=True)
class _Lines:
    """The text, and how far it was read."""

    text: str
    lookup: Lookup
    at: int = 0
    found: dict[str, Variable] = field(default_factory=dict)

    @property
    def line(self) -> int:
        return self.text.count("\n", 0, self.at) + 1


def read_env_file(text: str, lookup: Lookup = lambda _name: None) -> dict[str, Variable]:
    """The variables of a file. ``lookup`` knows those that were set before, which win in values.

    Raises:
        BadLine: a line that is neither comment nor variable, or a quote that is never closed.
    """
    lines = _Lines(text.removeprefix("\ufeff").replace("\r\n", "\n"), lookup)
    while _go_to_statement(lines):
        _read_statement(lines)
    return lines.found


def _go_to_statement(lines: _Lines) -> bool:
    while True:
        while lines.at < len(lines.text) and lines.text[lines.at].isspace():
            lines.at += 1
        if lines.at >= len(lines.text):
            return False
        if lines.text[lines.at] != "#":
            return True
        end = lines.text.find("\n", lines.at)
        lines.at = len(lines.text) if end < 0 else end


def _read_statement(lines: _Lines) -> None:
    line = lines.line
    if exported := _EXPORT.match(lines.text, lines.at):
        lines.at = exported.end()
    named = _NAME.match(lines.text, lines.at)
    name = named.group() if named else ""
    lines.at += len(name)
    name = name.rstrip()
    after = lines.text[lines.at : lines.at + 1]
    if not name or (after and after not in "=:\n"):
        raise BadLine(line, msg("The line is no variable: write NAME=VALUE."))
    if " " in name or "\t" in name:
        raise BadLine(line, msg("The name of a variable holds no blank: write NAME=VALUE."))
    lines.at += 1
    if after in ("", "\n"):
        value = lines.lookup(name)
        if value is not None:
            lines.found[name] = Variable(value, line)
        return
    lines.found[name] = Variable(_read_value(lines, line), line)


def _read_value(lines: _Lines, line: int) -> str:
    while lines.text[lines.at : lines.at + 1] and lines.text[lines.at] in _BLANKS:
        lines.at += 1
    quote = lines.text[lines.at : lines.at + 1]
    if quote in ("'", '"') and quote:
        text = _quoted(lines, quote, line)
        return _expanded(_unescaped(text), lines, line) if quote == '"' else text
    end = lines.text.find("\n", lines.at)
    end = len(lines.text) if end < 0 else end
    value = lines.text[lines.at : end].partition(" #")[0].rstrip()
    lines.at = end
    return _expanded(value, lines, line)


def _quoted(lines: _Lines, quote: str, line: int) -> str:
    """What stands between two quotes; a backslash before a quote is a part of neither."""
    characters: list[str] = []
    at = lines.at + 1
    while at < len(lines.text):
        character = lines.text[at]
        if character == "\\" and at + 1 < len(lines.text):
            following = lines.text[at + 1]
            characters.append(following if following == quote else "\\" + following)
            at += 2
            continue
        if character == quote:
            lines.at = at + 1
            return "".join(characters)
        characters.append(character)
        at += 1
    raise BadLine(line, msg("The quotation mark is never closed."))


def _unescaped(text: str) -> str:
    def meaning(match: re.Match[str]) -> str:
        escape = match.group()[1:]
        if escape[0] == "0":
            return chr(int(escape[1:] or "0", 8)) if re.fullmatch(r"[0-7]*", escape[1:]) else "?"
        return _MEANINGS.get(escape, match.group())

    return _ESCAPES.sub(meaning, text)


def _expanded(value: str, lines: _Lines, line: int) -> str:
    def known(name: str) -> str | None:
        outer = lines.lookup(name)
        if outer is not None:
            return outer
        inner = lines.found.get(name)
        return inner.value if inner is not None else None

    try:
        return substitute(value, known)
    except BadTemplate as error:
        raise BadLine(line, error.message) from None

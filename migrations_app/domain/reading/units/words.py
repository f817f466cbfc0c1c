"""The words of a value, as systemd splits them: quotes, C escapes, and where each word stands."""

from __future__ import annotations

from dataclasses import dataclass

SEPARATORS = " \t\n\r"
_SIMPLE = {
    "a": "\a",
    "b": "\b",
    "f": "\f",
    "n": "\n",
    "r": "\r",
    "t": "\t",
    "v": "\v",
    "s": " ",
    "\\": "\\",
    '"': '"',
    "'": "'",
}
_HEX_DIGITS = {"x": 2, "u": 4, "U": 8}
_LAST_CODE_POINT = 0x10FFFF


@dataclass(frozen=True, slots=True)
class Style:
    """How strictly words are split.

    unescapes:     ``\\n``, ``\\x20`` … mean a character; otherwise a backslash is a character.
    forgiving:     a quote that is never closed and a lone last backslash are passed over.
    keeps_unknown: an unknown escape stays as it is written; otherwise it is an error.
    keeps_empty:   ``""`` is a word; otherwise it ends the list, as it does in Quadlet.
    """

    unescapes: bool = True
    forgiving: bool = False
    keeps_unknown: bool = False
    keeps_empty: bool = False


COMMAND = Style(keeps_unknown=True, keeps_empty=True)
"""``ExecStart=`` as systemd reads it."""

ASSIGNMENTS = Style(keeps_unknown=True)
"""``Environment=`` as systemd reads it."""

QUADLET_ARGUMENTS = Style(forgiving=True)
"""``Exec=``, ``Environment=``, ``PodmanArgs=`` … as Quadlet reads them."""

QUADLET_LIST = Style(unescapes=False)
"""``AddCapability=``, ``Sysctl=`` … as Quadlet reads them."""


@dataclass(frozen=True, slots=True)
class Word:
    """One word; ``offset`` is where it begins in the value."""

    text: str
    offset: int


@dataclass(frozen=True, slots=True)
class Words:
    """The words of a value. ``error`` is the offset at which it cannot be split, and then there are
    no words; ``ignored`` the offset from which on it is not read any more."""

    words: tuple[Word, ...] = ()
    error: int | None = None
    ignored: int | None = None

    @property
    def texts(self) -> tuple[str, ...]:
        return tuple(word.text for word in self.words)


class _Unreadable(Exception):
    """The value cannot be split at this offset."""

    def __init__(self, offset: int) -> None:
        super().__init__(offset)
        self.offset = offset


def split_words(value: str, style: Style) -> Words:
    """Split a value; a value that cannot be split has no words at all."""
    words: list[Word] = []
    position = _after_separators(value, 0)
    while position < len(value):
        try:
            text, end = _word(value, position, style)
        except _Unreadable as error:
            return Words(error=error.offset)
        if not text and not style.keeps_empty:
            return Words(tuple(words), ignored=position)
        words.append(Word(text, position))
        position = _after_separators(value, end)
    return Words(tuple(words))


def _after_separators(value: str, position: int) -> int:
    while position < len(value) and value[position] in SEPARATORS:
        position += 1
    return position


def _word(value: str, start: int, style: Style) -> tuple[str, int]:
    """The word that begins at ``start``, and where it ends."""
    parts: list[str] = []
    quote = ""
    position = start
    while position < len(value):
        char = value[position]
        if char == "\\" and style.unescapes:
            text, position = _escaped(value, position, style)
            parts.append(text)
            continue
        if quote and char == quote:
            quote = ""
        elif not quote and char in "'\"":
            quote, opened = char, position
        elif not quote and char in SEPARATORS:
            break
        else:
            parts.append(char)
        position += 1
    if quote and not style.forgiving:
        raise _Unreadable(opened)
    return "".join(parts), position


def _escaped(value: str, backslash: int, style: Style) -> tuple[str, int]:
    """What an escape stands for, and where it ends."""
    if backslash + 1 == len(value):
        if style.keeps_unknown:
            return "\\", backslash + 1
        if style.forgiving:
            return "", backslash + 1
        raise _Unreadable(backslash)
    char = value[backslash + 1]
    if char in _SIMPLE:
        return _SIMPLE[char], backslash + 2
    found = _code_point(value, backslash + 1)
    if found is not None:
        return found
    if style.keeps_unknown:
        return value[backslash : backslash + 2], backslash + 2
    raise _Unreadable(backslash)


def _code_point(value: str, position: int) -> tuple[str, int] | None:
    char = value[position]
    if char in _HEX_DIGITS:
        start, end, base = position + 1, position + 1 + _HEX_DIGITS[char], 16
    else:
        start, end, base = position, position + 3, 8
    digits = value[start:end]
    allowed = "0123456789abcdefABCDEF" if base == 16 else "01234567"
    if len(digits) != end - start or any(digit not in allowed for digit in digits):
        return None
    number = int(digits, base)
    if not 0 < number <= (_LAST_CODE_POINT if base == 16 else 255):
        return None
    return ("�" if 0xD800 <= number <= 0xDFFF else chr(number)), end

"""From bytes to text: what every reader needs before it can begin."""

from __future__ import annotations

import re
from typing import NoReturn

from migrations_app.domain.errors import Problem, UnreadableSource
from migrations_app.domain.messages import Message, msg
from migrations_app.domain.places import Place
from migrations_app.domain.reading.limits import Limits

_BOM = b"\xef\xbb\xbf"
_BOMS_OF_OTHERS = (
    (b"\xff\xfe\x00\x00", "UTF-32"),
    (b"\x00\x00\xfe\xff", "UTF-32"),
    (b"\xff\xfe", "UTF-16"),
    (b"\xfe\xff", "UTF-16"),
)

_SURROGATES = re.compile(
    r"(?<!\\)((?:\\\\)*)\\u(d[89ab][0-9a-f]{2})\\u(d[c-f][0-9a-f]{2})", re.IGNORECASE
)


def decode(data: bytes, file: str, limits: Limits) -> str:
    """The text of a member file: UTF-8, without byte order mark and NUL, within the size bound.

    Raises:
        UnreadableSource: ``too_large``, ``not_utf8`` or ``control_character``, with line.
    """
    if len(data) > limits.size:
        too_large = msg(
            "%(size)s bytes; at most %(limit)s can be read. Split the file.",
            size=len(data),
            limit=limits.size,
        )
        refuse("too_large", too_large, Place(file))
    for mark, encoding in _BOMS_OF_OTHERS:
        if data.startswith(mark):
            other = msg("The file is %(encoding)s. Save it as UTF-8.", encoding=encoding)
            refuse("not_utf8", other, Place(file, 1))
    data = data.removeprefix(_BOM)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        broken = msg(
            "The byte %(byte)s is not UTF-8 here. Save the file as UTF-8.",
            byte=f"0x{data[error.start]:02X}",
        )
        start = data.rfind(b"\n", 0, error.start) + 1
        column = len(data[start : error.start].decode("utf-8")) + 1
        refuse("not_utf8", broken, Place(file, data.count(b"\n", 0, error.start) + 1, column))
    nul = text.find("\0")
    if nul >= 0:
        stands = msg("A NUL character stands in the text. Take it away.")
        refuse("control_character", stands, place_in(text, nul, file))
    return text


def with_joined_surrogates(text: str) -> str:
    """JSON with characters beyond 16 bits as they are, not as two escapes.

    libyaml knows no such pairs. Lines stay; half a pair stays too, and is refused as no character.
    """
    return _SURROGATES.sub(_joined, text) if "\\u" in text else text


def _joined(match: re.Match[str]) -> str:
    before, high, low = match.groups()
    code = 0x10000 + ((int(high, 16) - 0xD800) << 10) + int(low, 16) - 0xDC00
    return f"{before}{chr(code)}"


def place_in(text: str, index: int, file: str) -> Place:
    """The place of the character at ``index``."""
    return Place(file, text.count("\n", 0, index) + 1, index - text.rfind("\n", 0, index))


def refuse(code: str, message: Message, place: Place) -> NoReturn:
    """End the reading of one file with one problem."""
    raise UnreadableSource(
        msg("%(file)s cannot be read.", file=place.file or "-"), [Problem(code, message, place)]
    )

"""How Kubernetes' own reader resolves a plain scalar.

``kubectl`` and the API server read YAML with sigs.k8s.io/yaml: YAML 1.1 resolution by a fork of
go-yaml v2, then a step through JSON. What follows is that resolution, not the one of PyYAML:
timestamps stay text, base 60 does not exist, ``0644`` is octal, ``NO`` is false.
"""

from __future__ import annotations

import math
import re
import struct
from collections.abc import Callable
from decimal import Decimal
from functools import lru_cache
from typing import TypeVar

from migrations_app.domain.messages import Message, msg

T = TypeVar("T")
Scalar = str | int | float | bool | None

_WORDS: dict[str, Scalar] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("y", "Y", "yes", "Yes", "YES"), True),
    **dict.fromkeys(("true", "True", "TRUE", "on", "On", "ON"), True),
    **dict.fromkeys(("n", "N", "no", "No", "NO"), False),
    **dict.fromkeys(("false", "False", "FALSE", "off", "Off", "OFF"), False),
}
_COMPOSE_WORDS: dict[str, Scalar] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys(("-0", "-0.0"), -0.0),
}
_NOT_FINITE = frozenset(
    f"{sign}.{word}"
    for sign, words in (
        ("", "nan NaN NAN inf Inf INF"),
        ("+", "inf Inf INF"),
        ("-", "inf Inf INF"),
    )
    for word in words.split()
)
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_POINT_FIRST = re.compile(r"\.[0-9]+(?:_[0-9]+)*(?:[eE][-+]?[0-9]+(?:_[0-9]+)*)?")
_GO_INT = re.compile(
    r"0b[-+][01]+|[-+]?(?:0[xX][0-9a-fA-F]+|0[oO]?[0-7]+|0[bB][01]+|0|[1-9][0-9]*)"
)
_YAML_12_INT = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_YAML_11_FLOAT = re.compile(
    r"[-+]?(?:[0-9][0-9_]*\.[0-9_]*|\.[0-9_]+)(?:[eE][-+][0-9]+)?|[-+]?[1-9][0-9]*"
)
_YAML_11_BASE_60 = re.compile(r"[-+]?[1-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?")
_YAML_11_TIME = re.compile(
    r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}"
    r"(?:(?:[Tt]|[ \t]+)[0-9]{1,2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]*)?[ \t]*(?:Z|[-+][0-9:]+)?)?"
)
_FIRST = frozenset("+-.0123456789")
MAX_DIGITS = 400
_SHORT = 64
_KEY_EXPONENT = 6
_WRITTEN_OUT = 1e21
"""Go writes whole floats below this bound as integers when it makes JSON of them."""


class NumberTooLarge(ValueError):
    """A number no reader could hold."""


class NotAKey(ValueError):
    """A scalar that no key of a mapping can be made of."""


class NotFinite(ValueError):
    """``.inf`` or ``.nan``: JSON, and so Kubernetes, has no such number."""


def _remembering(function: Callable[[str], T]) -> Callable[[str], T]:
    """Remember the answers for short texts; long ones would fill the memory."""
    remembered = lru_cache(maxsize=16384)(function)
    return lambda text: remembered(text) if len(text) <= _SHORT else function(text)


def resolve(text: str) -> Scalar:
    """The value of a plain (unquoted) scalar.

    Raises:
        NumberTooLarge: more digits than any reader takes.
        NotFinite: ``.inf`` or ``.nan``.
    """
    if text in _WORDS:
        return _WORDS[text]
    if text[0] not in _FIRST:
        return text
    value = _number(text)
    return _through_json(value, text) if isinstance(value, float) else value


def resolve_compose(text: str) -> Scalar:
    """The value of a plain scalar in a compose file, as go-yaml v4 reads it.

    Only ``true`` and ``false`` are truth values: ``yes``, ``NO`` and ``on`` are text. A float stays
    one, however round. What JSON has no number for stays text.

    Raises:
        NumberTooLarge: more digits than any reader takes.
    """
    if text in _COMPOSE_WORDS:
        return _COMPOSE_WORDS[text]
    if text[0] not in _FIRST or text in _NOT_FINITE:
        return text
    return _number(text)


def key_as_written(text: str) -> str:
    """The key that a plain scalar becomes in a compose file: the text itself."""
    return text


def no_other_reading(_text: str) -> Message | None:
    """Compose readers agree with each other, so there is nothing to say."""
    return None


@_remembering
def resolve_key(text: str) -> str:
    """The key that a plain scalar becomes: numbers and truth values are written as Go does.

    Raises:
        NotAKey: ``null``, and integers that do not fit into 64 bits with a sign.
        NumberTooLarge: more digits than any reader takes.
    """
    value = _WORDS.get(text, text)
    if isinstance(value, bool):
        return "true" if value else "false"
    number = _number(text) if isinstance(value, str) and text[0] in _FIRST else value
    if number is None or (isinstance(number, int) and number >= 2**63):
        raise NotAKey(text)
    return _float_key(number) if isinstance(number, float) else str(number)


@_remembering
def _number(text: str) -> str | int | float:
    """What go-yaml makes of a text that may be a number, before its step through JSON."""
    if text in _NOT_FINITE:
        return float(text.replace(".", "", 1))
    plain = text.replace("_", "")
    if len(plain) > MAX_DIGITS and (_GO_INT.fullmatch(plain) or _FLOAT.fullmatch(plain)):
        raise NumberTooLarge(text)
    if _GO_INT.fullmatch(plain):
        value = _integer(plain)
        if -(2**63) <= value < 2**64:
            return value
    if _POINT_FIRST.fullmatch(text) if text[0] == "." else _FLOAT.fullmatch(plain):
        number = float(plain)
        return number if math.isfinite(number) else text
    return text


def _through_json(number: float, text: str) -> float | int:
    """What is left of a float after Go has written and read it as JSON: ``1e3`` is 1000."""
    if not math.isfinite(number):
        raise NotFinite(text)
    if number.is_integer() and abs(number) < _WRITTEN_OUT:
        return int(Decimal(repr(number)))
    return number


def _float_key(number: float) -> str:
    """A float as sigs.k8s.io/yaml writes it into a key: the shortest text that 32 bits need."""
    try:
        single = _rounded(repr(number))
    except OverflowError:
        single = math.copysign(math.inf, number)
    if not math.isfinite(single):
        return ".nan" if math.isnan(single) else "-.inf" if single < 0 else ".inf"
    digits = next(n for n in range(1, 10) if _rounded(f"{single:.{n - 1}e}") == single)
    scientific = f"{single:.{digits - 1}e}"
    exponent = int(scientific.partition("e")[2])
    return f"{Decimal(scientific):f}" if -4 <= exponent < _KEY_EXPONENT else scientific


def _rounded(text: str) -> float:
    """The 32-bit float nearest to the text."""
    rounded: float = struct.unpack("f", struct.pack("f", float(text)))[0]
    return rounded


def _integer(plain: str) -> int:
    sign = -1 if plain[0] == "-" else 1
    digits = plain.lstrip("+-")
    lower = digits.lower()
    for prefix, base in (("0x", 16), ("0o", 8), ("0b", 2)):
        if lower.startswith(prefix):
            return sign * int(digits[2:], base)
    return sign * int(digits, 8 if len(digits) > 1 and digits[0] == "0" else 10)


@_remembering
def other_reading(text: str) -> Message | None:
    """What another YAML reader (1.1 in full, or 1.2) would see in a plain scalar, if it differs."""
    if isinstance(_WORDS.get(text), bool):
        if text.lower() in ("true", "false"):
            return None
        return msg(
            "%(text)s is a truth value here and plain text to a YAML 1.2 reader.",
            text=text,
        )
    if not text or text[0] not in _FIRST:
        return None
    value = _number(text)
    if isinstance(value, str):
        return _other_text(text)
    if isinstance(value, float):
        return _other_float(text, value)
    return _other_integer(text, value)


def _other_text(text: str) -> Message | None:
    if _YAML_11_BASE_60.fullmatch(text):
        return msg(
            "%(text)s is text here and a number of base 60 to a YAML 1.1 reader.",
            text=text,
        )
    if _YAML_11_TIME.fullmatch(text):
        return msg("%(text)s is text here and a point in time to a YAML 1.1 reader.", text=text)
    return None


def _other_float(text: str, value: float) -> Message | None:
    if "_" in text:
        return _plain_text_in_12(text, value)
    if _YAML_11_FLOAT.fullmatch(text) or not math.isfinite(value):
        return None
    return _plain_text_in_11(text, _through_json(value, text))


def _other_integer(text: str, value: int) -> Message | None:
    if text.startswith("0o"):
        return _plain_text_in_11(text, value)
    if not _YAML_12_INT.fullmatch(text):
        return _plain_text_in_12(text, value)
    digits = text.lstrip("+-")
    if len(digits) > 1 and digits[0] == "0" and digits.isdigit() and int(text) != value:
        return msg(
            "%(text)s is octal here (%(value)s) and decimal to a YAML 1.2 reader.",
            text=text,
            value=value,
        )
    return None


def _plain_text_in_11(text: str, value: float) -> Message:
    return msg(
        "%(text)s is the number %(value)s here and plain text to a YAML 1.1 reader.",
        text=text,
        value=value,
    )


def _plain_text_in_12(text: str, value: float) -> Message:
    return msg(
        "%(text)s is the number %(value)s here and plain text to a YAML 1.2 reader.",
        text=text,
        value=value,
    )

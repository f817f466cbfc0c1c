"""How Kubernetes' own reader resolves a plain scalar.

``kubectl`` and the API server read YAML with sigs.k8s.io/yaml: YAML 1.1 resolution by a fork of
go-yaml v2, then a step through JSON. What follows is that resolution, not the one of PyYAML:
timestamps stay text, base 60 does not exist, ``0644`` is octal, ``NO`` is false.
"""

from __future__ import annotations

import re
from functools import lru_cache

from migrations_app.domain.messages import Message, msg

Scalar = str | int | float | bool | None

_WORDS: dict[str, Scalar] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("y", "Y", "yes", "Yes", "YES"), True),
    **dict.fromkeys(("true", "True", "TRUE", "on", "On", "ON"), True),
    **dict.fromkeys(("n", "N", "no", "No", "NO"), False),
    **dict.fromkeys(("false", "False", "FALSE", "off", "Off", "OFF"), False),
}
_NOT_FINITE = frozenset(".nan .NaN .NAN .inf .Inf .INF +.inf +.Inf +.INF -.inf -.Inf -.INF".split())
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_GO_INT = re.compile(r"[-+]?(?:0[xX][0-9a-fA-F]+|0[oO]?[0-7]+|0[bB][01]+|0|[1-9][0-9]*)")
_YAML_12_INT = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_FIRST = frozenset("+-.0123456789")
MAX_DIGITS = 400
_LARGEST_PLAIN = 2.0**63


class NumberTooLarge(ValueError):
    """A number no reader could hold."""


class NotFinite(ValueError):
    """``.inf`` or ``.nan``: JSON, and so Kubernetes, has no such number."""


@lru_cache(maxsize=16384)
def resolve(text: str) -> Scalar:
    """The value of a plain (unquoted) scalar.

    Raises:
        NumberTooLarge: more digits than any reader takes.
        NotFinite: ``.inf`` or ``.nan``.
    """
    if text in _WORDS:
        return _WORDS[text]
    if text in _NOT_FINITE:
        raise NotFinite(text)
    if text[0] not in _FIRST:
        return text
    return _number(text)


def _number(text: str) -> Scalar:
    plain = text.replace("_", "")
    if len(plain) > MAX_DIGITS and (_GO_INT.fullmatch(plain) or _FLOAT.fullmatch(plain)):
        raise NumberTooLarge(text)
    if _GO_INT.fullmatch(plain):
        value = _integer(plain)
        if -(2**63) <= value < 2**64:
            return value
    if _FLOAT.fullmatch(plain):
        return _through_json(float(plain), text)
    return text


def _through_json(number: float, text: str) -> Scalar:
    """What is left of a float after Go has written and read it as JSON: ``1e3`` is 1000."""
    if number in (float("inf"), float("-inf")):
        return text
    if number.is_integer() and abs(number) < _LARGEST_PLAIN:
        return int(number)
    return number


def _integer(plain: str) -> int:
    sign = -1 if plain[0] == "-" else 1
    digits = plain.lstrip("+-")
    lower = digits.lower()
    for prefix, base in (("0x", 16), ("0o", 8), ("0b", 2)):
        if lower.startswith(prefix):
            return sign * int(digits[2:], base)
    return sign * int(digits, 8 if len(digits) > 1 and digits[0] == "0" else 10)


@lru_cache(maxsize=16384)
def other_reading(text: str) -> Message | None:
    """What a YAML 1.2 reader would make of a plain scalar, if that differs; else None."""
    if not text or text in ("~", "null", "Null", "NULL"):
        return None
    word = _WORDS.get(text)
    if isinstance(word, bool):
        if text.lower() in ("true", "false"):
            return None
        return msg("%(text)s is a truth value here and plain text to a YAML 1.2 reader.", text=text)
    if text[0] not in _FIRST:
        return None
    value = _number(text)
    if isinstance(value, int) and not isinstance(value, bool):
        return _other_integer(text, value)
    return None


def _other_integer(text: str, value: int) -> Message | None:
    if not _YAML_12_INT.fullmatch(text):
        return msg(
            "%(text)s is the number %(value)s here and plain text to a YAML 1.2 reader.",
            text=text,
            value=value,
        )
    digits = text.lstrip("+-")
    if len(digits) > 1 and digits[0] == "0" and digits.isdigit() and int(text) != value:
        return msg(
            "%(text)s is octal here (%(value)s) and decimal to a YAML 1.2 reader.",
            text=text,
            value=value,
        )
    return None

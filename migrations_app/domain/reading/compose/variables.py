"""Variables in texts: ``$NAME``, ``${NAME}``, their defaults and alternatives, and ``$$``.

Nested as compose takes them: what stands behind ``:-`` and its kin is a text with variables again.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from migrations_app.domain.messages import Message, msg

Lookup = Callable[[str], str | None]
"""Name → value; None for a variable that is not set."""

Missing = Callable[[str, str], str]
"""Name and reason of a required variable that is not set → the value to go on with."""

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_OPERATOR = re.compile(r":?[-?+]")
_MENTION = re.compile(r"\$(?:\$|\{?([A-Za-z_][A-Za-z0-9_]*)(?:(?<=\w)(:?-))?)")
_BRACE = re.compile(r"[{}]")
MOST_NESTED = 32


class BadTemplate(Exception):
    """A ``${`` that starts nothing; ``template`` is the whole text."""

    def __init__(self, template: str, message: Message) -> None:
        super().__init__(template)
        self.template = template
        self.message = message


def substitute(text: str, lookup: Lookup, missing: Missing | None = None, depth: int = 0) -> str:
    """The text with its variables written out.

    Raises:
        BadTemplate: ``${`` that starts no variable.
    """
    if "$" not in text:
        return text
    if depth > MOST_NESTED:
        raise BadTemplate(text, msg("Variables stand in the defaults of variables too deep."))
    parts: list[str] = []
    at = 0
    while True:
        dollar = text.find("$", at)
        if dollar < 0:
            return "".join([*parts, text[at:]])
        parts.append(text[at:dollar])
        value, at = _variable(text, dollar, _Way(lookup, missing, depth))
        parts.append(value)


class _Way:
    """What substitution asks on its way down."""

    __slots__ = ("depth", "lookup", "missing")

    def __init__(self, lookup: Lookup, missing: Missing | None, depth: int) -> None:
        self.lookup = lookup
        self.missing = missing
        self.depth = depth

    def inner(self, text: str) -> str:
        return substitute(text, self.lookup, self.missing, self.depth + 1)


def _variable(text: str, dollar: int, way: _Way) -> tuple[str, int]:
    """What the dollar sign at an index stands for, and where the text goes on.

    One that is followed by neither a name nor a brace is a dollar sign.
    """
    after = text[dollar + 1 : dollar + 2]
    if after == "$":
        return "$", dollar + 2
    if after != "{":
        named = _NAME.match(text, dollar + 1)
        if named is None:
            return "$", dollar + 1
        return way.lookup(named.group()) or "", named.end()
    end = _closing(text, dollar + 1)
    named = _NAME.match(text, dollar + 2)
    if named is None or end < 0:
        raise BadTemplate(text, _NOT_A_VARIABLE)
    rest = text[named.end() : end]
    operator = _OPERATOR.match(rest)
    if rest and operator is None:
        raise BadTemplate(text, _NOT_A_VARIABLE)
    sign = operator.group() if operator else ""
    return _value(named.group(), sign, rest[len(sign) :], way), end + 1


_NOT_A_VARIABLE = msg("${ stands here and starts no variable. Write $${ for the plain characters.")


def _value(name: str, sign: str, word: str, way: _Way) -> str:
    value = way.lookup(name)
    is_set = value is not None and (value != "" or not sign.startswith(":"))
    if not sign:
        return value or ""
    if sign.endswith("-"):
        return value or "" if is_set else way.inner(word)
    if sign.endswith("+"):
        return way.inner(word) if is_set else value or ""
    if is_set:
        return value or ""
    reason = way.inner(word)
    return way.missing(name, reason) if way.missing is not None else ""


def _closing(text: str, opening: int) -> int:
    """The index of the brace that closes the one at an index; -1 without one."""
    depth = 0
    for at in range(opening, len(text)):
        if text[at] == "{":
            depth += 1
        elif text[at] == "}":
            depth -= 1
            if depth == 0:
                return at
    return -1


def _closings(text: str) -> dict[int, int]:
    """Opening brace → the one that closes it, for those that few enough others stand around."""
    found: dict[int, int] = {}
    opened: list[int] = []
    for brace in _BRACE.finditer(text):
        if brace.group() == "{":
            opened.append(brace.start())
        elif opened:
            opening = opened.pop()
            if len(opened) <= MOST_NESTED:
                found[opening] = brace.start()
    return found


def names_in(text: str) -> dict[str, str | None]:
    """The variables of a text with their defaults as they are written, those within defaults too.

    None where a variable has no default, or one that stands too deep within others to be read.
    """
    found: dict[str, str | None] = {}
    closings = _closings(text)
    for match in _MENTION.finditer(text):
        name = match.group(1)
        if not name:
            continue
        default: str | None = None
        if match.group(2):
            end = closings.get(match.start() + 1)
            default = text[match.end() : end] if end is not None else None
        if found.get(name) is None:
            found[name] = default
    return found

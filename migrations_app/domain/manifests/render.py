"""Objects to text: canonical YAML that every reader reads alike.

Strings that a YAML 1.1 or 1.2 reader would take for something else are quoted; PyYAML alone
leaves ``y``, ``1e3`` or ``0o17`` bare, and a Go reader makes truth values and numbers of them.
Events go straight to libyaml's emitter: PyYAML's representer and serializer would build a node
for every value first, and resolve every scalar twice.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import Any

import yaml
from yaml import events as ev

from migrations_app.domain.reading import scalars

_FIRST_KEYS = ("apiVersion", "kind", "metadata")
_METADATA_KEYS = ("name", "generateName", "namespace", "labels", "annotations")
_NAME = ("name",)
_NUMBER_LIKE = re.compile(
    r"[-+.]?[0-9][0-9_.,:eExXoObBa-fA-F+-]*|[-+]?\.(?:inf|nan)"
    r"|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}[T \t].*",
    re.IGNORECASE,
)
"""Numbers of every base and reader, base 60, and dates and times of YAML 1.1."""

_SPECIAL = frozenset({"", "<<", "="})
"""Nothing at all, the merge key, and the default value of YAML 1.1."""

_WIDTH = 2**16
_SHORT = 128
_BLOCK_SAFE = re.compile(
    r"[^\t\n\x20-\x7e\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)
_MAPPING_START = ev.MappingStartEvent(None, None, implicit=True, flow_style=False)
_MAPPING_END = ev.MappingEndEvent()
_SEQUENCE_START = ev.SequenceStartEvent(None, None, implicit=True, flow_style=False)
_SEQUENCE_END = ev.SequenceEndEvent()
_IMPLICIT = (True, True)

_Emit = Callable[[ev.Event], object]


def to_yaml(objects: Iterable[Mapping[str, Any]]) -> str:
    """YAML documents in the given order, separated by ``---``; ``""`` without objects.

    Of an object the first keys stand in their usual order and the others are sorted; within, a
    ``name`` goes first. Lists keep their order: in Kubernetes it can carry meaning.
    """
    stream = io.StringIO()
    emitter = yaml.CSafeDumper(stream, width=_WIDTH, allow_unicode=True)
    emitter.emit(ev.StreamStartEvent())
    for body in objects:
        emitter.emit(ev.DocumentStartEvent(explicit=False))
        _object(emitter.emit, body)
        emitter.emit(ev.DocumentEndEvent(explicit=False))
    emitter.emit(ev.StreamEndEvent())
    return stream.getvalue()


def _object(emit: _Emit, body: Mapping[str, Any]) -> None:
    emit(_MAPPING_START)
    for key in _ordered(body, _FIRST_KEYS):
        emit(_text(key))
        value = body[key]
        if key == "metadata" and isinstance(value, dict):
            _mapping(emit, value, _METADATA_KEYS)
        else:
            _value(emit, value)
    emit(_MAPPING_END)


def _value(emit: _Emit, value: Any) -> None:
    if isinstance(value, str):
        emit(_text(value))
    elif isinstance(value, dict):
        _mapping(emit, value, _NAME)
    elif isinstance(value, list):
        emit(_SEQUENCE_START)
        for item in value:
            _value(emit, item)
        emit(_SEQUENCE_END)
    else:
        emit(ev.ScalarEvent(None, None, _IMPLICIT, _plain(value)))


def _mapping(emit: _Emit, value: Mapping[str, Any], first: tuple[str, ...]) -> None:
    emit(_MAPPING_START)
    for key in _ordered(value, first):
        emit(_text(key))
        _value(emit, value[key])
    emit(_MAPPING_END)


def _ordered(value: Mapping[str, Any], first: tuple[str, ...]) -> list[str]:
    keys = sorted(value)
    leading = [key for key in first if key in value]
    return [*leading, *(key for key in keys if key not in leading)] if leading else keys


def _plain(value: Any) -> str:
    """A value that is not text, as JSON and every YAML reader know it."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    text = repr(value)
    mantissa, e, exponent = text.partition("e")
    return f"{mantissa}.0e{exponent}" if e and "." not in mantissa else text


def _text(text: str) -> ev.ScalarEvent:
    return _short_text(text) if len(text) <= _SHORT else _scalar(text)


def _scalar(text: str) -> ev.ScalarEvent:
    return ev.ScalarEvent(None, None, _IMPLICIT, text, style=_style(text))


_short_text = lru_cache(maxsize=16384)(_scalar)
"""Keys and usual values come again and again; long texts may be large or secret."""


def _style(text: str) -> str | None:
    """How a string is written: None leaves the choice to the emitter."""
    if "\n" in text:
        return "|" if _fits_a_block(text) else '"'
    if text in _SPECIAL or _NUMBER_LIKE.fullmatch(text):
        return "'"
    if "\x85" in text or "\u2028" in text or "\u2029" in text or "\ufeff" in text:
        return '"'
    if any(end.isspace() and not end.isascii() for end in (text[:1], text[-1:])):
        return '"'  # a tool that trims what it has rendered would take it away
    try:
        resolved = scalars.resolve(text)
    except ValueError:
        return "'"
    return None if isinstance(resolved, str) else "'"


def _fits_a_block(text: str) -> bool:
    """Block style is read back unchanged: no odd characters, no line that ends in a space."""
    if _BLOCK_SAFE.search(text) or text.startswith((" ", "\n", "\t")):
        return False
    return not any(line != line.rstrip() for line in text.split("\n")) and not text.isspace()

"""Bodies: JSON without ambiguities, and XML as it came."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import IO, Any

from django.utils.translation import gettext
from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser, JSONParser

from migrations_app.api.errors import Refused

_LARGEST = 2**63
_DEEPEST = 100


class StrictJSONParser(JSONParser):
    """UTF-8 only; a key stands once in an object; no ``NaN``, no number beyond 64 bits.

    Half of a surrogate pair, which JSON can write and no text can hold, is refused with its place.
    """

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        """The value.

        Raises:
            ParseError: it is not JSON.
            Refused: it is, but says something that nothing can be made of.
        """
        try:
            value = read_json(stream.read().decode())
        except (ValueError, RecursionError) as error:
            raise ParseError(
                gettext("The body is not JSON: %(why)s.") % {"why": _reason(error)}
            ) from None
        return value


class YamlParser(BaseParser):
    """YAML is read by the core; here it is one text field, which the view names."""

    media_type = "application/yaml"

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        """The text.

        Raises:
            ParseError: it is not UTF-8.
        """
        try:
            text = stream.read().decode()
        except UnicodeDecodeError as error:
            raise ParseError(gettext("The body is not UTF-8: %(why)s.") % {"why": error}) from None
        return {(parser_context or {})["view"].yaml_field: text}


class XmlParser(BaseParser):
    """XML as bytes; what reads it decides whether it is good."""

    media_type = "application/xml"

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        return stream.read()


class TextXmlParser(XmlParser):
    media_type = "text/xml"


def read_json(text: str, at: str = "") -> Any:
    """The value of a JSON text, which stands ``at`` a place of the request.

    Raises:
        ValueError: it is none, or a key stands twice in one object.
        RecursionError: it is nested too deeply.
        Refused: it is, but says something that nothing can be made of.
    """
    value = json.loads(text, object_pairs_hook=_once, parse_constant=_no_constant)
    _check(value, at)
    return value


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise ValueError(f"the key {key[:100]!r} stands twice in one object")
        found[key] = value
    return found


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON number")


def _reason(error: Exception) -> str:
    return gettext("it is nested too deeply") if isinstance(error, RecursionError) else str(error)


def _check(value: Any, at: str = "", depth: int = 0) -> None:
    if depth > _DEEPEST:
        raise ParseError(gettext("The body is nested too deeply."))
    if isinstance(value, str):
        _check_text(value, at)
    elif isinstance(value, int | float):
        if not -_LARGEST <= value < _LARGEST:
            raise _refused(at, "number_too_large", gettext("This number does not fit 64 bits."))
    elif isinstance(value, dict):
        for key, inner in value.items():
            _check_text(key, at)
            step = key.replace("~", "~0").replace("/", "~1")
            _check(inner, f"{at}/{step}", depth + 1)
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            _check(inner, f"{at}/{index}", depth + 1)


def _check_text(text: str, at: str) -> None:
    if not text.isascii() and any("\ud800" <= char <= "\udfff" for char in text):
        raise _refused(at, "invalid_text", gettext("This text holds half of a surrogate pair."))


def _refused(at: str, code: str, detail: str) -> Refused:
    return Refused(
        422,
        "invalid",
        gettext("The request was understood, but parts of it are not acceptable."),
        errors=[{"pointer": at, "code": code, "detail": detail}],
    )

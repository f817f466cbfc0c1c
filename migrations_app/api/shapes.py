"""What bodies and queries may look like. Only shape is decided here; meaning is the action's."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from django.core.validators import URLValidator
from django.utils.translation import gettext, gettext_lazy
from rest_framework import serializers
from rest_framework.exceptions import ValidationError


class Strict(serializers.Serializer[Any]):
    """Refuses what it does not know, so that a misspelled field is not silently ignored."""

    def to_internal_value(self, data: Any) -> Any:
        found: dict[str, Any] = {}
        if isinstance(data, Mapping):
            known = [name for name, field in self.fields.items() if not field.read_only]
            found = {
                str(name): [ValidationError(_unknown(str(name), known), "unknown_field").detail[0]]  # type: ignore[index]
                for name in data
                if name not in known
            }
        try:
            value = super().to_internal_value(data)
        except ValidationError as error:
            if not found or not isinstance(error.detail, dict):
                raise
            raise ValidationError({**error.detail, **found}) from None
        if found:
            raise ValidationError(found)
        return value


def _unknown(name: str, known: list[str]) -> str:
    near = difflib.get_close_matches(name, known, n=1)
    if near:
        return gettext("There is no field %(name)s. Did you mean %(near)s?") % {
            "name": name[:100],
            "near": near[0],
        }
    return gettext("There is no field %(name)s. There are: %(known)s.") % {
        "name": name[:100],
        "known": ", ".join(known),
    }


class Text(serializers.CharField):
    """A text, and nothing that was made into one. Blanks at its ends stay."""

    default_error_messages = {"invalid": gettext_lazy("This is no text.")}

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("trim_whitespace", False)
        super().__init__(**kwargs)

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class WebAddress(serializers.URLField):
    """An http or https address. Its host may be a single name, as on a company's own network."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.validators = [item for item in self.validators if not isinstance(item, URLValidator)]

    def to_internal_value(self, data: Any) -> str:
        text: str = super().to_internal_value(data)
        try:
            parts = urlsplit(text)
            good = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
        except ValueError:
            good = False
        if not good or any(letter.isspace() or not letter.isprintable() for letter in text):
            self.fail("invalid")
        return text


class FileText(Text):
    """The text of a file: even a NUL is let through, for the reader to name its line."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.validators = []


class TextMap(serializers.DictField):
    """Texts by name; numbers are taken as they are written."""

    child = serializers.CharField(allow_blank=True, max_length=4096, trim_whitespace=False)
    default_error_messages = {
        "key": gettext_lazy("A name has 1 to 300 characters, and no control character."),
        "many": gettext_lazy("These are too many; at most 500."),
    }

    def to_internal_value(self, data: Any) -> Any:
        value = super().to_internal_value(data)
        if len(value) > 500:
            self.fail("many")
        if any(not 0 < len(key) <= 300 or not key.isprintable() for key in value):
            self.fail("key")
        return value


class Query(Strict):
    """What may stand behind the question mark of a list."""

    page = serializers.IntegerField(min_value=1, max_value=10**9, required=False)
    page_size = serializers.IntegerField(
        min_value=1, max_value=10**9, required=False, help_text="At most 200; more is taken as 200."
    )


class CursorQuery(Strict):
    """What may stand behind the question mark of a list that is read by cursor."""

    cursor = serializers.CharField(max_length=500, required=False)
    page_size = serializers.IntegerField(min_value=1, max_value=10**9, required=False)


class Wait(Strict):
    """How long the answer may wait for a run to end."""

    wait = serializers.IntegerField(
        min_value=0,
        max_value=60,
        required=False,
        default=0,
        help_text="Seconds to wait for the run to end.",
    )

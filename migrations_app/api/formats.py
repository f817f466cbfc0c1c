"""What else than JSON is given out. A view writes the text itself; these are for the choosing."""

from __future__ import annotations

from typing import Any

from rest_framework.renderers import BaseRenderer


class _Text(BaseRenderer):
    """Stands for a media type when it is decided whether a client takes it."""

    charset: str | None = "utf-8"

    def render(self, data: Any, *_args: Any, **_kwargs: Any) -> bytes:
        return str(data or "").encode()


class PlainText(_Text):
    media_type = "text/plain"
    format = "txt"


class Yaml(_Text):
    media_type = "application/yaml"
    format = "yaml"


class Zip(_Text):
    media_type = "application/zip"
    format = "zip"
    charset = None


class Xml(_Text):
    media_type = "application/xml"
    format = "xml"


class Sarif(_Text):
    media_type = "application/sarif+json"
    format = "sarif"


class EventStream(_Text):
    media_type = "text/event-stream"
    format = "events"


class JsonLines(_Text):
    media_type = "application/x-ndjson"
    format = "jsonl"


class Csv(_Text):
    media_type = "text/csv"
    format = "csv"

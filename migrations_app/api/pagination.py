"""Lists in pages, and by cursor where a list only grows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.pagination import CursorPagination, PageNumberPagination
from rest_framework.request import Request
from rest_framework.response import Response

from migrations_app.api.errors import Refused

DEFAULT_SIZE, LARGEST = 50, 200


class Pages(PageNumberPagination):
    """``page`` and ``page_size`` (at most 200); the neighbours stand in ``Link`` as well."""

    page_size = DEFAULT_SIZE
    page_size_query_param = "page_size"
    max_page_size = LARGEST

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> Any:
        """The rows of the page that is asked for.

        Raises:
            Refused: there are fewer pages.
        """
        try:
            return super().paginate_queryset(queryset, request, view)
        except NotFound:
            raise Refused(404, "no_such_page", gettext("There are fewer pages.")) from None

    def get_paginated_response(self, data: Any) -> Response:
        return _linked(super().get_paginated_response(data))

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        return _with_nulls(super().get_paginated_response_schema(schema))


class Cursor(CursorPagination):
    """For what only grows: no total, and no page that shifts while it is read."""

    page_size = DEFAULT_SIZE
    page_size_query_param = "page_size"
    max_page_size = LARGEST
    ordering = "-seq"

    def decode_cursor(self, request: Request) -> Any:
        """The place that the cursor stands for.

        Raises:
            ValidationError: it is none of ours.
        """
        try:
            return super().decode_cursor(request)
        except NotFound:
            detail = gettext("This is no cursor. Follow the links of the page before.")
            raise ValidationError({"cursor": [detail]}, "invalid_cursor") from None

    def get_paginated_response(self, data: Any) -> Response:
        return _linked(super().get_paginated_response(data))

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        return _with_nulls(super().get_paginated_response_schema(schema))


class LogCursor(Cursor):
    """Oldest first, as a log is read."""

    page_size = LARGEST
    max_page_size = 1000
    ordering = "seq"


def _linked(response: Response) -> Response:
    data: Mapping[str, Any] = response.data or {}
    links = [
        f'<{data[key]}>; rel="{relation}"'
        for key, relation in (("next", "next"), ("previous", "prev"))
        if data.get(key)
    ]
    if links:
        response["Link"] = ", ".join(links)
    return response


def _with_nulls(described: dict[str, Any]) -> dict[str, Any]:
    """The first page has none before it, the last none after it."""
    for name in ("next", "previous"):
        told = described["properties"][name]
        described["properties"][name] = {"type": ["string", "null"], "format": told["format"]}
    described["required"] = [*described.get("required", ()), "next", "previous"]
    return described

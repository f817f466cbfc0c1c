"""The description of the API, for programs and for people."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from migrations_app.api.doors import Door, KnownFirst
from migrations_app.api.errors import Refused


class SchemaView(KnownFirst, SpectacularAPIView):
    """OpenAPI 3.1; ``?format=json`` or ``yaml``, else as the client accepts it."""

    urlconf = "migrations_app.api.urls"

    def get_renderers(self) -> list[Any]:
        wanted = self.request.query_params.get("format")
        made: list[Any] = super().get_renderers()
        if wanted is None:
            return made
        if wanted not in ("json", "yaml"):
            raise Refused(422, "unknown_format", gettext("The formats are json and yaml."))
        return [renderer for renderer in made if wanted in renderer.format]


class SchemaPages(KnownFirst, SpectacularSwaggerSplitView):
    """The description as pages, made in the browser from files of our own."""

    template_name = "api/docs.html"
    url_name = "api-schema"
    url_self = None


class UnknownDoor(Door):
    """Every address that leads nowhere: whoever asks is asked who they are all the same."""

    keeps = False

    @extend_schema(exclude=True)
    def nothing(self, _request: Request, **_path: Any) -> Response:
        """There is nothing."""
        raise NotFound

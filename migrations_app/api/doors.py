"""What every view of the API does before and after its own work.

In this order: who asks (so that nobody learns anything without credentials), what they accept,
how much they may ask for, whether the text is text, whether the same request was answered before.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC
from typing import Any, ClassVar, TypeVar

from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.translation import gettext
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView
from rest_framework.viewsets import GenericViewSet

from migrations_app.actions import access
from migrations_app.actions.permissions import Actor, Verb
from migrations_app.api import replays
from migrations_app.api.errors import Refused, exception_handler
from migrations_app.api.origin import actor_of
from migrations_app.api.preconditions import content_tag
from migrations_app.api.throttling import PerPerson, Rate

M = TypeVar("M", bound=Model)
_SAFE = ("GET", "HEAD", "OPTIONS")


class KnownFirst(APIView):
    """Who asks is the first thing to know: without credentials nobody learns anything else."""

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        if request.method not in _SAFE and request._request.user.is_authenticated:
            # The check against forged forms reads the form; after that the body is gone.
            _read_body(request._request)
        self.perform_authentication(request)
        self.check_permissions(request)
        super().initial(request, *args, **kwargs)


class Door(KnownFirst, GenericViewSet[Any]):
    """The base of every resource.

    ``shown_once`` names members of answers that are not kept for a repeated request; ``keeps``
    is False where a POST stores nothing and may be repeated freely.
    """

    http_method_names = ["get", "post", "put", "patch", "delete", "head"]
    throttle_classes = [PerPerson]
    metadata_class = None
    serializer_class: Any = serializers.Serializer
    shown_once: ClassVar[tuple[str, ...]] = ()
    keeps: ClassVar[bool] = True
    _key = ""

    @property
    def actor(self) -> Actor:
        """Whoever asks."""
        if not hasattr(self.request, "actor"):
            self.request.actor = actor_of(self.request)  # type: ignore[attr-defined]
        found: Actor = self.request.actor  # type: ignore[attr-defined]
        return found

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        # Times are UTC here, whatever zone the pages show to this person.
        timezone.activate(UTC)
        _require_text(request)
        if request.method not in _SAFE:
            _read_body(request._request)
            if self.keeps:
                self._key = replays.begin(request)

    def handle_exception(self, exc: Exception) -> HttpResponseBase:  # type: ignore[override]
        if isinstance(exc, replays.Replay):
            return replays.replayed(exc.remembered)
        return super().handle_exception(exc)

    def get_exception_handler(self) -> Callable[..., HttpResponseBase]:
        return exception_handler

    def finalize_response(  # type: ignore[override]
        self, request: Request, response: HttpResponseBase, *args: Any, **kwargs: Any
    ) -> HttpResponseBase:
        if self._key:
            replays.finish(request, self._key, response, self.shown_once)
            self._key = ""
        response = super().finalize_response(request, response, *args, **kwargs)  # type: ignore[arg-type]
        rate = getattr(getattr(request, "_request", request), "rate", None)
        if isinstance(rate, Rate):
            for name, value in rate.headers().items():
                response[name] = value
        response.setdefault("Cache-Control", "no-store")
        answer: HttpResponseBase = self._conditional(request, response)
        return answer

    def _conditional(self, request: Request, response: Any) -> Any:
        """Every answer to a GET has a tag, and is not sent again to whoever has it."""
        if request.method not in ("GET", "HEAD") or response.status_code != 200:
            return response
        if "ETag" not in response:
            if response.streaming:
                return response
            shown = response.data if isinstance(response, Response) else response.content.decode()
            response["ETag"] = content_tag(shown)
        if "If-None-Match" not in request.headers:
            return response
        if isinstance(response, Response):
            response.render()
        found = get_conditional_response(
            getattr(request, "_request", request), response["ETag"], None, response
        )
        return found or response

    def body(self, shape: type[serializers.Field[Any, Any, Any, Any]], **kwargs: Any) -> Any:
        """The body, if it has this shape.

        Raises:
            ValidationError: with everything that is wrong with it.
        """
        return shape(**kwargs).run_validation(self.request.data)

    def query(self, shape: type[serializers.Serializer[Any]]) -> dict[str, Any]:
        """What stands behind the question mark, if it has this shape."""
        given = shape(data={key: self.request.query_params[key] for key in self.request.GET})
        given.is_valid(raise_exception=True)
        found: dict[str, Any] = given.validated_data
        return found

    def page(self, rows: Any, shape: type[serializers.BaseSerializer[Any]]) -> Response:
        """One page of a list."""
        listed = self.paginate_queryset(rows)
        return self.get_paginated_response(shape(listed, many=True).data)

    def find(self, rows: QuerySet[M], **which: Any) -> M:
        """The one row; what may not be seen is not found.

        Raises:
            NotFound: in the same words, whether it is not there or not theirs.
        """
        found = rows.filter(**which).first()
        if found is None:
            raise NotFound
        return found

    def require_anywhere(self, verb: Verb) -> None:
        """For what belongs to no application: whoever may do this somewhere may do it.

        Raises:
            Refusal: they may not.
        """
        access.require_anywhere(actor=self.actor, verb=verb)


def _require_text(request: Request) -> None:
    if "\0" in request.path:
        raise NotFound
    for key, values in request.query_params.lists():
        for text in (key, *values):
            if "\0" in text or any("\ud800" <= char <= "\udfff" for char in text):
                raise Refused(
                    400, "malformed", gettext("The query holds a character that no text can hold.")
                )


def _read_body(request: HttpRequest) -> None:
    """Read the body whole, within the limit of the settings, also where it comes in chunks.

    Raises:
        RequestDataTooBig: it is larger than what is taken.
    """
    size = len(request.body)
    if not request.META.get("CONTENT_LENGTH"):
        request.META["CONTENT_LENGTH"] = str(size)

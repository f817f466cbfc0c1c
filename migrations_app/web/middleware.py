"""An id for every request, and the language and time zone of whoever makes it."""

from __future__ import annotations

import logging
import re
import zoneinfo
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.middleware.locale import LocaleMiddleware
from django.utils import timezone, translation

from migrations_app.domain.errors import WorkbenchError
from migrations_app.models import User
from migrations_app.models.ids import new_id
from migrations_app.web.requests import refused
from migrations_app.web.views.errors import method_not_allowed

_ACCEPTABLE = re.compile(r"[A-Za-z0-9._-]{8,64}")
_log = logging.getLogger(__name__)


class RequestIdMiddleware:
    """Names every request, so that a page, the log and the audit trail tell of the same one.

    A caller's own ``X-Request-ID`` is kept if it looks like one. Errors of the workbench that a
    view lets through become a refusal here; all others are logged and end as a 500.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        given = request.headers.get("X-Request-ID", "")
        request.request_id = given if _ACCEPTABLE.fullmatch(given) else str(new_id())  # type: ignore[attr-defined]
        response = self.get_response(request)
        response["X-Request-ID"] = request.request_id  # type: ignore[attr-defined]
        return response

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, WorkbenchError) or request.path.startswith("/api/"):
            return None
        _log.info("refused", extra={"code": error.code, "path": request.path})
        return refused(request, error)


class PersonalLocaleMiddleware(LocaleMiddleware):
    """Language and time zone as the account says, else as the browser does."""

    def process_request(self, request: HttpRequest) -> None:
        super().process_request(request)
        timezone.deactivate()
        user = request.user
        if not isinstance(user, User):
            return
        if user.language:
            translation.activate(user.language)
            request.LANGUAGE_CODE = translation.get_language() or ""
        if user.time_zone in zoneinfo.available_timezones():
            timezone.activate(zoneinfo.ZoneInfo(user.time_zone))


class MethodMiddleware:
    """A page where Django answers with nothing: what takes only forms was opened by its address."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if response.status_code != 405 or request.path.startswith("/api/"):
            return response
        shown = method_not_allowed(request)
        shown["Allow"] = response["Allow"]
        return shown

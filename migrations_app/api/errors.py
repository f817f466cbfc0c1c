"""Every error as ``application/problem+json`` (RFC 9457), from one place.

``code`` is stable and never translated; ``detail`` is a sentence for people. ``errors`` names what
is wrong with which part of the request, each with a JSON pointer.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping
from http import HTTPStatus
from typing import Any

from django.core.exceptions import (
    PermissionDenied,
    RequestDataTooBig,
    SuspiciousOperation,
    TooManyFilesSent,
)
from django.db.utils import OperationalError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.request import UnreadablePostError
from django.utils.translation import gettext
from rest_framework import exceptions

from migrations_app.actions.logins import LoginLocked
from migrations_app.api.speech import findings, say
from migrations_app.domain import errors, records
from migrations_app.domain.pipeline.gates import Gate

logger = logging.getLogger(__name__)

PROBLEM = "application/problem+json"
_STATUSES: tuple[tuple[type[errors.WorkbenchError], int], ...] = (
    (errors.UnreadableSource, 400),
    (errors.InvalidInput, 422),
    (errors.MissingParameter, 422),
    (errors.NotAllowed, 403),
    (errors.Conflict, 409),
    (errors.EngineError, 502),
    (LoginLocked, 429),
)
"""The first that fits. Whatever is none of these is ours to mend: 500."""

_CODES = {
    exceptions.ParseError: "malformed",
    exceptions.NotAuthenticated: "not_authenticated",
    exceptions.AuthenticationFailed: "authentication_failed",
    exceptions.PermissionDenied: "not_allowed",
    exceptions.NotFound: "not_found",
    exceptions.MethodNotAllowed: "method_not_allowed",
    exceptions.NotAcceptable: "not_acceptable",
    exceptions.UnsupportedMediaType: "unsupported_media_type",
    exceptions.Throttled: "rate_limited",
}


class Refused(Exception):
    """What the door itself refuses; the core was never asked."""

    def __init__(
        self,
        status: int,
        code: str,
        detail: str,
        *,
        errors: Iterable[Mapping[str, Any]] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.code = code
        self.detail = detail
        self.errors = list(errors)
        self.headers = dict(headers or {})


def problem(
    status: int,
    code: str,
    detail: str,
    *,
    errors: Iterable[Mapping[str, Any]] = (),
    headers: Mapping[str, str] | None = None,
    **more: Any,
) -> HttpResponse:
    """One problem as a response."""
    body = {
        "type": f"urn:kakehashi:problem:{code}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "code": code,
        "errors": list(errors),
        **more,
    }
    return JsonResponse(
        body,
        status=status,
        content_type=PROBLEM,
        headers=dict(headers or {}),
        json_dumps_params={"ensure_ascii": False},
    )


def exception_handler(exc: Exception, context: Mapping[str, Any]) -> HttpResponse:
    """Turn whatever was raised into a problem. Nothing escapes, and no traceback is shown."""
    if isinstance(exc, Refused):
        return problem(exc.status, exc.code, exc.detail, errors=exc.errors, headers=exc.headers)
    if isinstance(exc, errors.WorkbenchError):
        response = _of_the_core(exc)
        if response is not None:
            return response
    if isinstance(exc, exceptions.APIException):
        return _of_the_framework(exc)
    return _of_django(exc, context)


def field_errors(detail: Any, at: str = "") -> Iterator[dict[str, str]]:
    """What a serializer found wrong, flattened; ``pointer`` leads to the field."""
    if isinstance(detail, Mapping):
        for key, inner in detail.items():
            step = "" if key == "non_field_errors" else f"/{_escaped(key)}"
            yield from field_errors(inner, at + step)
    elif isinstance(detail, list):
        for index, inner in enumerate(detail):
            nested = isinstance(inner, Mapping | list)
            yield from field_errors(inner, f"{at}/{index}" if nested else at)
    else:
        yield {
            "pointer": at,
            "code": getattr(detail, "code", "invalid"),
            "detail": str(detail),
        }


def _escaped(key: object) -> str:
    return str(key).replace("~", "~0").replace("/", "~1")


def _of_the_core(exc: errors.WorkbenchError) -> HttpResponse | None:
    status = next((status for kind, status in _STATUSES if isinstance(exc, kind)), 0)
    if not status:
        return None
    if any(item.code == "too_large" for item in exc.problems):
        status = 413
    headers, more = _told_besides(exc)
    return problem(
        status,
        exc.code,
        say(exc.message),
        errors=[_problem_json(item) for item in exc.problems],
        headers=headers,
        **more,
    )


def _told_besides(exc: errors.WorkbenchError) -> tuple[dict[str, str], dict[str, Any]]:
    """Headers and further members that some errors bring."""
    if isinstance(exc, errors.RunActive):
        return {"Location": f"/api/v1/runs/{exc.run_id}/"}, {"run": exc.run_id}
    if isinstance(exc, errors.GateClosed):
        return {}, {"gates": [gate_json(gate) for gate in exc.gates]}
    if isinstance(exc, LoginLocked):
        return {"Retry-After": str(exc.retry_after)}, {}
    return {}, {}


def gate_json(gate: Gate) -> dict[str, Any]:
    """A gate as ``gates/`` and refusals show it."""
    return {
        "code": gate.code,
        "open": gate.open,
        "why": say(gate.why),
        "findings": findings(records.finding(item) for item in gate.findings),
    }


def _problem_json(item: errors.Problem) -> dict[str, Any]:
    place = item.place
    return {
        "pointer": place.path,
        "code": item.code,
        "detail": say(item.message),
        "file": place.file,
        "line": place.line,
        "column": place.column,
        "object": place.object,
    }


def _of_the_framework(exc: exceptions.APIException) -> HttpResponse:
    if isinstance(exc, exceptions.ValidationError):
        return problem(
            422,
            "invalid",
            gettext("The request was understood, but parts of it are not acceptable."),
            errors=field_errors(exc.detail),
        )
    headers: dict[str, str] = {}
    if challenge := getattr(exc, "auth_header", None):
        headers["WWW-Authenticate"] = challenge
    if wait := getattr(exc, "wait", None):
        headers["Retry-After"] = str(int(wait))
    code = next((code for kind, code in _CODES.items() if isinstance(exc, kind)), "error")
    detail = str(exc.detail) if code != "not_found" else _nothing_here()
    return problem(exc.status_code, code, detail, headers=headers)


def _of_django(exc: Exception, context: Mapping[str, Any]) -> HttpResponse:
    if isinstance(exc, Http404):
        return problem(404, "not_found", _nothing_here())
    if isinstance(exc, PermissionDenied):
        return problem(403, "not_allowed", gettext("You may not do this."))
    if isinstance(exc, RequestDataTooBig | TooManyFilesSent):
        return problem(413, "too_large", gettext("The request is larger than what is taken."))
    if isinstance(exc, SuspiciousOperation | UnreadablePostError):
        return problem(400, "malformed", gettext("The request cannot be read."))
    request = context.get("request")
    logger.error("api_crashed", exc_info=exc, extra={"path": getattr(request, "path", "")})
    if isinstance(exc, OperationalError):
        detail = gettext("The database cannot be reached just now. Try again in a moment.")
        return problem(503, "unavailable", detail, headers={"Retry-After": "5"})
    return problem(500, "crash", _broken())


def _nothing_here() -> str:
    return gettext("Nothing is here, or nothing that you may see.")


def _broken() -> str:
    return gettext("Something in the workbench itself broke. The server's log has the details.")


def is_api(request: HttpRequest) -> bool:
    """Whether a request that reached no view of ours was meant for the API."""
    return request.path.startswith("/api/")


def bad_request(_request: HttpRequest, _exception: Exception) -> HttpResponse:
    return problem(400, "malformed", gettext("The request cannot be read."))


def forbidden(_request: HttpRequest, _exception: Exception) -> HttpResponse:
    return problem(403, "not_allowed", gettext("You may not do this."))


def not_found(_request: HttpRequest, _exception: Exception) -> HttpResponse:
    return problem(404, "not_found", _nothing_here())


def server_error(_request: HttpRequest) -> HttpResponse:
    return problem(500, "crash", _broken())

"""Errors of requests that reached no view of ours: problems for the API, pages for people."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from migrations_app.api import errors as problems
from migrations_app.web.views import errors as pages


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Such as a host name that is not ours."""
    if problems.is_api(request):
        return problems.bad_request(request, exception)
    return pages.bad_request(request, exception)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    if problems.is_api(request):
        return problems.forbidden(request, exception)
    return pages.forbidden(request, exception)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    if problems.is_api(request):
        return problems.not_found(request, exception)
    return pages.not_found(request, exception)


def server_error(request: HttpRequest) -> HttpResponse:
    """What crashed outside of any view."""
    if problems.is_api(request):
        return problems.server_error(request)
    return pages.server_error(request)

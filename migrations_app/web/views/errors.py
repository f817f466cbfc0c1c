"""What people see when something is wrong; workbench errors are answered by the middleware."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string

from migrations_app.web.requests import wants_part


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _shown(request, "errors/400.html", 400)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _shown(request, "errors/403.html", 403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _shown(request, "errors/404.html", 404)


def method_not_allowed(request: HttpRequest) -> HttpResponse:
    """The address of a form was opened as a page, as a reload in a new window does."""
    return _shown(request, "errors/405.html", 405)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form was older than the session, or came from elsewhere."""
    return _shown(request, "errors/csrf.html", 403)


def server_error(request: HttpRequest) -> HttpResponse:
    """Rendered without the request: neither the database nor the session may be asked again."""
    context = {"request_id": getattr(request, "request_id", "")}
    return HttpResponse(render_to_string("errors/500.html", context), status=500)


def _shown(request: HttpRequest, template: str, status: int) -> HttpResponse:
    """Inside the shell for people who are logged in, on a plain page for everybody else."""
    user = getattr(request, "user", None)
    inside = user is not None and user.is_authenticated
    context = {"layout": "base.html" if inside else "plain.html"}
    made = render(request, template, context, status=status)
    if wants_part(request):
        made["HX-Retarget"], made["HX-Reswap"] = "body", "innerHTML"
    return made

"""What every view needs of a request: who asks, how to answer, and how to refuse."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, TypeVar
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core.paginator import Page, Paginator
from django.db.models import QuerySet, prefetch_related_objects
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render, resolve_url
from django.utils.http import url_has_allowed_host_and_scheme
from django_htmx.middleware import HtmxDetails

from migrations_app.domain.errors import (
    Conflict,
    EngineError,
    InvalidInput,
    MissingParameter,
    NotAllowed,
    Problem,
    StaleState,
    UnreadableSource,
    WorkbenchError,
)
from migrations_app.domain.people.addresses import client_address
from migrations_app.domain.pipeline.gates import Gate
from migrations_app.models import User
from migrations_app.queries.actors import Actor

View = TypeVar("View", bound=Callable[..., HttpResponseBase])


class PageRequest(HttpRequest):
    """A request of somebody who is logged in, as the views see it."""

    user: User
    htmx: HtmxDetails
    request_id: str
    actor: Actor


_STATUSES: tuple[tuple[type[WorkbenchError], int], ...] = (
    (UnreadableSource, 400),
    (NotAllowed, 403),
    (StaleState, 412),
    (Conflict, 409),
    (InvalidInput, 422),
    (MissingParameter, 422),
    (EngineError, 502),
)


def page(view: View) -> View:
    """A view for people who are logged in; the others are sent to the login and come back."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.user.is_authenticated:
            return view(request, *args, **kwargs)
        if request.headers.get("HX-Request"):
            answer = HttpResponse(status=401)
            back = urlsplit(request.headers.get("HX-Current-URL", "/")).path
            answer["HX-Redirect"] = redirect_to_login(back).url
            return answer
        return redirect_to_login(request.get_full_path(), resolve_url(settings.LOGIN_URL))

    return guarded  # type: ignore[return-value]


def actor_of(request: HttpRequest) -> Actor:
    """Who asks; made once per request, with their roles read once."""
    known: Actor | None = getattr(request, "actor", None)
    if known is not None:
        return known
    if not isinstance(request.user, User):
        raise TypeError("Nobody is logged in; the view lacks @page.")
    prefetch_related_objects([request.user], "memberships")
    actor = Actor.person(
        request.user, request_id=getattr(request, "request_id", ""), ip=client_ip(request)
    )
    request.actor = actor  # type: ignore[attr-defined]
    return actor


def client_ip(request: HttpRequest) -> str:
    """The address of whoever asks; a proxy's word counts only for as many as are configured."""
    return client_address(
        str(request.META.get("REMOTE_ADDR", "")),
        request.headers.get("X-Forwarded-For", ""),
        settings.WORKBENCH_PROXIES,
    )


def wants_part(request: HttpRequest, target: str = "") -> bool:
    """Whether htmx asks for a part of the page (the one with this id) and not for the whole."""
    htmx: HtmxDetails | None = getattr(request, "htmx", None)
    if not htmx or htmx.boosted or htmx.history_restore_request:
        return False
    return not target or htmx.target == target


def answer(
    request: HttpRequest,
    whole: str,
    part: str,
    context: Mapping[str, Any],
    *,
    target: str = "",
    status: int = 200,
) -> HttpResponse:
    """One view for page and part: the part if htmx asks for it, else the whole."""
    template = part if wants_part(request, target) else whole
    made = render(request, template, dict(context), status=status)
    made["Vary"] = "HX-Request, HX-Target"
    return made


def status_of(error: WorkbenchError) -> int:
    """The HTTP status that tells of an error."""
    return next((status for kind, status in _STATUSES if isinstance(error, kind)), 409)


def refusal(error: WorkbenchError, *, title: str = "") -> dict[str, Any]:
    """What ``parts/refusal.html`` shows of an error: what stayed, what closed it, what to do."""
    gates: tuple[Gate, ...] = getattr(error, "gates", ())
    return {
        "error": error,
        "code": error.code,
        "title": title,
        "message": error.message,
        "problems": _besides(error),
        "closed": [gate for gate in gates if not gate.open],
        "open": [gate for gate in gates if gate.open],
        "gates": gates,
        "run_id": getattr(error, "run_id", ""),
        "status": status_of(error),
        "stale": isinstance(error, StaleState),
    }


def _besides(error: WorkbenchError) -> list[Problem]:
    """The problems that say more than the error itself does."""
    told = str(error.message)
    return [it for it in error.problems if it.place.line or str(it.message) != told]


def refused(request: HttpRequest, error: WorkbenchError, *, title: str = "") -> HttpResponse:
    """The whole answer to a refused request: a panel for htmx, a page for everybody else.

    The middleware calls this for every error that a view lets through.
    """
    context = {"refusal": refusal(error, title=title), "back": back_address(request)}
    part = wants_part(request)
    template = "parts/refusal.html" if part else "errors/refused.html"
    made = render(request, template, context, status=status_of(error))
    if part:
        made["HX-Reswap"] = "innerHTML"
        made["HX-Retarget"] = "#messages"
    return made


def back_address(request: HttpRequest, wish: str = "") -> str:
    """Where to go back to: the wish, or the page before, if it is one of ours; else the start."""
    for address in (wish, request.headers.get("Referer", "")):
        if url_has_allowed_host_and_scheme(
            address, allowed_hosts={request.get_host()}, require_https=request.is_secure()
        ):
            return address
    return "/"


def paged(request: HttpRequest, rows: QuerySet[Any] | list[Any], size: int = 50) -> Page[Any]:
    """The page of a list that the address asks for; a number out of range gives the nearest."""
    return Paginator(rows, size).get_page(request.GET.get("page"))

"""Who asks, and from where."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest
from rest_framework.request import Request

from migrations_app.models import AuthToken, User
from migrations_app.queries.actors import Actor

_LONGEST_ADDRESS = 45


def client_address(request: HttpRequest) -> str:
    """The address of the client, as the outermost of our own proxies saw it.

    Of ``X-Forwarded-For`` only the entries that our proxies wrote count; the rest is whatever the
    client liked to send.
    """
    direct = str(request.META.get("REMOTE_ADDR") or "")
    hops: int = settings.WORKBENCH_PROXIES
    told = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",")]
    if not hops or not any(told):
        return direct[:_LONGEST_ADDRESS]
    return told[-min(hops, len(told))][:_LONGEST_ADDRESS]


def request_id(request: HttpRequest) -> str:
    """What the log calls this request."""
    return str(getattr(request, "request_id", ""))


def actor_of(request: Request) -> Actor:
    """Whoever asks: a person in a session, or a token of theirs."""
    told = {"request_id": request_id(request._request), "ip": client_address(request._request)}
    if isinstance(request.auth, AuthToken):
        return Actor.token(request.auth, **told)
    if not isinstance(request.user, User):
        raise TypeError("Only whoever is known has an actor.")
    return Actor.person(request.user, **told)

"""Who asks, and from where."""

from __future__ import annotations

from django.conf import settings
from django.db.models import prefetch_related_objects
from django.http import HttpRequest
from rest_framework.request import Request

from migrations_app.domain.people.addresses import client_address
from migrations_app.models import AuthToken, User
from migrations_app.queries.actors import Actor


def client_ip(request: HttpRequest) -> str:
    """The address of whoever asks; a proxy's word counts only for as many as are configured."""
    return client_address(
        str(request.META.get("REMOTE_ADDR") or ""),
        request.headers.get("X-Forwarded-For", ""),
        settings.WORKBENCH_PROXIES,
    )


def request_id(request: HttpRequest) -> str:
    """What the log calls this request."""
    return str(getattr(request, "request_id", ""))


def actor_of(request: Request) -> Actor:
    """Whoever asks: a person in a session, or a token of theirs."""
    if not isinstance(request.user, User):
        raise TypeError("Only whoever is known has an actor.")
    # Roles are asked for more than once in a request, and do not change within one.
    prefetch_related_objects([request.user], "memberships")
    told = {"request_id": request_id(request._request), "ip": client_ip(request._request)}
    if isinstance(request.auth, AuthToken):
        return Actor.token(request.auth, **told)
    return Actor.person(request.user, **told)

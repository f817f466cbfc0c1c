"""Clients of the API: people and tokens, and an application with two services in it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.core.signals import request_finished
from django.db import close_old_connections
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from migrations_app import wiring
from migrations_app.actions.sources import store_source
from migrations_app.adapters.fakes.podman import FakePodman
from migrations_app.domain.people.roles import Scope, scopes_of
from migrations_app.models import Application, AuthToken, Service, User
from migrations_app.models.tokens import hint, new_token_text, token_hash
from migrations_app.queries.actors import Actor, verbs_anywhere
from tests.app.api.world import World, made_world

MANIFEST = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
        - name: web
          image: localhost/web:1.2
          env: [{name: DB_PASSWORD, value: hunter2hunter}]
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: db}
spec:
  selector: {matchLabels: {app: db}}
  template:
    metadata: {labels: {app: db}}
    spec: {containers: [{name: db, image: localhost/db}]}
---
apiVersion: v1
kind: Namespace
metadata: {name: bank}
"""


class Api:
    """Speaks JSON for somebody; every answer that is an error is looked at for its form."""

    def __init__(self, token: str = "", client: Client | None = None) -> None:
        self.client = client or Client(raise_request_exception=False)
        self.headers = {"Authorization": f"Bearer {token}"} if token else {}

    def get(self, path: str, **headers: str) -> HttpResponse:
        return self.send("GET", path, **headers)

    def post(self, path: str, body: Any = None, **headers: str) -> HttpResponse:
        return self.send("POST", path, body, **headers)

    def put(self, path: str, body: Any = None, **headers: str) -> HttpResponse:
        return self.send("PUT", path, body, **headers)

    def patch(self, path: str, body: Any = None, **headers: str) -> HttpResponse:
        return self.send("PATCH", path, body, **headers)

    def delete(self, path: str, **headers: str) -> HttpResponse:
        return self.send("DELETE", path, **headers)

    def raw(self, path: str, body: bytes, content_type: str, **headers: str) -> HttpResponse:
        return self.send("POST", path, body, content_type=content_type, **headers)

    def send(
        self,
        method: str,
        path: str,
        body: Any = None,
        content_type: str = "application/json",
        **headers: str,
    ) -> HttpResponse:
        data = body if isinstance(body, bytes) else b"" if body is None else _json(body)
        told = {name.replace("_", "-"): value for name, value in headers.items()}
        response = self.client.generic(
            method,
            path if path.startswith("/") else f"/api/v1/{path}",
            data,
            content_type=content_type if data else "",
            headers={**self.headers, **told},
        )
        if response.status_code >= 400:
            require_problem(response)
        return response


def _json(body: Any) -> bytes:
    return json.dumps(body).encode()


def require_problem(response: HttpResponse) -> dict[str, Any]:
    """The body of an error, which has the form that every error has."""
    assert response["Content-Type"] == "application/problem+json", response
    body: dict[str, Any] = json.loads(response.content)
    assert {"type", "title", "status", "detail", "code", "errors"} <= set(body)
    assert body["status"] == response.status_code
    assert body["detail"]
    for error in body["errors"]:
        assert {"pointer", "code", "detail"} <= set(error)
    return body


def close(response: HttpResponse) -> None:
    """End a streamed answer as the server does; the test's own connection stays open."""
    request_finished.disconnect(close_old_connections)
    response.close()
    request_finished.connect(close_old_connections)


def token_of(actor: Actor, *scopes: Scope, days: int = 30) -> str:
    """A token of somebody; without scopes it may do everything that they may."""
    assert actor.user is not None
    allowed = scopes or scopes_of(verbs_anywhere(actor)) or (Scope.READ,)
    text = new_token_text()
    AuthToken.objects.create(
        user=actor.user,
        name="test",
        scopes=[scope.value for scope in allowed],
        digest=token_hash(text),
        hint=hint(text),
        expires=timezone.now() + timedelta(days=days),
        last_used=timezone.now(),
    )
    return text


def session_of(user: User | None) -> Api:
    """Somebody who is logged in, in a browser that checks for forged requests."""
    client = Client(raise_request_exception=False, enforce_csrf_checks=True)
    if user is not None:
        client.force_login(user)
    return Api(client=client)


@pytest.fixture(autouse=True)
def fresh_counters() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def api(operator: Actor) -> Api:
    """The operator of the bank's application."""
    return Api(token_of(operator))


@pytest.fixture
def viewing(viewer: Actor) -> Api:
    return Api(token_of(viewer))


@pytest.fixture
def outside(stranger: Actor) -> Api:
    """Has an account and no role."""
    return Api(token_of(stranger))


@pytest.fixture
def admin(administrator: Actor) -> Api:
    return Api(token_of(administrator))


@pytest.fixture
def services(operator: Actor, application: Application) -> dict[str, Service]:
    """The services of one stored source, by key."""
    store_source(
        actor=operator,
        application=application,
        files={"bank.yaml": MANIFEST.encode()},
        schemas=wiring.schemas(),
    )
    return {service.key: service for service in Service.objects.filter(application=application)}


@pytest.fixture
def web(services: dict[str, Service]) -> Service:
    return services["web"]


@pytest.fixture
def world(operator: Actor, web: Service, monkeypatch: pytest.MonkeyPatch) -> World:
    """One of everything, and a host in memory behind every address."""
    engine = FakePodman(images={"localhost/web:1.2": "sha256:" + "0" * 64})
    engine.run("web", "localhost/web:1.2")
    monkeypatch.setattr(wiring, "podman_engine", lambda _host: engine)
    return made_world(operator, web, engine)

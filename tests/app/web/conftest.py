"""Browsers that are logged in as somebody, for the pages."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client

from migrations_app.actions.revisions import Wish, make_revision
from migrations_app.actions.sources import store_source
from migrations_app.adapters.schemas import BundledSchemas
from migrations_app.domain.messages import msg
from migrations_app.domain.records import message
from migrations_app.models import Application, Rehearsal, Service
from migrations_app.queries.actors import Actor
from tests.app.web.seeding import DEPLOYMENT, SOUND
from tests.factories import RehearsalFactory, RunFactory

LogIn = Callable[[Actor], Client]


@pytest.fixture
def as_person() -> LogIn:
    """A browser in which somebody is logged in."""

    def log_in(actor: Actor) -> Client:
        assert actor.user is not None
        client = Client()
        client.force_login(actor.user)
        return client

    return log_in


@pytest.fixture
def web(operator: Actor, application: Application, schemas: BundledSchemas) -> Service:
    """A service in which nothing is wrong."""
    text = DEPLOYMENT.format(name="web", image="registry.example.com/bank/web:1.4.2", more=SOUND)
    stored = store_source(
        actor=operator, application=application, files={"web.yaml": text.encode()}, schemas=schemas
    )
    return stored.matches[0].service


@pytest.fixture
def rehearsed(web: Service, operator: Actor, schemas: BundledSchemas) -> Rehearsal:
    """A rehearsal of that service that has passed."""
    wish = Wish("local", {}, {})
    revision, _new = make_revision(actor=operator, service=web, wish=wish, schemas=schemas)
    run = RunFactory.create(
        service=web,
        application=web.application,
        outcome="passed",
        actor=operator.as_json(),
        initiator=operator.user,
    )
    reason = message(msg("It became ready after %(seconds)s s and stayed so.", seconds="1.5"))
    return RehearsalFactory.create(
        run=run,
        service=web,
        revision=revision,
        base_digest=revision.base_digest,
        shared_digest=revision.shared_digest,
        host_name="local",
        summary={"reason": reason, "ready_at": 1.5},
    )


@pytest.fixture
def asking_files() -> dict[str, bytes]:
    """The files of a captured service that has questions."""
    folder = Path(__file__).parents[2] / "fixtures/inspect/podman4/My_App.v1"
    return {f"app/{path.name}": path.read_bytes() for path in sorted(folder.iterdir())}


@pytest.fixture
def asking(
    operator: Actor,
    application: Application,
    schemas: BundledSchemas,
    asking_files: dict[str, bytes],
) -> Service:
    """A captured service that has questions."""
    stored = store_source(
        actor=operator, application=application, files=asking_files, schemas=schemas
    )
    return stored.matches[0].service

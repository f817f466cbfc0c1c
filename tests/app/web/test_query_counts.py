"""How many queries each page takes: recorded, and the same for two rows as for forty.

``--update-golden`` records them anew.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from migrations_app.models import (
    Application,
    Assessment,
    AuthToken,
    Preset,
    PresetVersion,
    RunStep,
    Service,
)
from migrations_app.queries.actors import Actor
from tests.app.web.conftest import LogIn
from tests.factories import (
    ApplicationFactory,
    MembershipFactory,
    RunFactory,
    ServiceFactory,
    SourceFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

RECORDED = Path(__file__).with_name("query_counts.json")
FEW, MANY = 2, 40
PAGES = (
    "/",
    "/?view=table",
    "/search/?q=more",
    "/applications/",
    "/applications/banking-app/",
    "/runs/",
    "/presets/",
    "/audit/",
    "/account/",
    "/people/",
)


def grow(service: Service, administrator: Actor, first: int, last: int) -> None:
    """One more of everything that pages show, for each number."""
    application = service.application
    for number in range(first, last):
        ApplicationFactory.create(slug=f"more-{number}")
        user = UserFactory.create(username=f"more-{number}")
        MembershipFactory.create(user=user, application=application)
        AuthToken.objects.create(
            user=administrator.user, name="t", digest=f"{number:064}", expires=timezone.now()
        )
        other = ServiceFactory.create(application=application, name=f"more-{number}")
        Assessment.objects.create(
            service=other, inputs_digest="0", digest="0", text="", worst="high"
        )
        SourceFactory.create(application=application)
        run = RunFactory.create(application=application, service=other, state="running")
        RunStep.objects.create(run=run, position=1, name="play")
        preset = Preset.objects.create(name=f"more-{number}", application=application, latest=1)
        PresetVersion.objects.create(preset=preset, number=1, text="", digest="0")


def counted(client: Client, path: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        assert client.get(path).status_code == 200, path
    return len(queries)


def test_pages_take_as_many_queries_for_many_rows_as_for_few(
    as_person: LogIn,
    administrator: Actor,
    application: Application,
    web: Service,
    update_golden: bool,
) -> None:
    client = as_person(administrator)
    grow(web, administrator, 0, FEW)
    few = {path: counted(client, path) for path in PAGES}
    grow(web, administrator, FEW, MANY)
    assert {path: counted(client, path) for path in PAGES} == few
    if update_golden:
        RECORDED.write_text(json.dumps(few, indent=2) + "\n", encoding="utf-8")
    assert few == json.loads(RECORDED.read_text(encoding="utf-8")), (
        "The queries changed: look why, then bin/test tests/app/web --update-golden"
    )

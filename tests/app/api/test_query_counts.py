"""How many queries each list takes: recorded, and the same for two rows as for forty.

``--update-golden`` records them anew.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from migrations_app import models
from migrations_app.models import (
    Assessment,
    AuthToken,
    Preset,
    PresetVersion,
    RunLogLine,
    RunStep,
)
from migrations_app.queries.actors import Actor
from tests.app.api.conftest import Api, token_of
from tests.app.api.world import World
from tests.factories import (
    ApplicationFactory,
    MembershipFactory,
    RehearsalFactory,
    RunFactory,
    ServiceFactory,
    SourceFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

RECORDED = Path(__file__).with_name("query_counts.json")
FEW, MANY = 2, 40
LISTS = (
    "applications/",
    "applications/{slug}/services/",
    "applications/{slug}/sources/",
    "applications/{slug}/rehearsals/",
    "applications/{slug}/questions/",
    "audit/events/",
    "memberships/",
    "presets/",
    "presets/{preset_id}/versions/",
    "runs/",
    "runs/{run_id}/log/",
    "services/",
    "services/{service_id}/findings/",
    "services/{service_id}/rehearsals/",
    "services/{service_id}/runs/",
    "services/{service_id}/test-reports/",
    "services/{service_id}/timeline/",
    "sources/",
    "tokens/",
    "users/",
)


def grow(world: World, first: int, last: int) -> None:
    """One more of everything that lists show, for each number."""
    application, service = world.application, world.service
    preset = Preset.objects.get(pk=world.preset.preset_id)
    for number in range(first, last):
        ApplicationFactory.create(slug=f"more-{number}")
        user = UserFactory.create(username=f"more-{number}")
        MembershipFactory.create(user=user, application=application)
        AuthToken.objects.create(
            user=user, name="t", digest=f"{number:064}", expires=timezone.now()
        )
        other = ServiceFactory.create(application=application, name=f"more-{number}")
        Assessment.objects.create(
            service=other,
            inputs_digest="0",
            digest="0",
            text="",
            findings=list(service.assessment.findings),
            questions=list(service.assessment.questions),
        )
        SourceFactory.create(application=application)
        run = RunFactory.create(application=application, service=service)
        RunStep.objects.create(run=run, position=1, name="play")
        RehearsalFactory.create(
            run=run, revision=world.revision, service=service, number=number + 10
        )
        RunLogLine.objects.create(
            run=world.run, seq=number + 1, attempt=1, at=timezone.now(), source="r", text="x"
        )
        models.TestReport.objects.create(service=service, tests=1, failures=0, errors=0, skipped=0)
        Preset.objects.create(name=f"more-{number}", application=application)
        PresetVersion.objects.create(preset=preset, number=number + 10, text="", digest="0")


def counted(api: Api, path: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        response = api.get(path)
    assert response.status_code == 200, response.content
    return len(queries)


def test_lists_take_as_many_queries_for_many_rows_as_for_few(
    world: World,
    administrator: Actor,
    update_golden: bool,
) -> None:
    api, few = Api(token_of(administrator)), {}
    grow(world, 0, FEW)
    for path in LISTS:
        few[path] = counted(api, f"{path.format(**world.values())}?page_size={MANY}")
    grow(world, FEW, MANY)
    many = {
        path: counted(api, f"{path.format(**world.values())}?page_size={MANY}") for path in LISTS
    }
    assert many == few
    if update_golden:
        RECORDED.write_text(json.dumps(few, indent=2) + "\n", encoding="utf-8")
    assert few == json.loads(RECORDED.read_text(encoding="utf-8")), (
        "The queries changed: look why, then bin/test tests/app/api --update-golden"
    )


def test_one_service_takes_few_queries(world: World, administrator: Actor) -> None:
    api = Api(token_of(administrator))
    assert counted(api, f"services/{world.service.pk}/") <= 6
    assert counted(api, f"services/{world.service.pk}/gates/") <= 12

"""Boards and lists: what they show, and that their number of queries does not grow."""

from __future__ import annotations

import pytest
from pytest_django import DjangoAssertNumQueries

from migrations_app.actions.sources import store_source
from migrations_app.adapters.schemas import BundledSchemas
from migrations_app.domain.pipeline.next_step import NextStep, Standing, next_step
from migrations_app.domain.pipeline.phases import Phase
from migrations_app.domain.runs import RunState
from migrations_app.models import Application
from migrations_app.queries import digests, services, trail
from migrations_app.queries.actors import Actor
from migrations_app.queries.previews import Preview, preview
from migrations_app.queries.services import Filters
from tests.factories import RunFactory, ServiceFactory

BOARD_QUERIES = 3
"""The roles an actor has everywhere, those in single applications, and everything else at once."""

DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: NAME}
spec:
  selector: {matchLabels: {app: NAME}}
  template:
    metadata: {labels: {app: NAME}}
    spec: {containers: [{name: c, image: localhost/NAME}]}
---
"""

SECRET = b"""\
apiVersion: v1
kind: Secret
metadata: {name: s}
stringData: {password: hunter2hunter}
"""

pytestmark = pytest.mark.django_db


def stored(operator: Actor, application: Application, schemas: BundledSchemas, *names: str) -> None:
    text = "".join(DEPLOYMENT.replace("NAME", name) for name in names)
    store_source(
        actor=operator,
        application=application,
        files={f"{names[0]}.yaml": text.encode()},
        schemas=schemas,
    )


def test_a_board_takes_as_many_queries_for_ten_services_as_for_one(
    operator: Actor,
    application: Application,
    schemas: BundledSchemas,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    stored(operator, application, schemas, "one")
    with django_assert_num_queries(BOARD_QUERIES):
        services.board(operator)
    stored(operator, application, schemas, *(f"more-{number}" for number in range(9)))
    with django_assert_num_queries(BOARD_QUERIES):
        columns = services.board(operator)
    assert [len(column.cards) for column in columns] == [10, 0, 0, 0]


def test_a_card_says_what_is_wrong_and_what_to_do(
    operator: Actor, application: Application, schemas: BundledSchemas
) -> None:
    stored(operator, application, schemas, "web")
    card = services.board(operator)[0].cards[0]
    assert (card.worst, card.next_step, card.revision) == ("blocker", NextStep.FIX, 0)
    assert card.open_findings > 0
    run = RunFactory.create(service=card.service, state=RunState.RUNNING.value)
    card = services.board(operator)[0].cards[0]
    assert (card.next_step, card.active_run) == (NextStep.WAIT, str(run.pk))


def test_a_list_is_narrowed_down(operator: Actor, application: Application) -> None:
    web = ServiceFactory.create(application=application, name="web", owner="team-a")
    db = ServiceFactory.create(application=application, name="db", phase="compatible")
    for filters, expected in (
        (Filters(), [db, web]),
        (Filters(ordering="-key"), [web, db]),
        (Filters(phase="compatible"), [db]),
        (Filters(owner="team-a"), [web]),
        (Filters(q="WE"), [web]),
        (Filters(application="banking-app"), [db, web]),
        (Filters(application="other"), []),
        (Filters(has_findings=True), []),
        (Filters(has_findings=False), [db, web]),
        (Filters(archived=True), []),
    ):
        assert list(services.listed(operator, filters)) == expected, filters


@pytest.mark.parametrize(
    ("standing", "step"),
    [
        (Standing(Phase.LOCAL, at_work=True), NextStep.WAIT),
        (Standing(Phase.LOCAL, readable=False), NextStep.UPLOAD),
        (Standing(Phase.LOCAL, open_questions=1, serious_findings=1), NextStep.ANSWER),
        (Standing(Phase.LOCAL, serious_findings=1), NextStep.FIX),
        (Standing(Phase.LOCAL), NextStep.MAKE_REVISION),
        (Standing(Phase.LOCAL, has_revision=True), NextStep.MAKE_REVISION),
        (Standing(Phase.LOCAL, has_revision=True, revision_current=True), NextStep.REHEARSE),
        (
            Standing(Phase.LOCAL, has_revision=True, revision_current=True, rehearsed="passed"),
            NextStep.MOVE,
        ),
        (Standing(Phase.COMPATIBLE, open_questions=1), NextStep.DEPLOY),
    ],
)
def test_there_is_one_next_step(standing: Standing, step: NextStep) -> None:
    assert next_step(standing) is step


def test_a_timeline_tells_everything_of_one_service(
    operator: Actor, application: Application, schemas: BundledSchemas
) -> None:
    stored(operator, application, schemas, "web", "db")
    web = services.listed(operator, Filters(q="web")).get()
    events = list(trail.timeline(web))
    assert [event.tag for event in events] == ["service:created"]
    assert trail.told(events[0])["service"]["key"] == "web"


def test_the_trail_is_for_auditors(
    operator: Actor, auditor: Actor, application: Application, schemas: BundledSchemas
) -> None:
    stored(operator, application, schemas, "web")
    assert not trail.events(operator).exists()
    assert trail.events(auditor).count() == 2
    only = trail.TrailFilters(action="source", application=application.pk, actor="olga")
    assert [event.tag for event in trail.events(auditor, only)] == ["source:stored"]
    exported = list(trail.export(trail.events(auditor)))
    assert len(exported) == 2
    assert exported[0].startswith('{"body":')


def test_a_digest_leads_to_what_bears_it(operator: Actor) -> None:
    found = digests.bearers(operator, "0" * 64)
    assert not found.revisions.exists()
    assert not found.rehearsals.exists()


def test_a_preview_hides_secrets_and_keeps_nothing(schemas: BundledSchemas) -> None:
    made = preview(Preview({"s.yaml": SECRET}), schemas)
    assert "hunter2" not in str(made)
    assert "kakehashi:secret" in made["manifest"]
    assert set(made) == {
        "manifest",
        "digest",
        "trail",
        "findings",
        "questions",
        "loss",
        "renames",
        "files",
    }

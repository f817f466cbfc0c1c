"""An answer that is secret is kept encrypted, used for rendering, and shown at no door."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client

from migrations_app.actions.choices import answer_questions
from migrations_app.actions.sources import store_source
from migrations_app.adapters.schemas import BundledSchemas
from migrations_app.domain.secret_answers import is_secret_answer
from migrations_app.models import Answer, Application, Assessment, AuditEvent, Service
from migrations_app.queries.actors import Actor
from migrations_app.queries.inputs import gather

SECRET = "correct-horse-42"
COMPOSE = b"""\
name: shop
services:
  web:
    image: registry.example.com/web:1
    environment: {DB_PASSWORD: "${DB_PASSWORD}", LEVEL: "${LEVEL}"}
"""
QUESTION = "variable:shop:DB_PASSWORD"


@pytest.fixture
def answered(application: Application, operator: Actor, schemas: BundledSchemas) -> Service:
    stored = store_source(
        actor=operator, application=application, files={"compose.yaml": COMPOSE}, schemas=schemas
    )
    return answer_questions(
        actor=operator,
        service=stored.matches[0].service,
        answers={QUESTION: SECRET, "variable:shop:LEVEL": "info"},
        schemas=schemas,
    )


def test_it_stands_in_no_table_and_no_event(answered: Service) -> None:
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'select * from "{table}"')
            assert SECRET not in repr(cursor.fetchall()), table
    event = AuditEvent.objects.get(tag="answer:given")
    assert "info" in event.body
    assert QUESTION in event.body


def test_it_decides_what_is_rendered(answered: Service) -> None:
    inputs = gather(answered.application)
    assert inputs.answers[QUESTION] == SECRET
    (container,) = inputs.bundle.specs[0].containers
    assert container.environment == {"DB_PASSWORD": SECRET, "LEVEL": "info"}
    kept = Assessment.objects.get(service=answered)
    assert {q["id"]: q["answer"] for q in kept.questions}[QUESTION] == "kakehashi:secret"


def test_another_secret_answer_is_another_input(
    answered: Service, operator: Actor, schemas: BundledSchemas
) -> None:
    before = gather(answered.application).answer_marks[QUESTION]
    answer_questions(
        actor=operator, service=answered, answers={QUESTION: "another-1"}, schemas=schemas
    )
    after = gather(answered.application).answer_marks[QUESTION]
    assert before != after
    assert SECRET not in before


def test_the_page_says_that_it_is_kept(answered: Service, operator: Actor) -> None:
    client = Client()
    assert operator.user is not None
    client.force_login(operator.user)
    text = client.get(f"/services/{answered.pk}/questions/").content.decode()
    assert "kept secret" in text
    assert SECRET not in text
    assert Answer.objects.get(question_id=QUESTION).value == "kakehashi:secret"


def test_a_choice_about_a_secret_is_shown() -> None:
    assert not is_secret_answer("secret-value:api:db_password", "stub")
    assert not is_secret_answer("image-name:auth-token:auth-token", "registry.example.com/auth:1")
    assert is_secret_answer("variable:shop:DB_PASSWORD", "x1")
    assert is_secret_answer("image-name:web:web", "https://me:hunter2hunter2@example.com/web")

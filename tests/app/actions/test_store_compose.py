"""Storing compose projects: what is secret in any of their files is shown nowhere."""

from __future__ import annotations

import pytest

from migrations_app.actions.choices import answer_for_application, answer_questions
from migrations_app.actions.sources import store_source
from migrations_app.adapters.schemas import BundledSchemas
from migrations_app.domain.errors import InvalidInput
from migrations_app.domain.manifests.secret_markers import MARKER
from migrations_app.models import (
    Application,
    Assessment,
    AuditEvent,
    SecretValue,
    Service,
    Source,
    SourceMember,
)
from migrations_app.queries.actors import Actor

pytestmark = pytest.mark.django_db

FILES = {
    "shop/compose.yaml": b"""\
services:
  db:
    image: postgres:16
    env_file: db.env
    environment: {API_TOKEN: "${API_TOKEN:-correct-horse-1}", POSTGRES_PASSWORD: swordfish-12}
    secrets: [key]
  web: {image: web, ports: ["80:80"]}
secrets: {key: {file: ./key.txt}}
""",
    "shop/db.env": b"DB_PASSWORD=hunter2hunter2\nLEVEL=info\n",
    "shop/key.txt": b"plain words as a key\n",
}
SECRETS = ("correct-horse-1", "swordfish-12", "hunter2hunter2", "plain words as a key")


def test_secrets_of_every_file_are_kept_encrypted_and_shown_nowhere(
    operator: Actor, application: Application, schemas: BundledSchemas
) -> None:
    stored = store_source(actor=operator, application=application, files=FILES, schemas=schemas)
    assert {(m.service.key, m.outcome) for m in stored.matches} == {
        ("web", "created"),
        ("db", "created"),
    }
    assert set(Service.objects.values_list("workload_kind", flat=True)) == {"Deployment"}
    shown = {member.path: member.redacted for member in SourceMember.objects.all()}
    assert shown["shop/key.txt"] == MARKER
    assert "LEVEL=info" in shown["shop/db.env"]
    rows = [
        str(row) for table in (Source, Assessment, AuditEvent) for row in table.objects.values()
    ]
    for secret in SECRETS:
        assert not [text for text in (*shown.values(), *rows) if secret in text], secret
    kept = {secret.versions.get().value.decode() for secret in SecretValue.objects.all()}
    assert {text.strip() for text in kept} == set(SECRETS)


def test_an_edited_project_updates_the_services_it_names(
    operator: Actor, application: Application, schemas: BundledSchemas
) -> None:
    store_source(actor=operator, application=application, files=FILES, schemas=schemas)
    edited = FILES["shop/compose.yaml"].replace(b"image: web", b"image: web:2")
    again = store_source(
        actor=operator,
        application=application,
        files={**FILES, "shop/compose.yaml": edited},
        schemas=schemas,
    )
    assert {m.service.key for m in again.matches} == {"web", "db"}
    assert "updated" in {m.outcome for m in again.matches}
    assert Service.objects.count() == 2


def test_an_answer_that_makes_a_source_unreadable_is_refused(
    operator: Actor, application: Application, schemas: BundledSchemas
) -> None:
    """It would take every service of the file out of force, its question with them."""
    files = {
        "compose.yaml": b"services:\n"
        b"  web: {image: registry.example.com/web:1, depends_on: [app]}\n"
        b"  app: {image: registry.example.com/app:1}\n"
    }
    store_source(actor=operator, application=application, files=files, schemas=schemas)
    answers: dict[str, str | None] = {"service-port:app": "banana"}
    with pytest.raises(InvalidInput, match="'banana' does not answer"):
        answer_for_application(
            actor=operator, application=application, answers=answers, schemas=schemas
        )
    with pytest.raises(InvalidInput, match="'banana' does not answer"):
        answer_questions(
            actor=operator,
            service=Service.objects.get(key="app"),
            answers=answers,
            schemas=schemas,
        )
    answer_for_application(
        actor=operator,
        application=application,
        answers={"service-port:app": "5000"},
        schemas=schemas,
    )
    assert [row.problem for row in Assessment.objects.all()] == [{}, {}]


def test_a_refused_answer_says_which_one(
    operator: Actor, application: Application, schemas: BundledSchemas
) -> None:
    files = {
        "compose.yaml": b"services:\n"
        b"  db: {image: registry.example.com/db:1, volumes: [data:/data]}\n"
        b"volumes: {data: {}}\n"
    }
    store_source(actor=operator, application=application, files=files, schemas=schemas)
    answers: dict[str, str | None] = {"volume-size:db:data": "banana", "nobody/asks": "x"}

    with pytest.raises(InvalidInput) as refused:
        answer_for_application(
            actor=operator, application=application, answers=answers, schemas=schemas
        )

    places = {(p.code, p.place.path) for p in refused.value.problems}
    assert places == {("invalid", "/volume-size:db:data"), ("unknown_question", "/nobody~1asks")}

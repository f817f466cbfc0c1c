"""Podman-like files that are stored again, edited: services go on, nothing is there twice."""

from __future__ import annotations

from migrations_app.actions.choices import answer_questions
from migrations_app.actions.sources import store_source
from migrations_app.adapters.schemas import BundledSchemas
from migrations_app.models import Application, Service
from migrations_app.queries.actors import Actor
from migrations_app.queries.inputs import gather

WEB = "  web: {image: 'registry.example.com/web:${TAG}'}\n"
DB = "  db: {image: 'registry.example.com/db:16', volumes: ['data:/data']}\n"
VOLUMES = "volumes: {data: {}}\n"


def store(actor: Actor, application: Application, schemas: BundledSchemas, text: str) -> list[str]:
    files = {"compose.yaml": f"services:\n{text}".encode()}
    stored = store_source(actor=actor, application=application, files=files, schemas=schemas)
    return [f"{match.service.key} {match.outcome}" for match in stored.matches]


def bundle_names(application: Application) -> list[str]:
    return sorted(spec.name for spec in gather(application).bundle.specs)


def test_an_edited_file_replaces_the_one_before(
    application: Application, operator: Actor, schemas: BundledSchemas
) -> None:
    assert store(operator, application, schemas, WEB + DB + VOLUMES) == [
        "web created",
        "db created",
    ]
    edited = WEB + DB.replace(":16", ":17") + VOLUMES
    assert store(operator, application, schemas, edited) == ["web unchanged", "db updated"]
    assert bundle_names(application) == ["db", "web"]
    assert "db:17" in Service.objects.get(key="db").assessment.text


def test_what_the_newer_file_leaves_out_stays_what_it_was(
    application: Application, operator: Actor, schemas: BundledSchemas
) -> None:
    """The older file is read for it as the same project: names, volumes and answers stay."""
    store(operator, application, schemas, WEB + DB + VOLUMES)
    db = Service.objects.get(key="db")
    before = db.assessment.text
    assert store(operator, application, schemas, WEB.replace("web:$", "web:v$")) == ["web updated"]
    assert bundle_names(application) == ["db", "web"]
    db.refresh_from_db()
    assert db.assessment.text == before
    assert db.identity == "compose:compose/db"
    web = Service.objects.get(key="web")
    asked = {question["id"] for question in web.assessment.questions}
    assert "variable:compose:TAG" in asked
    answer_questions(
        actor=operator, service=web, answers={"variable:compose:TAG": "1.4"}, schemas=schemas
    )
    assert "web:v1.4" in Service.objects.get(key="web").assessment.text


def test_units_that_are_stored_again_are_read_once(
    application: Application, operator: Actor, schemas: BundledSchemas
) -> None:
    for image in ("web:1", "web:2"):
        store_source(
            actor=operator,
            application=application,
            files={"web.container": f"[Container]\nImage=registry.example.com/{image}\n".encode()},
            schemas=schemas,
        )
    assert bundle_names(application) == ["web"]
    assert "web:2" in Service.objects.get(key="web").assessment.text

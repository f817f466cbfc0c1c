"""Presets on pages: read, tried while they are typed, made, versioned."""

from __future__ import annotations

import pytest
from django.test import Client

from migrations_app.actions.presets import create_preset
from migrations_app.adapters.schemas import BundledSchemas
from migrations_app.models import Application, AuditEvent, Preset, Service
from migrations_app.queries.actors import Actor
from tests.app.web.conftest import LogIn

pytestmark = pytest.mark.django_db

TEXT = """\
name: bank-registry
scope: {application: banking-app}
registry:
  rewrite: [{from: registry.example.com, to: mirror.example.org}]
"""
BROKEN = TEXT + "tags: {}\n"


@pytest.fixture
def preset(operator: Actor, application: Application, schemas: BundledSchemas) -> Preset:
    return create_preset(actor=operator, text=TEXT, schemas=schemas).preset


def test_a_preset_is_made_from_its_text(
    as_person: LogIn, operator: Actor, application: Application
) -> None:
    client = as_person(operator)
    made = client.post("/presets/new/", {"text": TEXT})
    assert made["Location"] == f"/presets/{Preset.objects.get().pk}/"
    assert client.post("/presets/new/", {"text": TEXT}).status_code == 409


def test_a_broken_text_is_kept_and_the_line_named(
    as_person: LogIn, operator: Actor, preset: Preset
) -> None:
    client = as_person(operator)
    for path in ("/presets/new/", f"/presets/{preset.pk}/"):
        made = client.post(path, {"text": BROKEN})
        assert made.status_code == 422
        assert "tags: {}" in made.content.decode()
        assert made.context["problems"][0]["line"] == 5
        assert "line 5, column 1" in made.content.decode()


def test_a_refused_text_is_still_tried_on_the_service_that_was_chosen(
    as_person: LogIn, operator: Actor, web: Service
) -> None:
    client = as_person(operator)
    chosen = f'value="{web.pk}" selected'
    refused = client.post("/presets/new/", {"text": BROKEN, "service": str(web.pk)})
    assert chosen in refused.content.decode()
    assert "This text is not a valid preset." in refused.content.decode()
    assert chosen in client.get(f"/presets/new/?answers={web.pk}").content.decode()
    assert chosen not in client.get("/presets/new/").content.decode()


def test_a_new_version_leaves_the_old_one_to_be_read(
    as_person: LogIn, operator: Actor, preset: Preset
) -> None:
    client = as_person(operator)
    newer = TEXT.replace("mirror.example.org", "newer.example.org")
    assert client.post(f"/presets/{preset.pk}/", {"text": newer}).status_code == 302
    latest = client.get(f"/presets/{preset.pk}/").content.decode()
    first = client.get(f"/presets/{preset.pk}/?version=1").content.decode()
    assert "newer.example.org" in latest
    assert "mirror.example.org" in first
    unchanged = client.post(f"/presets/{preset.pk}/", {"text": newer})
    assert unchanged.status_code == 409


def test_who_only_reads_finds_no_editor(as_person: LogIn, viewer: Actor, preset: Preset) -> None:
    client = as_person(viewer)
    page = client.get(f"/presets/{preset.pk}/?edit").content.decode()
    assert "data-editor" not in page
    assert "Make a new version" not in page
    assert "New preset" not in client.get("/presets/").content.decode()
    made = client.post(f"/presets/{preset.pk}/", {"text": TEXT + "# more\n"})
    assert made.status_code == 403
    assert preset.versions.count() == 1


def test_the_organisations_presets_are_the_administrators(
    as_person: LogIn, operator: Actor, administrator: Actor
) -> None:
    text = "name: everywhere\nregistry: {pullPolicy: Always}\n"
    assert as_person(operator).post("/presets/new/", {"text": text}).status_code == 403
    assert as_person(administrator).post("/presets/new/", {"text": text}).status_code == 302


def tried(client: Client, text: str, service: Service | str) -> str:
    pk = service.pk if isinstance(service, Service) else service
    headers = {"HX-Request": "true", "HX-Target": "preview"}
    made = client.post("/presets/preview/", {"text": text, "service": pk}, headers=headers)
    assert made.status_code == 200
    return made.content.decode()


def test_the_preview_shows_what_would_differ_and_keeps_nothing(
    as_person: LogIn, operator: Actor, web: Service
) -> None:
    events = AuditEvent.objects.count()
    client = as_person(operator)
    shown = tried(client, TEXT, web)
    assert "mirror.example.org/bank/web:1.4.2" in shown
    assert "1 field differs" in shown
    assert "Nothing differs" in tried(client, "name: idle\n", web)
    assert "required" in tried(client, "name: p\nparameters: {TAG: {required: true}}\n", web)
    assert Preset.objects.count() == 0
    assert AuditEvent.objects.count() == events


def test_the_preview_says_what_is_wrong_while_typing(
    as_person: LogIn, operator: Actor, web: Service, stranger: Actor
) -> None:
    client = as_person(operator)
    assert "preview-problems" in tried(client, BROKEN, web)
    assert "Not a preset yet" in tried(client, "{", web)
    for nothing in ("", "no-id"):
        assert "no service yet to try it on" in tried(client, TEXT, nothing)
    assert "no service yet to try it on" in tried(as_person(stranger), TEXT, web)


def test_the_impact_names_each_service_and_what_changes(
    as_person: LogIn, operator: Actor, web: Service, preset: Preset
) -> None:
    page = as_person(operator).get(f"/presets/{preset.pk}/impact/").content.decode()
    assert "web" in page
    assert "1 field" in page
    assert "mirror.example.org/bank/web:1.4.2" in page

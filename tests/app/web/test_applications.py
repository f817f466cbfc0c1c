"""Applications and their environments on pages: made, renamed, archived, refused."""

from __future__ import annotations

import pytest

from migrations_app.models import Application, Environment, Service
from migrations_app.queries.actors import Actor
from tests.app.web.conftest import LogIn

pytestmark = pytest.mark.django_db


def test_an_administrator_makes_an_application(as_person: LogIn, administrator: Actor) -> None:
    client = as_person(administrator)
    made = client.post("/applications/", {"slug": "treasury", "name": "Treasury"})
    assert made["Location"] == "/applications/treasury/"
    assert Environment.objects.filter(application__slug="treasury").count() == 3
    again = client.post("/applications/", {"slug": "treasury", "name": "Typed name"})
    assert again.status_code == 409
    assert "Typed name" in again.content.decode()
    bad = client.post("/applications/", {"slug": "No Slug!", "name": "Typed name"})
    assert bad.status_code == 422
    assert "Typed name" in bad.content.decode()
    assert "No Slug!" in bad.content.decode()


def test_who_may_not_make_one_sees_no_button_and_is_refused(
    as_person: LogIn, operator: Actor
) -> None:
    client = as_person(operator)
    assert "New application" not in client.get("/applications/?new").content.decode()
    made = client.post("/applications/", {"slug": "mine", "name": ""})
    assert made.status_code == 403
    assert not Application.objects.filter(slug="mine").exists()


def test_the_page_shows_services_environments_and_what_one_may_change(
    as_person: LogIn, operator: Actor, viewer: Actor, application: Application, web: Service
) -> None:
    page = as_person(operator).get("/applications/banking-app/").content.decode()
    for expected in ("web", "staging", "Rename", "web.yaml", "Make a revision"):
        assert expected in page
    seen = as_person(viewer).get("/applications/banking-app/").content.decode()
    for hidden in ("Rename", "Bring in a service", ">Change<", "People</h2>"):
        assert hidden not in seen


def test_renaming_keeps_the_slug_and_notices_that_somebody_was_faster(
    as_person: LogIn, operator: Actor, application: Application
) -> None:
    client = as_person(operator)
    values = {"name": "Retail banking", "version": application.version}
    assert client.post("/applications/banking-app/", values).status_code == 302
    application.refresh_from_db()
    assert (application.slug, application.name) == ("banking-app", "Retail banking")
    assert client.post("/applications/banking-app/", values).status_code == 412
    assert client.post("/applications/banking-app/", {"name": ""}).status_code == 422


def test_archiving_takes_the_typed_slug(
    as_person: LogIn, operator: Actor, application: Application
) -> None:
    client = as_person(operator)
    wrong = client.post("/applications/banking-app/archive/", {"slug": "banking"})
    assert wrong.status_code == 422
    assert "Nothing was archived" in wrong.content.decode()
    assert client.post("/applications/banking-app/archive/", {"slug": "banking-app"})
    application.refresh_from_db()
    assert application.archived is not None


def test_an_environment_that_cannot_be_keeps_what_was_typed(
    as_person: LogIn, operator: Actor, viewer: Actor, application: Application
) -> None:
    path = "/applications/banking-app/environments/staging/"
    client = as_person(operator)
    values = {"namespace": "Bad Name", "kubernetes_version": "v1", "time_zone": "Mars/Base"}
    bad = client.post(path, values)
    text = bad.content.decode()
    assert bad.status_code == 422
    for typed in values.values():
        assert f'value="{typed}"' in text
    assert text.count("kh-field__errors") == 3
    good = {"namespace": "bank", "kubernetes_version": "1.34", "time_zone": "Asia/Tokyo"}
    assert client.post(path, good).status_code == 302
    assert Environment.objects.get(application=application, name="staging").namespace == "bank"
    assert client.get("/applications/banking-app/environments/mars/").status_code == 404
    looked = as_person(viewer)
    assert "Keep" not in looked.get(path).content.decode()
    assert looked.post(path, good).status_code == 403

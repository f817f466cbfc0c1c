"""Who gets in where: every page asks who is there, and shows strangers nothing."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import URLPattern, reverse

from migrations_app.models import Application, Preset, Service
from migrations_app.queries.actors import Actor
from migrations_app.web import urls
from tests.app.web.conftest import LogIn

pytestmark = pytest.mark.django_db

OPEN_TO_ALL = {"login", "logout"}
SOMETHING = {
    "pk": "00000000-0000-7000-8000-000000000000",
    "slug": "nothing",
    "name": "local",
    "seq": 1,
}


def address(pattern: URLPattern) -> str:
    names = pattern.pattern.regex.groupindex
    return reverse(str(pattern.name), kwargs={name: SOMETHING[name] for name in names})


PAGES = [pattern for pattern in urls.urlpatterns if isinstance(pattern, URLPattern)]


@pytest.mark.parametrize("pattern", PAGES, ids=lambda pattern: str(pattern.name))
def test_nobody_sees_a_page_without_logging_in(client: Client, pattern: URLPattern) -> None:
    for method in (client.get, client.post):
        made = method(address(pattern))
        if pattern.name in OPEN_TO_ALL:
            assert made.status_code in (200, 302, 405, 422)
        elif made.status_code != 405:
            assert made.status_code == 302
            assert made["Location"].startswith("/login/?next=")


def test_htmx_is_told_to_load_the_login_page(client: Client) -> None:
    made = client.get("/runs/", headers={"HX-Request": "true", "HX-Current-URL": "http://x/runs/"})
    assert (made.status_code, made["HX-Redirect"]) == (401, "/login/?next=/runs/")


def test_what_a_stranger_may_not_see_is_not_there(
    as_person: LogIn, stranger: Actor, application: Application, web: Service
) -> None:
    preset = Preset.objects.create(name="bank", application=application)
    client = as_person(stranger)
    for target in (
        f"/applications/{application.slug}/",
        f"/applications/{application.slug}/environments/local/",
        f"/services/{web.pk}/move/?to=compatible",
        f"/presets/{preset.pk}/",
        f"/presets/{preset.pk}/impact/",
        "/audit/",
        "/audit/1/",
        "/people/",
        "/styleguide/",
    ):
        assert client.get(target).status_code == 404, target
    for target in ("/", "/?view=table", "/applications/", "/search/?q=web"):
        assert web.key not in client.get(target).content.decode().replace("data-web", ""), target


def test_the_navigation_offers_what_a_role_can_use(
    as_person: LogIn, operator: Actor, viewer: Actor, administrator: Actor, auditor: Actor
) -> None:
    def offered(actor: Actor) -> set[str]:
        page = as_person(actor).get("/account/")
        return {item.name for item in page.context["shell"].navigation}

    everybody = {"portfolio", "applications", "presets", "runs"}
    assert offered(viewer) == everybody
    assert offered(operator) == everybody | {"upload", "hosts"}
    assert offered(auditor) == everybody | {"audit"}
    assert offered(administrator) == everybody | {"hosts", "people", "audit"}


@pytest.mark.parametrize("path", ["/", "/runs/", "/applications/", "/presets/", "/account/"])
def test_pages_allow_nothing_that_is_not_ours(as_person: LogIn, viewer: Actor, path: str) -> None:
    made = as_person(viewer).get(path)
    policy, text = made["Content-Security-Policy"], made.content.decode()
    assert "unsafe" not in policy
    assert f"'nonce-{made.wsgi_request.csp_nonce}'" in policy
    for forbidden in (' style="', " onclick=", "<style", "https://", "javascript:"):
        assert forbidden not in text, forbidden

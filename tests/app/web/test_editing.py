"""Editing a manifest in the browser, without scripts: look, keep, decide, take back."""

from __future__ import annotations

import html
import re
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from migrations_app.actions.sources import store_source
from migrations_app.adapters.schemas import BundledSchemas
from migrations_app.models import Application, Assessment, ManifestEdit, Service
from migrations_app.queries.actors import Actor
from tests.app.web.seeding import DEPLOYMENT, SOUND

LogIn = Callable[[Actor], Client]


def _store(actor: Actor, application: Application, schemas: BundledSchemas, image: str) -> Service:
    text = DEPLOYMENT.format(name="web", image=image, more=SOUND)
    files = {"web.yaml": text.encode()}
    stored = store_source(actor=actor, application=application, files=files, schemas=schemas)
    return stored.matches[0].service


@pytest.fixture
def typed(web: Service) -> Callable[..., dict[str, str]]:
    """The form of the editor with one thing changed in the text."""

    def form(old: str, new: str, **more: str) -> dict[str, str]:
        web.refresh_from_db()
        text = Assessment.objects.get(service=web).text
        assert old in text
        changed = text.replace(old, new).replace("\n", "\r\n")
        return {"text": changed, "environment": "", "version": str(web.version), **more}

    return form


def test_a_text_is_looked_at_before_it_is_kept(
    web: Service, operator: Actor, as_person: LogIn, typed: Callable[..., dict[str, str]]
) -> None:
    browser = as_person(operator)
    address = reverse("service-manifest-edit", args=[web.pk])
    assert address in browser.get(reverse("service-manifest", args=[web.pk])).content.decode()
    looked = browser.post(address, typed("web:1.4.2", "web:1.5.0", look="1"))
    assert looked.status_code == 200
    assert "web:1.5.0" in looked.content.decode()
    assert not ManifestEdit.objects.exists()
    kept = browser.post(address, typed("web:1.4.2", "web:1.5.0"), follow=True)
    page = kept.content.decode()
    assert "web:1.5.0" in page
    assert "The edit is kept" in page
    assert "kh-origin--edit" in page
    assert ManifestEdit.objects.get().by_name == operator.name


def test_what_is_wrong_is_shown_by_line_and_nothing_typed_is_lost(
    web: Service, operator: Actor, as_person: LogIn, typed: Callable[..., dict[str, str]]
) -> None:
    browser = as_person(operator)
    address = reverse("service-manifest-edit", args=[web.pk])
    broken = browser.post(address, typed("kind: Deployment", "kind: [Deployment"))
    assert broken.status_code == 400
    assert "kind: [Deployment" in html.unescape(broken.content.decode())
    assert re.search(r"line \d+", broken.content.decode())
    other = browser.post(address, typed("kind: Deployment", "kind: DaemonSet"))
    assert other.status_code == 422
    assert "is not one of the service" in html.unescape(other.content.decode())


def test_a_contradiction_is_shown_in_three_columns_and_decided(
    web: Service,
    operator: Actor,
    application: Application,
    schemas: BundledSchemas,
    as_person: LogIn,
    typed: Callable[..., dict[str, str]],
) -> None:
    browser = as_person(operator)
    address = reverse("service-manifest-edit", args=[web.pk])
    browser.post(address, typed("web:1.4.2", "web:mine"))
    _store(operator, application, schemas, "registry.example.com/bank/web:1.6.0")
    findings = browser.get(reverse("service-findings", args=[web.pk])).content.decode()
    assert f"{address}?environment=" in findings
    page = browser.get(address).content.decode()
    for value in ("web:1.4.2", "web:mine", "web:1.6.0"):
        assert value in page
    name = html.unescape(re.search(r'name="(choice:[^"]+)"', page).group(1))  # type: ignore[union-attr]
    assert name == "choice:Deployment/web/spec/template/spec/containers/web/image"
    done = browser.post(
        reverse("service-edit-settle", args=[web.pk]), {name: "generated", "environment": ""}
    )
    assert done.status_code == 302
    assert "web:1.6.0" in Assessment.objects.get(service=web).text
    assert not ManifestEdit.objects.exists()


def test_an_edit_is_taken_back(
    web: Service, operator: Actor, as_person: LogIn, typed: Callable[..., dict[str, str]]
) -> None:
    browser = as_person(operator)
    browser.post(reverse("service-manifest-edit", args=[web.pk]), typed("web:1.4.2", "web:mine"))
    gone = browser.post(reverse("service-edit-remove", args=[web.pk]), {"environment": ""})
    assert gone.status_code == 302
    assert "web:mine" not in Assessment.objects.get(service=web).text


def test_a_late_edit_is_refused_and_kept_in_the_form(
    web: Service, operator: Actor, as_person: LogIn, typed: Callable[..., dict[str, str]]
) -> None:
    browser = as_person(operator)
    form = typed("web:1.4.2", "web:mine", version=str(web.version - 1))
    late = browser.post(reverse("service-manifest-edit", args=[web.pk]), form)
    assert late.status_code == 412
    assert "web:mine" in late.content.decode()
    assert not ManifestEdit.objects.exists()


def test_a_viewer_may_not_edit(web: Service, viewer: Actor, as_person: LogIn) -> None:
    browser = as_person(viewer)
    address = reverse("service-manifest-edit", args=[web.pk])
    assert browser.get(address).status_code == 403
    assert browser.post(address, {"text": "x"}).status_code == 403
    page = browser.get(reverse("service-manifest", args=[web.pk])).content.decode()
    assert address not in page

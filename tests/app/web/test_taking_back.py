"""Undo on the pages: where it stands, what it does, and who is offered it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from migrations_app.actions.choices import accept_fix, answer_for_application, answer_questions
from migrations_app.actions.sources import store_source
from migrations_app.adapters.schemas import BundledSchemas
from migrations_app.models import AcceptedFix, Answer, Application, Assessment, Service
from migrations_app.queries.actors import Actor
from tests.app.web.seeding import DEPLOYMENT, SOUND

LogIn = Callable[[Actor], Client]
PAGES = ("service-findings", "service-manifest", "service-timeline")


@pytest.fixture
def fixed(operator: Actor, application: Application, schemas: BundledSchemas) -> AcceptedFix:
    """The fix of a short image name, in force."""
    text = DEPLOYMENT.format(name="web", image="nginx:1.27", more=SOUND)
    stored = store_source(
        actor=operator, application=application, files={"web.yaml": text.encode()}, schemas=schemas
    )
    service = stored.matches[0].service
    found = Assessment.objects.get(service=service).findings
    wanted = next(r["fingerprint"] for r in found if r["code"] == "IMG-01")
    accept_fix(actor=operator, service=service, fingerprint=wanted, schemas=schemas)
    return AcceptedFix.objects.get()


def _undo(fix: AcceptedFix) -> str:
    return reverse("service-fix-undo", args=[fix.service_id, fix.fingerprint])


@pytest.mark.parametrize("name", PAGES)
def test_a_fix_in_force_is_undone_from_each_page(
    name: str, fixed: AcceptedFix, operator: Actor, as_person: LogIn
) -> None:
    browser = as_person(operator)
    address = reverse(name, args=[fixed.service_id])
    assert _undo(fixed) in browser.get(address).content.decode()
    answer = browser.post(_undo(fixed), {"page": name}, follow=True)
    assert answer.redirect_chain == [(address, 302)]
    assert "The fix is taken back." in answer.content.decode()
    assert _undo(fixed) not in answer.content.decode()
    assert not AcceptedFix.objects.exists()


@pytest.mark.parametrize("name", PAGES)
def test_a_viewer_is_offered_no_undo(
    name: str, fixed: AcceptedFix, viewer: Actor, as_person: LogIn
) -> None:
    browser = as_person(viewer)
    page = browser.get(reverse(name, args=[fixed.service_id]))
    assert _undo(fixed) not in page.content.decode()
    assert browser.post(_undo(fixed), {"page": name}).status_code == 403
    assert AcceptedFix.objects.exists()


def test_a_stranger_finds_no_fix_to_undo(
    fixed: AcceptedFix, stranger: Actor, as_person: LogIn
) -> None:
    assert as_person(stranger).post(_undo(fixed)).status_code == 404


def test_the_second_click_is_told_that_it_came_late(
    fixed: AcceptedFix, operator: Actor, as_person: LogIn
) -> None:
    browser = as_person(operator)
    assert browser.post(_undo(fixed), {"page": "service-timeline"}).status_code == 302
    answer = browser.post(_undo(fixed), {"page": "service-timeline"})
    assert answer.status_code == 409
    assert "not in force" in answer.content.decode()


def test_a_strange_page_to_come_back_to_is_not_followed(
    fixed: AcceptedFix, operator: Actor, as_person: LogIn
) -> None:
    answer = as_person(operator).post(_undo(fixed), {"page": "https://example.com/"})
    assert answer["Location"] == reverse("service-findings", args=[fixed.service_id])


def test_the_timeline_offers_undo_once_after_a_fix_was_accepted_again(
    fixed: AcceptedFix, operator: Actor, as_person: LogIn, schemas: BundledSchemas
) -> None:
    browser = as_person(operator)
    browser.post(_undo(fixed))
    accept_fix(
        actor=operator, service=fixed.service, fingerprint=fixed.fingerprint, schemas=schemas
    )
    page = browser.get(reverse("service-timeline", args=[fixed.service_id])).content.decode()
    assert page.count("Fix accepted") == 2
    assert page.count(_undo(fixed)) == 1


@pytest.mark.parametrize("whole", [False, True], ids=["of the service", "of the application"])
def test_an_answer_is_taken_back_where_it_was_given(
    whole: bool,
    asking: Service,
    operator: Actor,
    application: Application,
    as_person: LogIn,
    schemas: BundledSchemas,
) -> None:
    question = Assessment.objects.get(service=asking).questions[0]
    answers = {question["id"]: question["recommended"]}
    if whole:
        answer_for_application(
            actor=operator, application=application, answers=answers, schemas=schemas
        )
    else:
        answer_questions(actor=operator, service=asking, answers=answers, schemas=schemas)
    browser = as_person(operator)
    address = reverse("service-questions", args=[asking.pk])
    page = browser.get(address).content.decode()
    assert f'name="withdraw" value="{question["id"]}"' in page
    data = {"withdraw": question["id"], **({"scope": "application"} if whole else {})}
    answer = browser.post(address, data, follow=True)
    assert "The question is open again." in answer.content.decode()
    assert not Answer.objects.exists()

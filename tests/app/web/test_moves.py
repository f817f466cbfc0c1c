"""Moving a service from the board: the server decides, and a refusal is an answer."""

from __future__ import annotations

import pytest
from django.test import Client

from migrations_app.actions.revisions import Wish, make_revision
from migrations_app.adapters.schemas import BundledSchemas
from migrations_app.models import AuditEvent, Service
from migrations_app.queries.actors import Actor
from tests.app.web.conftest import LogIn
from tests.factories import RehearsalFactory, RunFactory

pytestmark = pytest.mark.django_db

ON_BOARD = {"HX-Request": "true", "HX-Target": "board"}


def ready(operator: Actor, service: Service, schemas: BundledSchemas) -> None:
    revision, _new = make_revision(
        actor=operator, service=service, wish=Wish("local", {}, {}), schemas=schemas
    )
    RehearsalFactory.create(
        service=service,
        revision=revision,
        run=RunFactory.create(service=service),
        base_digest=revision.base_digest,
        shared_digest=revision.shared_digest,
    )


def move(
    client: Client, service: Service, to: str, *, board: bool = True, reason: str = ""
) -> object:
    headers = ON_BOARD if board else {}
    values = {"to": to, "reason": reason, "board": "?q=web"}
    return client.post(f"/services/{service.pk}/move/", values, headers=headers)


def test_closed_gates_refuse_with_a_row_each_and_nothing_moves(
    as_person: LogIn, operator: Actor, web: Service
) -> None:
    made = move(as_person(operator), web, "compatible")
    text = made.content.decode()
    assert made.status_code == 409
    assert (made["HX-Retarget"], made["HX-Reswap"]) == ("#board", "outerHTML")
    closed = made.context["refusal"]["closed"]
    assert f"Not moved to Compatible: {len(closed)} of 13 gates are closed" in text
    assert text.count("kh-gate--closed") == len(closed) > 0
    assert "Nothing was changed." in text
    assert "data-ghost" in text
    web.refresh_from_db()
    assert web.phase == "local"
    assert AuditEvent.objects.filter(tag="service:moved", outcome="refused").count() == 1


def test_open_gates_let_it_through_and_the_board_keeps_its_filters(
    as_person: LogIn, operator: Actor, web: Service, schemas: BundledSchemas
) -> None:
    ready(operator, web, schemas)
    made = move(as_person(operator), web, "compatible")
    assert made.status_code == 200
    assert made.context["wanted"].q == "web"
    assert [column.count for column in made.context["columns"]] == [0, 1, 0, 0]
    assert 'hx-swap-oob="true"' in made.content.decode()


def test_without_scripts_a_move_leads_back_and_a_refusal_is_a_page(
    as_person: LogIn, operator: Actor, web: Service, schemas: BundledSchemas
) -> None:
    client = as_person(operator)
    refused = move(client, web, "compatible", board=False)
    assert refused.status_code == 409
    assert "<h1>" in refused.content.decode()
    ready(operator, web, schemas)
    assert move(client, web, "compatible", board=False).status_code == 302


def test_a_move_back_asks_for_a_reason_and_keeps_what_was_typed(
    as_person: LogIn, operator: Actor, web: Service
) -> None:
    Service.objects.filter(pk=web.pk).update(phase="compatible")
    client = as_person(operator)
    asked = client.get(f"/services/{web.pk}/move/?to=local")
    assert "Move web back to Local" in asked.content.decode()
    on_board = move(client, web, "local")
    assert on_board.status_code == 422
    assert 'name="reason"' in on_board.content.decode()
    blank = move(client, web, "local", board=False, reason="  ")
    assert blank.status_code == 422
    assert move(client, web, "local", board=False, reason="It leaks").status_code == 302
    assert web.moves.filter(start="compatible").get().reason == "It leaks"


def test_an_unlawful_move_names_the_lawful_ones(
    as_person: LogIn, operator: Actor, web: Service
) -> None:
    made = move(as_person(operator), web, "production")
    assert made.status_code == 409
    assert "Not moved to Production" in made.content.decode()


def test_who_only_looks_may_not_move(as_person: LogIn, viewer: Actor, web: Service) -> None:
    made = move(as_person(viewer), web, "compatible")
    assert made.status_code == 403
    assert "operator" in made.content.decode().lower()
    web.refresh_from_db()
    assert web.phase == "local"


def test_nonsense_leads_to_the_service(as_person: LogIn, operator: Actor, web: Service) -> None:
    made = move(as_person(operator), web, "mars")
    assert (made.status_code, made["Location"]) == (302, f"/services/{web.pk}/")

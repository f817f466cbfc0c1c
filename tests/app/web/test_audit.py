"""The audit trail on its page: filters, one event, export, verifying, a broken chain."""

from __future__ import annotations

import json
import warnings

import pytest
from django.db import connection
from django.utils.html import escape

from migrations_app.models import AuditEvent, Service
from migrations_app.queries.actors import Actor
from tests.app.web.conftest import LogIn

pytestmark = pytest.mark.django_db


def test_events_are_filtered_by_the_address(
    as_person: LogIn, auditor: Actor, operator: Actor, web: Service
) -> None:
    client = as_person(auditor)

    def tags(query: str) -> list[str]:
        return [event["tag"] for event in client.get(f"/audit/?{query}").context["events"]]

    assert set(tags("")) == {"source:stored", "service:created"}
    assert tags("action=service:created") == ["service:created"]
    assert tags("q=web") == ["service:created"]
    assert len(tags("q=olga")) == 2
    assert tags("q=nobody") == []
    assert len(tags("application=banking-app")) == 2
    assert tags("outcome=refused") == []
    assert tags("to=2001-01-01") == []
    for nonsense in ("from=yesterday", "outcome=x&action=y", "from=2024-02-31", "q=%27%22%3C"):
        assert client.get(f"/audit/?{nonsense}").status_code == 200
    assert "No event matches" in client.get("/audit/?q=nobody").content.decode()


def test_one_event_opens_in_a_drawer_or_on_a_page(
    as_person: LogIn, auditor: Actor, web: Service
) -> None:
    client = as_person(auditor)
    whole = client.get("/audit/1/").content.decode()
    part = client.get("/audit/1/", headers={"HX-Request": "true"}).content.decode()
    event = AuditEvent.objects.get(seq=1)
    for text in (whole, part):
        assert event.hash in text
        assert "request-1" in text
    assert "<html" in whole
    assert "<html" not in part
    assert client.get("/audit/999/").status_code == 404


def test_the_export_holds_what_the_page_shows(
    as_person: LogIn, auditor: Actor, web: Service
) -> None:
    client = as_person(auditor)
    page = client.get("/audit/?action=service&q=web&application=banking-app&from=2001-01-01")
    address = page.context["export_jsonl"]
    assert f'href="{escape(address)}"' in page.content.decode()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it streams for an ASGI server
        lines = b"".join(client.get(address)).decode().splitlines()
    assert [json.loads(line)["seq"] for line in lines] == [
        str(event["seq"]) for event in page.context["events"]
    ]


def test_verifying_says_whether_the_chain_holds_and_is_recorded(
    as_person: LogIn, auditor: Actor, operator: Actor, web: Service
) -> None:
    client = as_person(auditor)
    assert client.get("/audit/").context["chain"].state == "unknown"
    assert client.post("/audit/verify/").status_code == 302
    chain = client.get("/audit/").context["chain"]
    assert (chain.state, chain.checked, chain.events) == ("intact", 2, 3)
    assert "Audit chain intact" in client.get("/presets/").content.decode()
    assert as_person(operator).post("/audit/verify/").status_code == 403


def test_a_broken_chain_is_shown_with_its_first_bad_link(
    as_person: LogIn, auditor: Actor, web: Service
) -> None:
    with connection.cursor() as cursor:
        names = triggers(cursor)
        for name in names:
            cursor.execute(f"DROP TRIGGER {name}")
        cursor.execute(
            "UPDATE migrations_app_auditevent SET body = replace(body, 'olga', 'eve') WHERE seq = 1"
        )
    client = as_person(auditor)
    client.post("/audit/verify/")
    page = client.get("/audit/").content.decode()
    assert "Broken at no. 1" in page
    assert 'role="alert"' in page


def triggers(cursor: object) -> list[str]:
    """The names of the triggers that keep the trail as it is, on SQLite."""
    cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")  # type: ignore[attr-defined]
    return [row[0] for row in cursor.fetchall()]  # type: ignore[attr-defined]

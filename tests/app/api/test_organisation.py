"""Hosts, people, tokens, the audit trail, probes and the schema."""

from __future__ import annotations

import asyncio
import csv
import io
import json
from typing import Any

import pytest
from django.db.utils import OperationalError

from migrations_app import wiring
from migrations_app.adapters.fakes.podman import FakePodman
from migrations_app.api import health
from migrations_app.api.v1.audit import cells
from migrations_app.domain.errors import EngineUnreachable
from migrations_app.domain.messages import msg
from migrations_app.models import Application, Host, Service
from migrations_app.queries.actors import Actor
from tests.app.api.conftest import Api, close, require_problem, session_of, token_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> FakePodman:
    made = FakePodman(images={"localhost/web:1": "sha256:" + "0" * 64})
    made.run("web", "localhost/web:1")
    monkeypatch.setattr(wiring, "podman_engine", lambda _host: made)
    return made


@pytest.fixture
def local(db: None) -> Host:
    return Host.objects.create(name="local", allow_rehearsal=True)


def test_a_host_is_tested_and_seen(admin: Api, local: Host, engine: FakePodman) -> None:
    tested = admin.post("hosts/local/test/")
    assert tested.status_code == 200, tested.content
    assert tested.json()["engine"]["version"] == "5.8.0"
    assert tested.json()["last_error"] == ""
    engine.fail("info", EngineUnreachable(msg("Nothing answers there.")))
    failed = admin.post("hosts/local/test/")
    assert (failed.status_code, failed.json()["last_error"]) == (200, "Nothing answers there.")
    assert admin.get(f"hosts/{local.pk}/").json()["name"] == "local"


def test_what_runs_on_a_host_is_listed_for_operators(
    api: Api, local: Host, engine: FakePodman
) -> None:
    listed = api.get("hosts/local/workloads/").json()
    assert [(item["name"], item["kind"]) for item in listed["results"]] == [("web", "container")]
    engine.fail("workloads", EngineUnreachable(msg("Nothing answers there.")))
    away = api.get("hosts/local/workloads/")
    assert (away.status_code, away.json()["code"]) == (502, "engine_unreachable")


def test_a_capture_is_a_run(
    api: Api, local: Host, engine: FakePodman, application: Application
) -> None:
    body = {"names": ["web"], "application": "banking-app"}
    started = api.post("hosts/local/captures/", body)
    assert (started.status_code, started.json()["kind"]) == (202, "capture")
    assert api.post("hosts/local/captures/", body).json()["code"] == "run_active"
    assert api.post("hosts/local/captures/", {**body, "names": []}).status_code == 422


def test_hosts_are_added_and_changed_by_administrators(admin: Api, local: Host) -> None:
    url = "ssh://podman:secret@far.example.com/run/podman/podman.sock"
    refused = admin.post("hosts/", {"name": "far", "url": url})
    assert refused.status_code == 422
    assert "secret" not in refused.content.decode()
    added = admin.post("hosts/", {"name": "far", "url": url.replace(":secret", "")})
    assert (added.status_code, added.json()["allow_rehearsal"]) == (201, False)
    Host.objects.filter(name="far").update(url=url)
    assert "secret" not in admin.get("hosts/far/").content.decode()
    for wrong in ("", "http://[", "unix://[", "ftp://x", "/just/a/path", "ssh://"):
        assert admin.post("hosts/", {"name": "bad", "url": wrong}).status_code == 422, wrong
    tag = admin.get("hosts/local/")["ETag"]
    changed = admin.patch("hosts/local/", {"allow_rehearsal": False}, If_Match=tag)
    assert changed.json()["allow_rehearsal"] is False


def test_people_get_accounts_and_roles(admin: Api, application: Application) -> None:
    made = admin.post("users/", {"username": "ines", "password": "correct horse battery 9"})
    assert made.status_code == 201, made.content
    assert "password" not in made.json()
    weak = admin.post("users/", {"username": "paul", "password": "123"})
    assert weak.status_code == 422
    assert admin.post("users/", {"username": "ines"}).status_code == 409
    body = {"user": "ines", "role": "operator", "application": "banking-app"}
    granted = admin.post("memberships/", body)
    assert granted.status_code == 201, granted.content
    assert admin.post("memberships/", body).status_code == 409
    listed = admin.get("memberships/?user=ines").json()["results"]
    assert [(item["role"], item["application"]) for item in listed] == [("operator", "banking-app")]
    assert admin.delete(f"memberships/{granted.json()['id']}/").status_code == 204
    path = f"users/{made.json()['id']}/"
    tag = admin.get(path)["ETag"]
    assert admin.patch(path, {"active": False}, If_Match=tag).json()["active"] is False
    assert admin.patch(path, {"active": True}, If_Match=tag).status_code == 412


def test_the_last_administrator_stays(admin: Api, administrator: Actor) -> None:
    membership = admin.get("memberships/?role=administrator").json()["results"][0]
    assert admin.delete(f"memberships/{membership['id']}/").status_code == 409


def test_tokens_are_ones_own(operator: Actor, viewer: Actor, admin: Api) -> None:
    mine = session_of(operator.user)
    mine.client.cookies["csrftoken"] = "a" * 32
    made = mine.post("tokens/", {"name": "ci", "scopes": ["read"], "days": 7}, X_CSRFToken="a" * 32)
    assert made.status_code == 201, made.content
    token = made.json()
    assert token["scopes"] == ["read"]
    with_it = Api(token["token"])
    assert with_it.get("applications/").status_code == 200
    assert (
        with_it.patch("applications/banking-app/", {"name": "x"}, If_Match="*").status_code == 403
    )
    assert "token" not in with_it.get(f"tokens/{token['id']}/").json()
    assert Api(token_of(viewer)).get(f"tokens/{token['id']}/").status_code == 404
    beyond = mine.post("tokens/", {"scopes": ["admin"]}, X_CSRFToken="a" * 32)
    assert beyond.status_code == 422
    assert admin.post(f"tokens/{token['id']}/revoke/").json()["revoked"]
    assert with_it.get("applications/").status_code == 401


@pytest.fixture
def auditing(auditor: Actor) -> Api:
    return Api(token_of(auditor))


def test_the_trail_is_filtered_and_read_by_cursor(auditing: Api, web: Service) -> None:
    page = auditing.get("audit/events/?page_size=2").json()
    assert "count" not in page
    assert [event["seq"] for event in page["results"]] == [3, 2]
    assert page["results"][0]["action"] == "source:stored"
    rest = auditing.get(page["next"].replace("http://testserver", "")).json()
    assert [event["seq"] for event in rest["results"]] == [1]
    for query, count in (
        ("action=service", 2),
        ("action=source:stored", 1),
        ("actor=olga", 3),
        ("actor=nobody", 0),
        ("application=banking-app", 3),
        (f"application={web.application_id}", 3),
        ("application=nothing", 0),
        (f"service={web.pk}", 1),
        ("from=2000-01-01T00:00:00Z", 3),
        ("to=2000-01-01T00:00:00Z", 0),
        ("outcome=refused", 0),
    ):
        found = auditing.get(f"audit/events/?{query}").json()["results"]
        assert len(found) == count, query
    assert auditing.get("audit/events/?from=yesterday").status_code == 422
    assert auditing.post("audit/events/", {}).status_code == 405


def test_whoever_is_refused_is_in_the_trail(auditing: Api, outside: Api, web: Service) -> None:
    for path in ("users/", "audit/events/", "hosts/"):
        assert outside.get(path).status_code == 403
    assert outside.post("hosts/local/test/").status_code == 403
    told = auditing.get("audit/events/?outcome=refused").json()["results"]
    assert [(event["action"], event["actor"]["name"]) for event in told] == [
        ("access:refused", "stefan")
    ] * 4
    assert {event["data"]["verb"] for event in told} == {"view", "read_audit", "manage_users"}


def test_the_chain_is_verified(auditing: Api, web: Service) -> None:
    told = auditing.get("audit/verification/").json()
    assert (told["intact"], told["events"], told["first_bad"]) == (True, 3, None)


def exported(response: Any) -> str:
    async def whole() -> bytes:
        return b"".join([piece async for piece in response.streaming_content])

    text = asyncio.run(whole()).decode()
    close(response)
    return text


@pytest.mark.django_db(transaction=True)
def test_the_trail_is_exported_line_by_line(auditing: Api, web: Service) -> None:
    told = exported(auditing.get("audit/export/")).splitlines()
    assert [json.loads(line)["seq"] for line in told] == ["1", "2", "3"]
    assert set(json.loads(told[0])) == {"seq", "prev", "hash", "body"}
    sheet = exported(auditing.get("audit/export/?format=csv&action=source"))
    rows = list(csv.DictReader(io.StringIO(sheet)))
    assert [row["action"] for row in rows] == ["source:stored"]
    assert auditing.get("audit/export/?format=xml").status_code == 422


def test_no_cell_of_an_export_is_a_formula() -> None:
    told = {
        **dict.fromkeys(("seq", "at", "action", "outcome", "digest", "id"), ""),
        "actor": {"name": "=1+1"},
        "application": None,
        "service": {"key": "@x"},
    }
    assert {"'=1+1", "'@x"} <= set(cells(told))


def test_probes_say_whether_the_process_can_work(
    client: Any, db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert client.get("/healthz").json() == {"status": "ok"}
    ready = client.get("/readyz")
    assert (ready.status_code, ready.json()["status"]) == (200, "ok")
    assert {"database", "migrations", "broker", "workers", "waiting"} <= set(ready.json())

    def away() -> None:
        raise OperationalError("gone")

    monkeypatch.setattr(health, "work_status", away)
    broken = client.get("/readyz")
    assert (broken.status_code, broken.json()["database"]) == (503, "unreachable")
    assert client.get("/healthz").status_code == 200
    assert client.post("/readyz").status_code == 405


def test_the_schema_is_served_as_yaml_and_json(api: Api) -> None:
    yaml = api.get("schema/")
    assert yaml.status_code == 200
    assert b"openapi: 3.1.0" in yaml.content
    as_json = api.get("schema/?format=json")
    assert json.loads(as_json.content)["info"]["title"] == "Kakehashi"
    assert require_problem(api.get("schema/?format=toml"))["status"] == 422
    assert b"swagger" in api.get("docs/").content

"""``ETag``, ``If-Match``, ``Idempotency-Key``, pages and their links."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from migrations_app.models import Application, AuthToken, IdempotencyKey, Service
from migrations_app.queries.actors import Actor
from tests.app.api.conftest import Api
from tests.factories import ServiceFactory

pytestmark = pytest.mark.django_db


def test_a_change_needs_the_tag_of_what_was_read(api: Api, web: Service) -> None:
    read = api.get(f"services/{web.pk}/")
    body = {"owner": "team-a", "labels": {"tier": "1"}}
    missing = api.patch(f"services/{web.pk}/", body)
    assert (missing.status_code, missing.json()["code"]) == (428, "precondition_required")
    changed = api.patch(f"services/{web.pk}/", body, If_Match=read["ETag"])
    assert changed.status_code == 200
    assert (changed.json()["owner"], changed.json()["labels"]) == ("team-a", {"tier": "1"})
    assert changed["ETag"] != read["ETag"]
    stale = api.patch(f"services/{web.pk}/", body, If_Match=read["ETag"])
    assert (stale.status_code, stale.json()["code"]) == (412, "stale")
    assert stale["ETag"] == changed["ETag"]
    listed = f'"other", {changed["ETag"]}'
    assert api.patch(f"services/{web.pk}/", body, If_Match=listed).status_code == 200


def test_everything_of_a_service_shares_its_tag(api: Api, web: Service) -> None:
    tags = {
        api.get(f"services/{web.pk}/{part}")["ETag"]
        for part in ("", "findings/", "questions/", "loss-report/", "presets/", "gates/", "moves/")
    }
    assert len(tags) == 1
    tag = tags.pop()
    answered = api.put(f"services/{web.pk}/answers/", {}, If_Match=tag)
    assert answered.status_code == 200
    assert answered["ETag"] != tag
    assert api.put(f"services/{web.pk}/presets/", [], If_Match=tag).status_code == 412
    again = api.put(f"services/{web.pk}/presets/", [], If_Match=answered["ETag"])
    assert (again.status_code, again.json()) == (200, [])


def test_an_environment_that_is_made_needs_no_tag(api: Api, application: Application) -> None:
    made = api.put("applications/banking-app/environments/qa/", {"namespace": "bank-qa"})
    assert made.status_code == 201
    path = "applications/banking-app/environments/qa/"
    assert api.put(path, {"namespace": "x"}).status_code == 428
    shown = api.get(path)
    assert shown["ETag"] == made["ETag"]
    changed = api.put(path, {**shown.json(), "time_zone": "Asia/Tokyo"}, If_Match=shown["ETag"])
    assert (changed.status_code, changed.json()["time_zone"]) == (200, "Asia/Tokyo")
    assert api.put(path, {"name": "other"}, If_Match="*").status_code == 422


def test_the_questions_of_an_application_have_a_tag_of_their_own(api: Api, web: Service) -> None:
    read = api.get("applications/banking-app/questions/")
    assert api.put("applications/banking-app/answers/", {}).status_code == 428
    changed = api.put("applications/banking-app/answers/", {}, If_Match=read["ETag"])
    assert changed.status_code == 200
    unknown = api.put(
        "applications/banking-app/answers/", {"nobody asks": "x"}, If_Match=changed["ETag"]
    )
    assert unknown.status_code == 422


def test_what_has_not_changed_is_not_sent_again(api: Api, web: Service) -> None:
    read = api.get(f"services/{web.pk}/")
    again = api.get(f"services/{web.pk}/", If_None_Match=read["ETag"])
    assert (again.status_code, again.content) == (304, b"")
    raw = api.get(f"sources/{web.service_sources.get().source_id}/raw/")
    assert raw["ETag"]
    assert api.send("HEAD", f"services/{web.pk}/")["ETag"] == read["ETag"]
    listed = api.get("applications/")
    assert api.get("applications/", If_None_Match=listed["ETag"]).status_code == 304


def test_a_request_that_is_sent_twice_is_done_once(api: Api, application: Application) -> None:
    body = {
        "application": "banking-app",
        "content": "kind: Pod\napiVersion: v1\n"
        "metadata: {name: p}\nspec: {containers: [{name: p, image: p}]}\n",
    }
    first = api.post("sources/", body, Idempotency_Key="key-1")
    second = api.post("sources/", body, Idempotency_Key="key-1")
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json() == second.json()
    assert second["Location"] == first["Location"]
    assert second["Idempotency-Replayed"] == "true"
    other = api.post("sources/", {**body, "filename": "x.yaml"}, Idempotency_Key="key-1")
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_mismatch")
    assert api.post("sources/", body, Idempotency_Key="\u3042").status_code == 400
    assert api.post("sources/", body, Idempotency_Key="x" * 201).status_code == 400


def test_a_refusal_is_not_remembered(api: Api, web: Service) -> None:
    path, body = f"services/{web.pk}/moves/", {"to": "local", "reason": "back"}
    assert api.post(path, body, Idempotency_Key="k").status_code == 409
    Service.objects.filter(pk=web.pk).update(phase="compatible")
    assert api.post(path, body, Idempotency_Key="k").status_code == 201


def test_a_repeated_answer_does_not_tell_a_token_again(operator: Actor) -> None:
    client = Client()
    client.force_login(operator.user)  # type: ignore[arg-type]
    api = Api(client=client)
    first = api.post("tokens/", {"name": "ci", "scopes": ["read"]}, Idempotency_Key="t")
    second = api.post("tokens/", {"name": "ci", "scopes": ["read"]}, Idempotency_Key="t")
    text = first.json()["token"]
    assert text.startswith("kk_")
    assert second.json() == {**first.json(), "token": None}
    assert text not in str(IdempotencyKey.objects.values_list("response", flat=True))
    assert AuthToken.objects.count() == 1


def test_lists_come_in_pages_with_links(api: Api, application: Application) -> None:
    for number in range(5):
        ServiceFactory.create(application=application, name=f"s{number}")
    first: Any = api.get("services/?page_size=2")
    assert (first.json()["count"], len(first.json()["results"])) == (5, 2)
    assert first.json()["previous"] is None
    assert f'<{first.json()["next"]}>; rel="next"' in first["Link"]
    second = api.get(first.json()["next"].replace("http://testserver", ""))
    assert [item["key"] for item in second.json()["results"]] == ["s2", "s3"]
    assert 'rel="prev"' in second["Link"]
    many = api.get("services/?page_size=100000").json()
    assert len(many["results"]) == 5
    assert "page_size" not in str(many["next"])
    assert isinstance(api.get("services/?page_size=1&ordering=-key").json()["results"], list)


def test_lists_are_narrowed_down(api: Api, services: dict[str, Service]) -> None:
    Service.objects.filter(key="db").update(phase="compatible", owner="team-b")
    for query, expected in (
        ("phase=compatible", ["db"]),
        ("owner=team-b", ["db"]),
        ("q=we", ["web"]),
        ("application=banking-app", ["db", "web"]),
        ("application=nothing", []),
        ("ordering=-key", ["web", "db"]),
        ("has_findings=true", ["db", "web"]),
        ("has_findings=false", []),
    ):
        found = [item["key"] for item in api.get(f"services/?{query}").json()["results"]]
        assert found == expected, query

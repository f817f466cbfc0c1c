"""What the API refuses: always as a problem, always with the right status, never as a crash."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.conf import LazySettings
from django.db.utils import OperationalError

from migrations_app.models import Application, AuthToken, LoginAttempt, Service, User
from migrations_app.queries import visibility
from migrations_app.queries.actors import Actor
from tests.app.api.conftest import Api, require_problem, session_of, token_of
from tests.app.api.test_main_job import form
from tests.factories import ApplicationFactory

pytestmark = pytest.mark.django_db

NOBODY = "01a20000-0000-7000-8000-000000000000"


def code(response: Any) -> tuple[int, str]:
    return response.status_code, require_problem(response)["code"]


def test_without_credentials_nothing_else_is_told(application: Application) -> None:
    for method, path, headers in (
        ("GET", "applications/", {}),
        ("GET", "nowhere/", {}),
        ("DELETE", "applications/", {}),
        ("GET", "applications/", {"Accept": "image/png"}),
        ("POST", "sources/", {}),
        ("GET", "schema/", {}),
        ("GET", "docs/", {}),
    ):
        response = Api().send(method, path, b"{" if method == "POST" else None, **headers)
        assert code(response) == (401, "not_authenticated"), path
        assert response["WWW-Authenticate"] == 'Bearer realm="kakehashi"'


@pytest.mark.parametrize(
    "header",
    [
        "Bearer",
        "Bearer ",
        "Bearer kk_wrong",
        "Bearer \xff\xfe",
        "Bearer a b",
        "bearer kk_",
        "Bearer \0",
    ],
)
def test_a_token_that_is_none(db: None, header: str) -> None:
    api = Api()
    api.headers = {"Authorization": header}
    assert code(api.get("applications/")) == (401, "authentication_failed")


def test_other_schemes_are_no_tokens(db: None) -> None:
    api = Api()
    api.headers = {"Authorization": "Basic YTpi"}
    assert code(api.get("applications/")) == (401, "not_authenticated")


def test_a_token_ends_with_its_owner_and_when_it_is_revoked(operator: Actor) -> None:
    api = Api(token_of(operator))
    assert api.get("applications/").status_code == 200
    User.objects.filter(pk=operator.user.pk).update(is_active=False)  # type: ignore[union-attr]
    assert api.get("applications/").status_code == 401


def test_bad_tokens_are_counted_and_good_ones_still_let_in(
    operator: Actor, settings: LazySettings
) -> None:
    bad, good = Api("kk_nothing"), Api(token_of(operator))
    statuses = [bad.get("applications/").status_code for _try in range(22)]
    assert statuses == [401] * 20 + [429, 429]
    refused = bad.get("applications/")
    assert refused["Retry-After"]
    assert good.get("applications/").status_code == 200
    attempt = LoginAttempt.objects.get()
    assert (attempt.address, attempt.failures) == ("127.0.0.1", 21)


def test_only_our_own_proxies_say_where_a_client_is(db: None, settings: LazySettings) -> None:
    api = Api("kk_nothing")
    api.get("applications/", X_Forwarded_For="198.51.100.1, 198.51.100.2")
    settings.WORKBENCH_PROXIES = 1
    api.get("applications/", X_Forwarded_For="198.51.100.1, 198.51.100.2")
    assert set(LoginAttempt.objects.values_list("address", flat=True)) == {
        "127.0.0.1",
        "198.51.100.2",
    }


def test_a_session_needs_the_token_against_forged_requests(
    operator: Actor, application: Application
) -> None:
    api = session_of(operator.user)
    assert api.get("applications/").status_code == 200
    refused = api.patch("applications/banking-app/", {"name": "x"}, If_Match="*")
    assert refused.status_code == 403
    api.client.cookies["csrftoken"] = "a" * 32
    allowed = api.patch(
        "applications/banking-app/", {"name": "x"}, If_Match="*", X_CSRFToken="a" * 32
    )
    assert allowed.status_code == 200


def test_what_may_not_be_seen_is_not_there(api: Api, services: dict[str, Service]) -> None:
    other = ApplicationFactory.create(slug="insurance")
    hidden = Service.objects.create(
        application=other, workload_kind="Deployment", name="x", key="x"
    )
    for known, unknown in (
        (f"services/{hidden.pk}/", f"services/{NOBODY}/"),
        ("applications/insurance/", "applications/nothing/"),
        ("applications/insurance/services/x/", "applications/nothing/services/x/"),
    ):
        seen, unseen = api.get(known), api.get(unknown)
        assert code(seen) == (404, "not_found")
        assert seen.content == unseen.content


def test_addresses_methods_and_forms_that_are_not_there(api: Api, web: Service) -> None:
    assert code(api.get("nowhere/")) == (404, "not_found")
    assert code(api.get("services")) == (404, "not_found")
    assert code(api.post("clusters/", {})) == (404, "not_found")
    refused = api.delete("applications/")
    assert code(refused) == (405, "method_not_allowed")
    assert "GET" in refused["Allow"]
    assert code(api.send("OPTIONS", "applications/")) == (405, "method_not_allowed")
    assert code(api.get("applications/", Accept="text/html")) == (406, "not_acceptable")
    assert code(api.raw("sources/", b"a=b", "application/x-www-form-urlencoded"))[0] == 415
    assert code(api.raw("sources/", b"<a/>", "text/xml")) == (415, "unsupported_media_type")


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"\xff\xfe{}",
        b'{"application": NaN}',
        b'{"application": "a", "application": "b"}',
        b"[" * 50_000,
        b'{"a":' * 1000 + b"1" + b"}" * 1000,
        b"1" * 5000,
    ],
)
def test_a_body_that_is_no_json(api: Api, body: bytes) -> None:
    assert code(api.raw("sources/", body, "application/json")) == (400, "malformed")


@pytest.mark.parametrize(
    ("body", "pointer", "wanted"),
    [
        ({}, "/content", "required"),
        ([], "", "invalid"),
        ("text", "", "invalid"),
        (None, "/content", "required"),
        (
            {"application": "banking-app", "content": "a", "contents": 1},
            "/contents",
            "unknown_field",
        ),
        ({"application": 1, "content": "a"}, "/application", "invalid"),
        ({"application": "x" * 70, "content": "a"}, "/application", "max_length"),
        ({"application": "ba\0nk", "content": "a"}, "/application", "null_characters_not_allowed"),
        ({"application": "banking-app", "content": "a", "partial": 2**63}, "/partial", None),
        ({"application": "nothing", "content": "a"}, "/application", "unknown_application"),
        ({"application": "banking-app", "content": "a", "on_conflict": "x"}, "/on_conflict", None),
    ],
)
def test_a_body_that_is_not_acceptable(
    api: Api, application: Application, body: Any, pointer: str, wanted: str | None
) -> None:
    problem = require_problem(api.post("sources/", body))
    assert problem["status"] == 422
    found = {error["pointer"]: error["code"] for error in problem["errors"]}
    assert pointer in found
    assert wanted is None or found[pointer] == wanted


def test_texts_that_no_database_can_hold(api: Api, application: Application) -> None:
    half = b'{"application": "banking-app", "content": "\\ud800"}'
    problem = require_problem(api.raw("sources/", half, "application/json"))
    assert (problem["status"], problem["errors"][0]["pointer"]) == (422, "/content")
    key = b'{"\\udfff": 1}'
    assert api.raw("sources/", key, "application/json").status_code == 422
    nul = api.post("sources/", {"application": "banking-app", "content": "kind: a\nb: \0"})
    assert nul.status_code == 400
    assert require_problem(nul)["errors"][0]["line"] == 2
    assert api.get("services/?q=%00").status_code == 400
    for path in ("applications/bank%00/", "applications/banking-app/services/%00/", "hosts/%00/"):
        assert api.get(path).status_code == 404
    assert api.get(f"services/?owner={'x' * 5000}").status_code == 422


def test_queries_know_only_what_they_list(api: Api, web: Service) -> None:
    assert api.get("services/?ordering=phase_since").status_code == 200
    for query in (
        "ordering=application__name",
        "ordering=owner__password",
        "phase=nowhere",
        "user__password__startswith=a",
        "page=0",
        "page=x",
        "has_findings=perhaps",
    ):
        response = api.get(f"services/?{query}")
        assert response.status_code == 422, query
        assert require_problem(response)["errors"][0]["pointer"].startswith("/")
    assert code(api.get("services/?page=99")) == (404, "no_such_page")


def test_what_is_too_large(api: Api, application: Application, settings: LazySettings) -> None:
    settings.WORKBENCH_UPLOAD_LIMIT = 1000
    body = {"application": "banking-app", "content": "#" * 1001}
    assert code(api.post("sources/", body)) == (413, "too_large")
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 2000
    body = {"application": "banking-app", "content": "#" * 3000}
    assert code(api.post("sources/", body)) == (413, "too_large")


def test_too_many_files(api: Api, application: Application) -> None:
    body, content_type = form({"application": "banking-app"}, [("a.yaml", "a: 1")] * 101)
    assert code(api.raw("sources/", body, content_type)) == (413, "too_large")


def test_one_file_that_is_too_large_for_the_reader(api: Api, application: Application) -> None:
    body = {"application": "banking-app", "content": "#" * (1024 * 1024 + 1)}
    assert api.post("sources/", body).status_code == 413


def test_nobody_asks_without_end(api: Api, admin: Api, settings: LazySettings) -> None:
    settings.WORKBENCH_RATE_LIMIT = 3
    answers = [api.get("applications/") for _number in range(5)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429, 429]
    assert answers[0]["RateLimit-Limit"] == "3"
    assert [answer["RateLimit-Remaining"] for answer in answers[:4]] == ["2", "1", "0", "0"]
    assert 0 < int(answers[3]["Retry-After"]) <= 60
    assert code(answers[3]) == (429, "rate_limited")
    assert admin.get("applications/").status_code == 200


def test_a_crash_is_told_without_its_inside(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_actor: Actor) -> None:
        raise KeyError("a secret detail")

    monkeypatch.setattr(visibility, "services", broken)
    response = api.get("services/")
    assert code(response) == (500, "crash")
    assert b"secret detail" not in response.content
    assert b"Traceback" not in response.content


def test_a_database_that_is_away_is_said_to_come_back(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(_actor: Actor) -> None:
        raise OperationalError("database is locked")

    monkeypatch.setattr(visibility, "services", away)
    response = api.get("services/")
    assert code(response) == (503, "unavailable")
    assert response["Retry-After"]


def test_codes_are_never_translated_and_details_are(api: Api, application: Application) -> None:
    english = require_problem(api.get("applications/nothing/"))
    other = require_problem(api.get("applications/nothing/", Accept_Language="ja"))
    assert english["code"] == other["code"] == "not_found"


def test_the_address_of_the_host_is_checked_as_a_problem(api: Api) -> None:
    response = api.get("applications/", Host="evil.example.com")
    assert response.status_code == 400


def test_a_token_never_makes_tokens(api: Api) -> None:
    response = api.post("tokens/", {"name": "more"})
    assert response.status_code == 422
    assert AuthToken.objects.count() == 1


def test_errors_of_the_core_carry_every_problem(api: Api, application: Application) -> None:
    body = {"time_zone": "Mars/Base", "namespace": "No Label", "kubernetes_version": "9"}
    problem = require_problem(api.put("applications/banking-app/environments/qa/", body))
    assert problem["status"] == 422
    assert len(problem["errors"]) == 3
    assert json.dumps(problem)

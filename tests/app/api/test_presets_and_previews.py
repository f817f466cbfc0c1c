"""Presets by text, versions and impact; previews and checks that store nothing."""

from __future__ import annotations

import json
from typing import Any

import pytest
from defusedxml.ElementTree import fromstring

from migrations_app.models import AuditEvent, Preset, Service, Source
from tests.app.api.conftest import Api, require_problem
from tests.app.api.test_main_job import form

pytestmark = pytest.mark.django_db

PRESET = """\
name: bank
scope: {application: banking-app}
resources: {default: {limits: {memory: 64Mi}}}
"""
POD = """\
apiVersion: v1
kind: Pod
metadata: {name: web}
spec: {containers: [{name: web, image: localhost/web, env: [{name: PASSWORD, value: hunter2}]}]}
"""


@pytest.fixture
def preset(api: Api, web: Service) -> Any:
    response = api.post("presets/", {"text": PRESET})
    assert response.status_code == 201, response.content
    return response.json()


def test_a_preset_is_what_its_text_says(api: Api, preset: Any) -> None:
    assert (preset["name"], preset["application"], preset["version"]) == ("bank", "banking-app", 1)
    assert api.get(f"presets/{preset['id']}/").json()["text"] == PRESET
    assert api.get("presets/?application=banking-app&q=ba").json()["count"] == 1
    assert api.post("presets/", {"text": PRESET}).status_code == 409
    bad = require_problem(api.post("presets/", {"text": "name: x\nregistri: {}\n"}))
    assert (bad["status"], bad["code"], bad["errors"][0]["line"]) == (422, "invalid_preset", 2)


def test_versions_are_added_and_never_changed(api: Api, preset: Any) -> None:
    path = f"presets/{preset['id']}/versions/"
    second = api.post(path, {"text": PRESET.replace("64Mi", "128Mi")})
    assert (second.status_code, second.json()["number"]) == (201, 2)
    assert api.post(path, {"text": PRESET.replace("64Mi", "128Mi")}).status_code == 409
    renamed = api.post(path, {"text": PRESET.replace("name: bank", "name: other")})
    assert renamed.status_code == 422
    assert [item["number"] for item in api.get(path).json()["results"]] == [2, 1]


def test_the_impact_of_a_preset_is_what_would_be_gone_without_it(
    api: Api, preset: Any, services: dict[str, Service]
) -> None:
    found = api.get(f"presets/{preset['id']}/impact/").json()["results"]
    assert [item["key"] for item in found] == ["db", "web"]
    assert all(item["changed"] > 0 and not item["problem"] for item in found)
    assert "64Mi" in json.dumps(found[0]["objects"])


def test_pins_are_kept_in_order(api: Api, preset: Any, web: Service) -> None:
    path = f"services/{web.pk}/presets/"
    tag = api.get(path)["ETag"]
    pins = [{"preset": preset["id"], "version": 1, "environment": "staging"}]
    pinned = api.put(path, pins, If_Match=tag)
    assert pinned.status_code == 200, pinned.content
    assert pinned.json() == [{**pins[0], "name": "bank"}]
    again = api.put(path, pinned.json(), If_Match=pinned["ETag"])
    assert again.status_code == 200
    unknown = api.put(path, [{"preset": "nothing", "version": 1}], If_Match="*")
    assert require_problem(unknown)["errors"][0]["pointer"] == "/0/preset"
    for wrong, at in (
        ({"version": 9}, "version"),
        ({"version": 1, "environment": "moon"}, "environment"),
    ):
        refused = require_problem(api.put(path, [{"preset": "bank", **wrong}], If_Match="*"))
        assert [item["pointer"] for item in refused["errors"]] == [f"/0/{at}"]
    huge = api.put(path, [{"preset": "bank", "version": 2**40}], If_Match="*")
    assert huge.status_code == 422


def test_a_preview_stores_nothing_and_shows_no_secret(viewing: Api, web: Service) -> None:
    before = (Source.objects.count(), AuditEvent.objects.count(), Preset.objects.count())
    response = viewing.post("preview/", {"content": POD, "presets": [PRESET]})
    assert response.status_code == 200, response.content
    made = response.json()
    assert {"manifest", "digest", "trail", "findings", "questions", "loss"} <= set(made)
    assert "64Mi" in made["manifest"]
    assert "hunter2" not in response.content.decode()
    assert any(change["by"] == "bank" for change in made["trail"])
    assert before == (
        Source.objects.count(),
        AuditEvent.objects.count(),
        Preset.objects.count(),
    )


def test_presets_of_a_preview_are_texts_objects_names_or_ids(api: Api, preset: Any) -> None:
    for which in (
        preset["id"],
        "bank",
        "bank@1",
        PRESET,
        {"preset": "bank", "version": 1},
        {"name": "here", "resources": {"default": {"limits": {"memory": "64Mi"}}}},
    ):
        made = api.post("preview/", {"content": POD, "presets": [which]})
        assert made.status_code == 200, made.content
        assert "64Mi" in made.json()["manifest"], which
    for wrong in ("nothing", "bank@9", {"name": "x", "unknown": 1}, 1, "name: [", "bank@x"):
        assert api.post("preview/", {"content": POD, "presets": [wrong]}).status_code == 422, wrong


def test_what_a_preview_refuses(api: Api, web: Service) -> None:
    needs = """\
name: tagged
parameters: {TAG: {required: true}}
registry: {rewrite: [{from: localhost, to: registry.example.com}], tag: "${TAG}"}
"""
    missing = api.post("preview/", {"content": POD, "presets": [needs]})
    assert (missing.status_code, missing.json()["code"]) == (422, "missing_parameter")
    given = {"content": POD, "presets": [needs], "parameters": {"TAG": "1"}}
    assert api.post("preview/", given).status_code == 200
    unreadable = require_problem(api.post("preview/", {"content": "a: [", "filename": "a.yaml"}))
    assert (unreadable["status"], unreadable["errors"][0]["file"]) == (400, "a.yaml")
    version = api.post("preview/", {"content": POD, "kubernetes_version": "1.02"})
    assert require_problem(version)["errors"][0]["pointer"] == "/kubernetes_version"
    slip = require_problem(api.post("preview/", {"content": POD, "images": {"wbe": "web:2"}}))
    assert (slip["status"], "No container is called wbe" in slip["detail"]) == (422, True)


def test_a_check_is_written_as_its_reader_wants_it(api: Api, web: Service) -> None:
    plain = api.post("check/", {"content": POD}).json()
    assert set(plain) == {"findings"}
    failed = api.post("check/?fail_on=low", {"content": POD})
    assert (failed.json()["verdict"], failed["Kakehashi-Verdict"]) == ("failed", "failed")
    sarif = api.post("check/?report=sarif&fail_on=blocker", {"content": POD})
    assert sarif["Content-Type"] == "application/sarif+json"
    assert json.loads(sarif.content)["version"] == "2.1.0"
    assert sarif["Kakehashi-Verdict"] in ("passed", "failed")
    junit = api.post("check/?report=junit", {"content": POD})
    assert fromstring(junit.content).tag == "testsuites"
    gitlab = api.post("check/?report=gitlab", {"content": POD}).json()
    assert {"check_name", "fingerprint", "severity", "location"} <= set(gitlab[0])
    assert api.post("check/?report=xls", {"content": POD}).status_code == 422
    assert (
        api.post("check/?report=junit", {"content": POD}, Accept="application/xml").status_code
        == 200
    )


def test_a_form_is_checked_as_well(api: Api, web: Service) -> None:
    body, content_type = form({}, [("a.yaml", POD), ("b.yaml", POD.replace("web", "db"))])
    found = api.raw("check/", body, content_type).json()["findings"]
    assert {item["place"]["file"] for item in found} == {"a.yaml", "b.yaml"}
    body, content_type = form({"surprise": "x"}, [("a.yaml", POD)])
    assert api.raw("check/", body, content_type).status_code == 422
    body, content_type = form({}, [])
    assert api.raw("check/", body, content_type).status_code == 422
    assert api.raw("check/", b"--x\r\nnonsense", "multipart/form-data; boundary=x").status_code in (
        400,
        422,
    )
    assert api.raw("check/", b"nonsense", "multipart/form-data").status_code == 400


def test_a_form_is_previewed_as_well(api: Api, preset: Any) -> None:
    files = [("a.yaml", POD), ("b.yaml", POD.replace("web", "db"))]
    fields = {"presets": "bank", "images": '{"web": "localhost/web:2"}'}
    body, content_type = form(fields, files)
    response = api.raw("preview/", body, content_type)
    assert response.status_code == 200, response.content
    made = response.json()
    assert "64Mi" in made["manifest"]
    assert "localhost/web:2" in made["manifest"]
    assert [(item["path"], item["errors"]) for item in made["files"]] == [
        ("a.yaml", []),
        ("b.yaml", []),
    ]
    for field, text in (
        ("images", "web=2"),
        ("answers", '{"a": "1", "a": "2"}'),
        ("parameters", '"TAG"'),
        ("images", '{"web": "\\ud800"}'),
        ("presets", "nothing"),
    ):
        body, content_type = form({field: text}, files)
        refused = require_problem(api.raw("preview/", body, content_type))
        assert refused["status"] == 422, text
        assert refused["errors"][0]["pointer"].startswith(f"/{field}"), text
    body, content_type = form({"surprise": "x"}, files)
    assert api.raw("preview/", body, content_type).status_code == 422


def test_what_cannot_be_read_is_named_beside_the_rest(api: Api, web: Service) -> None:
    files = [("bad.yaml", "a: ["), ("web.yaml", POD)]
    body, content_type = form({}, files)
    whole = require_problem(api.raw("preview/", body, content_type))
    assert (whole["status"], whole["errors"][0]["file"]) == (400, "bad.yaml")
    body, content_type = form({"partial": "true"}, files)
    partly = api.raw("preview/", body, content_type).json()
    bad, good = partly["files"]
    assert (bad["path"], bad["errors"][0]["line"], good["errors"]) == ("bad.yaml", 2, [])
    assert "name: web" in partly["manifest"]
    body, content_type = form({"partial": "true"}, files)
    assert api.raw("check/", body, content_type).status_code == 422, "it would pass unread files"
    body, content_type = form({"partial": "true"}, files[:1])
    assert api.raw("preview/", body, content_type).status_code == 400


def test_a_form_is_checked_as_it_would_be_rendered(api: Api, preset: Any) -> None:
    body, content_type = form({"presets": "bank"}, [("a.yaml", POD)])
    made = api.raw("check/", body, content_type).json()
    assert (
        made
        == api.post("check/", {"content": POD, "filename": "a.yaml", "presets": ["bank"]}).json()
    )


def test_yaml_is_taken_as_it_is(api: Api, web: Service) -> None:
    assert api.raw("preview/", POD.encode(), "application/yaml").json()["digest"]
    assert api.raw("check/", POD.encode(), "application/yaml").json()["findings"]
    made = api.raw("presets/", PRESET.encode(), "application/yaml")
    assert (made.status_code, made.json()["text"]) == (201, PRESET)
    path = f"presets/{made.json()['id']}/versions/"
    again = api.raw(path, PRESET.replace("64Mi", "96Mi").encode(), "application/yaml")
    assert (again.status_code, again.json()["number"]) == (201, 2)
    assert api.raw("preview/", b"\xff", "application/yaml").status_code == 400
    assert api.raw("preview/", b"a: \0", "application/yaml").status_code == 400


def test_whoever_has_no_role_checks_nothing(outside: Api) -> None:
    assert outside.post("check/", {"content": POD}).status_code == 403


def test_given_answers_become_the_text_of_a_preset(api: Api, web: Service) -> None:
    db = "{image: docker.io/library/db:1, volumes: ['data:/data']}"
    compose = f"services: {{store: {db}}}\nvolumes: {{data: {{}}}}\n"
    body = {"filename": "compose.yaml", "content": compose, "application": web.application.slug}
    stored = api.post("sources/", body).json()
    (service,) = stored["services"]
    path = f"services/{service['id']}/questions/"
    size = next(q["id"] for q in api.get(path).json() if q["code"] == "volume-size")
    etag = api.get(path)["ETag"]
    assert api.put(f"{path}answers/", {size: "7Gi"}, If_Match=etag).status_code == 200

    text = api.get(f"{path}preset/").json()["text"]

    assert "volume-size: 7Gi" in text
    assert "application: banking-app" in text
    whole = api.get("applications/banking-app/questions/preset/").json()["text"]
    assert "volume-size: 7Gi" in whole
    assert api.post("presets/", {"text": text}).status_code == 201
    manifest = api.post("preview/", {"content": compose, "presets": [text]}).json()["manifest"]
    assert "storage: 7Gi" in manifest

"""The main job through the API: file, findings, answers, revision, manifest, rehearsal, move."""

from __future__ import annotations

from typing import Any

import pytest

from migrations_app import wiring
from migrations_app.actions.revisions import Change, Wish, make_revision
from migrations_app.models import Application, Rehearsal, Revision, Run, Service
from migrations_app.queries.actors import Actor
from tests.app.api.conftest import MANIFEST, Api, require_problem
from tests.factories import RehearsalFactory, RunFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def revision(operator: Actor, web: Service) -> Revision:
    made, _new = make_revision(
        actor=operator,
        service=web,
        wish=Wish("local", {}, {}, Change(commit="3f2a91c")),
        schemas=wiring.schemas(),
    )
    return made


@pytest.fixture
def rehearsal(revision: Revision, web: Service) -> Rehearsal:
    run = RunFactory.create(service=web, application=web.application)
    return RehearsalFactory.create(
        run=run,
        revision=revision,
        service=web,
        base_digest=revision.base_digest,
        shared_digest=revision.shared_digest,
        proven=[{"what": {"text": "It becomes ready", "params": {}}, "how": "probes"}],
        summary={
            "reason": {
                "text": "It became ready after %(seconds)s s.",
                "params": {"seconds": "1.2"},
            },
            "ready_at": 1.2,
        },
    )


def test_a_file_becomes_services(api: Api, application: Application) -> None:
    body = {"application": "banking-app", "filename": "../../etc/bank.yaml", "content": MANIFEST}
    response = api.post("sources/", body)
    assert response.status_code == 201, response.content
    made = response.json()
    assert [item["match"] for item in made["services"]] == ["created", "created"]
    assert made["files"] == [{"path": "etc/bank.yaml", "kind": "kubernetes", "errors": []}]
    assert made["kind"] == "kubernetes"
    assert len(made["digest"]) == 64
    assert made["findings"]
    assert response["Location"] == f"/api/v1/sources/{made['id']}/"
    again = api.post("sources/", body)
    assert (again.status_code, again.json()["id"]) == (200, made["id"])
    assert {item["match"] for item in again.json()["services"]} == {"unchanged"}
    shown = api.get(f"sources/{made['id']}/").json()
    assert shown["files"] == made["files"]
    raw = api.get(f"sources/{made['id']}/raw/")
    assert raw["Content-Type"].startswith("text/plain")
    assert b"kind: Deployment" in raw.content
    assert b"hunter2" not in raw.content


def test_files_of_a_form_are_one_source(api: Api, application: Application) -> None:
    first, _rest, last = MANIFEST.split("---\n")
    body, content_type = form(
        {"application": "banking-app", "on_conflict": "refuse"},
        [("web.yaml", first), ("web.yaml", last)],
    )
    response = api.raw("sources/", body, content_type)
    assert response.status_code == 201, response.content
    assert [item["path"] for item in response.json()["files"]] == ["web.yaml", "web-2.yaml"]
    assert [item["name"] for item in response.json()["services"]] == ["web"]


def test_one_bad_file_refuses_the_whole_unless_partial_is_asked_for(
    api: Api, application: Application
) -> None:
    files = [("good.yaml", MANIFEST), ("bad.yaml", "a: [1\n")]
    body, content_type = form({"application": "banking-app"}, files)
    refused = api.raw("sources/", body, content_type)
    assert refused.status_code == 400
    error = refused.json()["errors"][0]
    assert (error["file"], error["line"] > 0) == ("bad.yaml", True)
    assert not Service.objects.exists()
    body, content_type = form({"application": "banking-app", "partial": "true"}, files)
    partly = api.raw("sources/", body, content_type)
    assert partly.status_code == 201
    told = {item["path"]: bool(item["errors"]) for item in partly.json()["files"]}
    assert told == {"good.yaml": False, "bad.yaml": True}


def test_a_service_is_found_by_id_and_by_key(api: Api, web: Service) -> None:
    by_id = api.get(f"services/{web.pk}/")
    by_key = api.get("applications/banking-app/services/web/")
    assert by_id.json() == by_key.json()
    assert by_id["ETag"] == by_key["ETag"]
    shown = by_id.json()
    assert (shown["key"], shown["phase"], shown["application"]) == ("web", "local", "banking-app")
    assert shown["worst_finding"] == "high" or shown["worst_finding"] == "blocker"
    gates = api.get("applications/banking-app/services/web/gates/?to=compatible").json()
    assert isinstance(gates, list)
    assert {"code", "open", "why", "findings"} == set(gates[0])


def test_findings_questions_and_losses_of_a_service(api: Api, web: Service) -> None:
    found = api.get(f"services/{web.pk}/findings/").json()
    assert found["count"] == len(found["results"]) > 0
    assert {"fingerprint", "code", "severity", "place", "message", "why", "fix"} <= set(
        found["results"][0]
    )
    assert {"file", "line", "column", "object", "path"} == set(found["results"][0]["place"])
    assert b"hunter2" not in api.get(f"services/{web.pk}/findings/").content
    code = found["results"][0]["code"]
    only = api.get(f"services/{web.pk}/findings/?code={code}").json()["results"]
    assert {item["code"] for item in only} == {code}
    assert isinstance(api.get(f"services/{web.pk}/questions/").json(), list)
    losses = api.get(f"services/{web.pk}/loss-report/").json()["results"]
    assert {"path", "outcome", "target", "reason"} == set(losses[0])


def test_a_fix_is_accepted_once(api: Api, web: Service) -> None:
    found = api.get(f"services/{web.pk}/findings/").json()["results"]
    fixable = next(item for item in found if item["fixable"])
    path = f"services/{web.pk}/findings/{fixable['fingerprint']}/fix/"
    fixed = api.post(path)
    assert fixed.status_code == 200, fixed.content
    left = {item["fingerprint"] for item in fixed.json() if not item["mended"]}
    assert fixable["fingerprint"] not in left
    assert api.post(path).status_code == 409
    nobody = require_problem(api.post(f"services/{web.pk}/findings/{'0' * 16}/fix/"))
    assert nobody["status"] == 422
    assert [(e["pointer"], e["code"]) for e in nobody["errors"]] == [
        ("/fingerprint", "unknown_finding")
    ]
    by_hand = next(item for item in fixed.json() if not item["fixable"] and not item["mended"])
    address = f"services/{web.pk}/findings/{by_hand['fingerprint']}/fix/"
    refused = require_problem(api.post(address))
    assert refused["status"] == 422
    assert [(e["pointer"], e["code"]) for e in refused["errors"]] == [("/fingerprint", "no_fix")]


def test_a_fix_is_taken_back_once(api: Api, web: Service) -> None:
    found = api.get(f"services/{web.pk}/findings/").json()["results"]
    fixable = next(item for item in found if item["fixable"])
    path = f"services/{web.pk}/findings/{fixable['fingerprint']}/fix/"
    assert api.delete(path).status_code == 409
    before = api.get(f"services/{web.pk}/")["ETag"]
    accepted = api.post(path)["ETag"]
    assert api.delete(path, If_Match=before).status_code == 412
    withdrawn = api.delete(path, If_Match=accepted)
    assert withdrawn.status_code == 200, withdrawn.content
    assert fixable["fingerprint"] in {item["fingerprint"] for item in withdrawn.json()}
    assert withdrawn["ETag"] == api.get(f"services/{web.pk}/")["ETag"] != accepted
    assert api.delete(path).status_code == 409


def test_a_revision_is_made_by_a_run(api: Api, web: Service) -> None:
    body = {"environment": "staging", "change": {"commit": "abc", "author": "olga"}}
    assert api.post(f"services/{web.pk}/revisions/?wait=soon", body).status_code == 422
    assert not Run.objects.exists()
    response = api.post(f"services/{web.pk}/revisions/", body)
    assert response.status_code == 202, response.content
    run = response.json()
    assert response["Location"] == f"/api/v1/runs/{run['id']}/"
    assert (run["kind"], run["state"], run["result"]) == ("revision", "queued", None)
    assert [step["name"] for step in run["steps"]] == ["render", "store"]
    assert api.post(f"services/{web.pk}/revisions/?wait=61", body).status_code == 422
    twice = api.post(f"services/{web.pk}/revisions/", body)
    assert (twice.status_code, twice.json()["code"]) == (409, "run_active")
    assert twice["Location"] == response["Location"]
    waited = api.get(f"runs/{run['id']}/?wait=1")
    assert (waited.status_code, waited.json()["state"]) == (200, "queued")
    cancelled = api.post(f"runs/{run['id']}/cancel/")
    assert cancelled.json()["state"] == "cancelled"
    assert api.post(f"runs/{run['id']}/cancel/").status_code == 409
    again = api.post(f"runs/{run['id']}/retry/")
    assert (again.status_code, again.json()["state"]) == (202, "queued")
    Run.objects.filter(pk=again.json()["id"]).update(state="succeeded")
    ended = api.get(f"runs/{again.json()['id']}/?wait=30")
    assert ended.json()["state"] == "succeeded"


@pytest.mark.parametrize(
    ("url", "status"),
    [
        ("http://gitea:3000/bank/web/commit/abc", 202),
        ("https://git.example.com/bank/web?a=1#b", 202),
        ("javascript:alert(1)", 422),
        ("ftp://git.example.com/web", 422),
        ("http:///abc", 422),
        ("http://gitea:port/abc", 422),
        ("http://gitea/a b", 422),
        ("http://[gitea/", 422),
    ],
)
def test_a_commit_may_be_at_a_host_with_a_single_name(
    api: Api, web: Service, url: str, status: int
) -> None:
    body = {"environment": "staging", "change": {"url": url}}
    response = api.post(f"services/{web.pk}/revisions/", body)
    assert response.status_code == status, response.content
    if status == 422:
        assert require_problem(response)["errors"][0]["pointer"] == "/change/url"


def test_a_revision_is_shown_with_manifest_diff_and_provenance(
    api: Api, revision: Revision, operator: Actor, web: Service
) -> None:
    shown = api.get(f"revisions/{revision.pk}/").json()
    assert (shown["digest"], shown["change"]["commit"]) == (revision.digest, "3f2a91c")
    assert {"service", "environment", "base_digest", "inputs_digest", "author"} <= set(shown)
    manifest = api.get(f"revisions/{revision.pk}/manifest/?format=yaml")
    assert manifest["Content-Type"].startswith("application/yaml")
    assert manifest.content.decode() == revision.text
    assert b"hunter2" not in manifest.content
    assert manifest["ETag"] == f'"{revision.digest}"'
    assert api.get(f"revisions/{revision.pk}/manifest/").content == manifest.content
    refused = api.get(f"revisions/{revision.pk}/manifest/?format=docx")
    assert (refused.status_code, refused.json()["code"]) == (422, "unknown_format")
    assert "kustomize" in refused.json()["detail"]
    origins = api.get(f"revisions/{revision.pk}/provenance/").json()["results"]
    assert {"object", "path", "file", "line", "steps"} == set(origins[0])
    second, _new = make_revision(
        actor=operator,
        service=web,
        wish=Wish("local", {"web": "localhost/web:1.3"}, {}),
        schemas=wiring.schemas(),
    )
    diff = api.get(f"revisions/{second.pk}/diff/").json()
    assert diff["against"] == str(revision.pk)
    assert "localhost/web:1.3" in diff["unified"]
    assert diff["objects"][0]["fields"][0]["after"] == "localhost/web:1.3"
    assert api.get(f"revisions/{second.pk}/diff/?against={second.pk}").json()["objects"] == []
    listed = api.get(f"services/{web.pk}/revisions/").json()
    assert [item["number"] for item in listed["results"]] == [2, 1]
    digest = api.get(f"digests/{revision.base_digest}/").json()
    assert [item["id"] for item in digest["revisions"]] == [str(revision.pk)]


def test_a_rehearsal_is_started_and_its_verdict_shown(
    api: Api, web: Service, rehearsal: Rehearsal
) -> None:
    shown = api.get(f"rehearsals/{rehearsal.pk}/").json()
    assert shown["outcome"] == "passed"
    assert shown["reason"] == "It became ready after 1.2 s."
    assert shown["summary"]["ready_at"] == 1.2
    assert shown["proven"] == [{"what": "It becomes ready", "how": "probes"}]
    listed = api.get(f"services/{web.pk}/rehearsals/").json()
    assert [item["id"] for item in listed["results"]] == [str(rehearsal.pk)]
    assert api.get("applications/banking-app/rehearsals/").json()["count"] == 1
    started = api.post(f"services/{web.pk}/rehearsals/", {"peers": "none"})
    assert started.status_code == 202, started.content
    assert started.json()["kind"] == "rehearsal"
    unknown = api.post(f"services/{web.pk}/rehearsals/", {"host": "nowhere"})
    assert unknown.json()["errors"][0]["pointer"] == "/host"


def test_a_move_is_refused_with_its_gates_and_made_when_they_are_open(
    api: Api, web: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused = api.post(f"services/{web.pk}/moves/", {"to": "compatible"})
    assert (refused.status_code, refused.json()["code"]) == (409, "gate_closed")
    assert not all(gate["open"] for gate in refused.json()["gates"])
    wrong = api.post(f"services/{web.pk}/moves/", {"to": "production"})
    assert (wrong.status_code, wrong.json()["code"]) == (409, "illegal_move")
    Service.objects.filter(pk=web.pk).update(phase="compatible")
    back = api.post(f"services/{web.pk}/moves/", {"to": "local", "reason": "a mistake"})
    assert back.status_code == 201, back.content
    assert (back.json()["start"], back.json()["to"]) == ("compatible", "local")
    assert api.get(f"services/{web.pk}/moves/").json()["results"][0] == back.json()
    told = [item["action"] for item in api.get(f"services/{web.pk}/timeline/").json()["results"]]
    assert told[0] == "service:moved"


def test_test_reports_are_kept_and_counted(api: Api, web: Service) -> None:
    xml = b"""<testsuite><testcase name="a"/>
        <testcase name="b"><failure message="no"/></testcase></testsuite>"""
    made = api.raw(f"services/{web.pk}/test-reports/?commit=abc", xml, "application/xml")
    assert made.status_code == 201, made.content
    report = made.json()
    assert (report["tests"], report["failures"], report["passed"]) == (2, 1, False)
    assert (report["commit"], report["failed_cases"][0]["name"]) == ("abc", "b")
    assert api.get(f"services/{web.pk}/test-reports/").json()["count"] == 1
    bomb = b'<!DOCTYPE a [<!ENTITY b "c">]><testsuite>&b;</testsuite>'
    assert api.raw(f"services/{web.pk}/test-reports/", bomb, "text/xml").status_code == 400
    large = b"<testsuite>" + b" " * (6 * 1024 * 1024) + b"</testsuite>"
    assert api.raw(f"services/{web.pk}/test-reports/", large, "text/xml").status_code == 413


def test_what_services_share_is_shown(api: Api, revision: Revision) -> None:
    shared = api.get("applications/banking-app/shared/").json()
    assert shared["revision"]["digest"] == revision.shared_digest
    assert {"kind": "Namespace", "namespace": "", "name": "bank"} in shared["objects"]
    assert "kind: Namespace" in shared["manifest"]


def form(fields: dict[str, str], files: list[tuple[str, str]]) -> tuple[bytes, str]:
    """A form as browsers write it."""
    parts = [
        f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in fields.items()
    ]
    parts += [
        f'--x\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
        f"Content-Type: application/yaml\r\n\r\n{text}\r\n"
        for name, text in files
    ]
    body: Any = "".join([*parts, "--x--\r\n"])
    return body.encode(), "multipart/form-data; boundary=x"

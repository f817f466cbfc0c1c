"""Edits of a manifest through the API: read, save, settle, remove, and only with If-Match."""

from __future__ import annotations

from typing import Any

from migrations_app.actions.sources import store_source
from migrations_app.adapters.schemas import BundledSchemas
from migrations_app.models import Application, Service
from migrations_app.queries.actors import Actor
from tests.app.api.conftest import Api, require_problem

WEB = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 1
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
      - name: web
        image: registry.example.com/web:1
        env: [{name: DB_PASSWORD, value: correct-horse-battery}]
"""


def _store(actor: Actor, application: Application, schemas: Any, text: str) -> Service:
    files = {"web.yaml": text.encode()}
    stored = store_source(actor=actor, application=application, files=files, schemas=schemas)
    return stored.matches[0].service


def test_an_edit_from_the_desk_to_the_end(
    api: Api, operator: Actor, application: Application, schemas: BundledSchemas
) -> None:
    service = _store(operator, application, schemas, WEB)
    address = f"services/{service.pk}/edits/"
    desk = api.get(f"{address}desk/")
    assert desk.json()["manifest"] == desk.json()["generated"]
    assert "correct-horse" not in desk.content.decode()
    assert "kakehashi:secret" in desk.json()["manifest"]
    body = {"manifest": desk.json()["manifest"].replace("replicas: 1", "replicas: 4")}

    assert api.put(address, body).status_code == 428
    saved = api.put(address, body, If_Match=desk["ETag"])
    assert saved.status_code == 200, saved.content
    [edit] = saved.json()
    assert (edit["environment"], edit["author"]) == ("", operator.name)
    assert "replicas: 4" in edit["edited"]
    assert api.put(address, body, If_Match=desk["ETag"]).status_code == 412

    _store(operator, application, schemas, WEB.replace("replicas: 1", "replicas: 2"))
    desk = api.get(f"{address}desk/")
    [conflict] = desk.json()["conflicts"]
    assert conflict == {
        "id": "Deployment/web/spec/replicas",
        "object": "Deployment/web",
        "path": "/spec/replicas",
        "base": 1,
        "mine": 4,
        "generated": 2,
    }
    findings = api.get(f"services/{service.pk}/findings/?code=EDT-01").json()["results"]
    assert [found["severity"] for found in findings] == ["blocker"]

    match = desk["ETag"]
    refused = api.post(f"{address}settle/", {"choices": {}}, If_Match=match)
    assert require_problem(refused)["errors"][0]["code"] == "undecided"
    pointer = "/choices/Deployment~1web~1spec~1replicas"
    for wrong, at in (({}, pointer), ({conflict["id"]: "yours"}, pointer)):
        refused = api.post(f"{address}settle/", {"choices": wrong}, If_Match=match)
        assert [item["pointer"] for item in require_problem(refused)["errors"]] == [at]
    choices = {"choices": {conflict["id"]: "mine"}}
    settled = api.post(f"{address}settle/", choices, If_Match=match)
    assert settled.status_code == 200, settled.content
    assert not api.get(f"services/{service.pk}/findings/?code=EDT-01").json()["results"]

    gone = api.delete(f"{address}?environment=", If_Match=settled["ETag"])
    assert (gone.status_code, gone.json()) == (200, [])
    assert "replicas: 2" in api.get(f"{address}desk/").json()["manifest"]


def test_what_cannot_be_kept_is_a_problem_with_its_place(
    api: Api, operator: Actor, application: Application, schemas: BundledSchemas
) -> None:
    service = _store(operator, application, schemas, WEB)
    address = f"services/{service.pk}/edits/"
    desk = api.get(f"{address}desk/")
    match = desk["ETag"]
    broken = api.put(address, {"manifest": "a: [\n"}, If_Match=match)
    assert broken.status_code == 400
    typed = desk.json()["manifest"].replace("kakehashi:secret", "hunter2-hunter2-hunter2")
    refused = api.put(address, {"manifest": typed}, If_Match=match)
    assert refused.status_code == 422
    assert require_problem(refused)["errors"][0]["code"] == "secret_value"
    assert "hunter2" not in refused.content.decode()
    nowhere = api.get(f"{address}desk/?environment=moon")
    assert nowhere.status_code == 422
    assert require_problem(nowhere)["errors"][0]["pointer"] == "/environment"

"""Editing a manifest: the edit stays over every rendering, contradictions are decided, undone."""

from __future__ import annotations

import pytest

from migrations_app.actions.edits import remove_edit, save_edit, settle_edit
from migrations_app.actions.permissions import Refusal
from migrations_app.actions.revisions import Wish, make_revision
from migrations_app.actions.sources import store_source
from migrations_app.adapters.schemas import BundledSchemas
from migrations_app.domain.errors import Conflict, InvalidInput, UnreadableSource
from migrations_app.models import Application, Assessment, AuditEvent, ManifestEdit, Service
from migrations_app.queries.actors import Actor

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
        env: [{name: DB_PASSWORD, value: correct-horse-battery}, {name: MODE, value: slow}]
"""
PATH = "Deployment/web/spec/template/spec/containers/web/env/MODE/value"


@pytest.fixture
def store(operator: Actor, application: Application, schemas: BundledSchemas) -> object:
    def stored(text: str) -> Service:
        found = store_source(
            actor=operator,
            application=application,
            files={"web.yaml": text.encode()},
            schemas=schemas,
        )
        return found.matches[0].service

    return stored


@pytest.fixture
def web(store: object) -> Service:
    assert callable(store)
    service: Service = store(WEB)
    return service


def _text(service: Service) -> str:
    return Assessment.objects.get(service=service).text


def _codes(service: Service) -> list[str]:
    return [f["code"] for f in Assessment.objects.get(service=service).findings]


def _save(
    actor: Actor, service: Service, schemas: BundledSchemas, old: str, new: str, where: str = ""
) -> ManifestEdit:
    text = _text(service)
    assert old in text
    return save_edit(
        actor=actor,
        service=service,
        environment=where,
        text=text.replace(old, new),
        schemas=schemas,
    )


def test_an_edit_is_in_the_manifest_its_provenance_and_every_revision(
    web: Service, operator: Actor, schemas: BundledSchemas
) -> None:
    wish = Wish("staging", {}, {})
    first, _new = make_revision(actor=operator, service=web, wish=wish, schemas=schemas)
    version = web.version
    _save(operator, web, schemas, "replicas: 1", "replicas: 4")
    web.refresh_from_db()
    assert web.version > version
    assert "replicas: 4" in _text(web)
    second, new = make_revision(actor=operator, service=web, wish=wish, schemas=schemas)
    assert new
    assert first.inputs_digest != second.inputs_digest
    assert "replicas: 4" in second.text
    [origin] = [row for row in second.provenance if row["path"] == "/spec/replicas"]
    assert (origin["steps"][-1]["kind"], origin["steps"][-1]["by"]) == ("edit", operator.name)
    assert "correct-horse" not in second.text
    event = AuditEvent.objects.get(tag="edit:saved")
    assert event.service_id == web.pk


def test_secrets_are_markers_in_an_edit_and_can_never_be_typed(
    web: Service, operator: Actor, schemas: BundledSchemas
) -> None:
    row = _save(operator, web, schemas, "replicas: 1", "replicas: 4")
    assert "correct-horse" not in str([row.generated, row.edited])
    with pytest.raises(InvalidInput) as raised:
        _save(operator, web, schemas, "kakehashi:secret", "hunter2-hunter2-hunter2")
    [problem] = raised.value.problems
    assert problem.code == "secret_value"
    assert "hunter2" not in str(raised.value)
    assert problem.place.path.endswith("/env/0/value")


def test_news_arrives_and_a_contradiction_blocks_until_it_is_decided(
    web: Service, store: object, operator: Actor, schemas: BundledSchemas
) -> None:
    assert callable(store)
    _save(operator, web, schemas, "value: slow", "value: mine")
    store(WEB.replace("web:1", "web:2"))
    assert "web:2" in _text(web)
    assert "EDT-01" not in _codes(web)
    store(WEB.replace("value: slow", "value: fast"))
    assert "value: mine" in _text(web)
    assert "EDT-01" in _codes(web)
    decide = {"actor": operator, "service": web, "environment": "", "schemas": schemas}
    with pytest.raises(InvalidInput, match="Decide about"):
        settle_edit(**decide, choices={})  # type: ignore[arg-type]
    settle_edit(**decide, choices={PATH: "mine"})  # type: ignore[arg-type]
    assert "value: mine" in _text(web)
    assert "EDT-01" not in _codes(web)
    with pytest.raises(Conflict):
        settle_edit(**decide, choices={PATH: "mine"})  # type: ignore[arg-type]


def test_taking_what_is_generated_gives_the_edit_up_there(
    web: Service, store: object, operator: Actor, schemas: BundledSchemas
) -> None:
    assert callable(store)
    _save(operator, web, schemas, "value: slow", "value: mine")
    store(WEB.replace("value: slow", "value: fast"))
    left = settle_edit(
        actor=operator,
        service=web,
        environment="",
        choices={PATH: "generated"},
        schemas=schemas,
    )
    assert left is None
    assert not ManifestEdit.objects.exists()
    assert "value: fast" in _text(web)
    assert "EDT-01" not in _codes(web)


def test_an_edit_can_be_taken_back(web: Service, operator: Actor, schemas: BundledSchemas) -> None:
    before = _text(web)
    _save(operator, web, schemas, "replicas: 1", "replicas: 4")
    remove_edit(actor=operator, service=web, environment="", schemas=schemas)
    assert _text(web) == before
    with pytest.raises(Conflict):
        remove_edit(actor=operator, service=web, environment="", schemas=schemas)
    assert AuditEvent.objects.filter(tag="edit:removed").count() == 1


def test_an_edit_for_one_environment_changes_that_alone(
    web: Service, operator: Actor, schemas: BundledSchemas
) -> None:
    before = _text(web)
    _save(operator, web, schemas, "replicas: 1", "replicas: 4", where="production")
    assert _text(web) == before
    texts = {}
    for name in ("staging", "production"):
        wish = Wish(name, {}, {})
        made, _new = make_revision(actor=operator, service=web, wish=wish, schemas=schemas)
        texts[name] = (made.text, made.base_text)
    assert "replicas: 1" in texts["staging"][0]
    assert "replicas: 4" in texts["production"][0]
    assert texts["production"][1] == texts["staging"][1]


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("name: web\n", "name: other\n", "new_object"),
        ("kind: Deployment", "kind: DaemonSet", "new_object"),
        ("apiVersion: apps/v1", "", "no_manifest"),
    ],
)
def test_an_edit_changes_fields_and_nothing_else(
    web: Service, operator: Actor, schemas: BundledSchemas, old: str, new: str, code: str
) -> None:
    with pytest.raises((InvalidInput, UnreadableSource)) as raised:
        _save(operator, web, schemas, old, new)
    codes = [problem.code for problem in raised.value.problems]
    assert code in codes or isinstance(raised.value, UnreadableSource)
    assert not ManifestEdit.objects.exists()


def test_what_is_no_yaml_is_refused_with_its_line(
    web: Service, operator: Actor, schemas: BundledSchemas
) -> None:
    with pytest.raises(UnreadableSource) as raised:
        save_edit(actor=operator, service=web, environment="", text="a: [\n", schemas=schemas)
    assert raised.value.problems[0].place.line == 2
    with pytest.raises(InvalidInput, match="Nothing differs"):
        save_edit(actor=operator, service=web, environment="", text=_text(web), schemas=schemas)
    with pytest.raises(InvalidInput, match="no environment moon"):
        _save(operator, web, schemas, "replicas: 1", "replicas: 4", where="moon")


def test_whoever_only_looks_may_not_edit(
    web: Service, viewer: Actor, schemas: BundledSchemas
) -> None:
    with pytest.raises(Refusal):
        _save(viewer, web, schemas, "replicas: 1", "replicas: 4")

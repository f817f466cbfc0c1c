"""Edits laid over renderings: they stay, news arrives, secrets keep their places."""

from __future__ import annotations

import yaml

from migrations_app.adapters.schemas import BundledSchemas
from migrations_app.domain.bundle import MemoryFiles, Object
from migrations_app.domain.edits import Edit
from migrations_app.domain.engine import Made, Options, base, render
from migrations_app.domain.manifests.secret_markers import take
from migrations_app.domain.manifests.three_way import put_at
from migrations_app.domain.provenance import StepKind
from migrations_app.domain.reading.limits import STRICT
from migrations_app.domain.reading.read import read_bundle

SCHEMAS = BundledSchemas()
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
        args: [--password, correct-horse-battery, -v]
        env: [{name: DB_PASSWORD, value: hunter2-hunter2}, {name: MODE, value: slow}]
---
apiVersion: v1
kind: ConfigMap
metadata: {name: note}
data: {a: "1"}
"""


def _made(text: str, *edits: Edit, environment: str | None = None) -> Made:
    bundle = read_bundle(MemoryFiles({"web.yaml": text.encode()}), STRICT)
    return render(bundle, Options(edits=edits, environment=environment), SCHEMAS)


def _marked(text: str) -> tuple[Object, ...]:
    bodies, _values = take(item.body for item in _made(text).objects)
    return tuple(bodies)


def _edit(old: str, new: str, environment: str = "") -> Edit:
    generated = _marked(WEB)
    text = yaml.safe_dump_all(generated).replace(old, new)
    return Edit("olga", generated, tuple(yaml.safe_load_all(text)), environment)


def test_an_edit_stays_and_news_arrives() -> None:
    edit = _edit("replicas: 1", "replicas: 4")
    made = _made(WEB.replace("web:1", "web:2"), edit)
    assert "replicas: 4" in made.text
    assert "web:2" in made.text
    assert not [finding for finding in made.findings if finding.code == "EDT-01"]
    steps = made.objects[0].origin.at(("spec", "replicas")).steps
    assert [(step.kind, step.by) for step in steps][-1] == (StepKind.EDIT, "olga")


def test_a_contradiction_is_a_blocker_at_its_line_and_the_edit_stands() -> None:
    made = _made(WEB.replace("value: slow", "value: fast"), _edit("value: slow", "value: mine"))
    assert "value: mine" in made.text
    [found] = [finding for finding in made.findings if finding.code == "EDT-01"]
    assert (found.severity.value, found.waivable) == ("blocker", False)
    assert found.place.path == "/spec/template/spec/containers/0/env/1/value"
    assert "olga" in str(found.message)


def test_secrets_stay_where_they_belong_when_lists_are_edited() -> None:
    edit = _edit("- -v", "- -v\n        - -x")
    reordered = Edit("olga", edit.generated, tuple(map(_reversed, edit.edited)))
    made = _made(WEB, reordered)
    container = made.objects[0].body["spec"]["template"]["spec"]["containers"][0]
    assert container["args"] == ["--password", "correct-horse-battery", "-v", "-x"]
    values = {variable["name"]: variable["value"] for variable in container["env"]}
    assert values == {"DB_PASSWORD": "hunter2-hunter2", "MODE": "slow"}
    assert not [finding for finding in made.findings if finding.code == "EDT-01"]


def test_an_edit_of_one_environment_is_no_part_of_the_base() -> None:
    edit = _edit("replicas: 1", "replicas: 4", environment="staging")
    bundle = read_bundle(MemoryFiles({"web.yaml": WEB.encode()}), STRICT)
    options = Options(environment="staging", edits=(edit,))
    assert "replicas: 4" in render(bundle, options, SCHEMAS).text
    assert "replicas: 1" in base(bundle, options, SCHEMAS).text


def test_an_object_may_be_taken_out_and_stays_out() -> None:
    generated = _marked(WEB)
    made = _made(WEB, Edit("olga", generated, generated[:1]))
    assert "ConfigMap" not in made.text
    changed = _made(WEB.replace('a: "1"', 'a: "2"'), Edit("olga", generated, generated[:1]))
    assert [finding.place.object for finding in changed.findings if finding.code == "EDT-01"] == [
        "ConfigMap/note"
    ]


def test_a_value_is_put_by_the_path_of_its_conflict() -> None:
    body = {"containers": [{"name": "a", "image": "1"}, {"name": "b", "image": "2"}]}
    assert put_at(body, "/containers/b/image", "3")["containers"][1] == {"name": "b", "image": "3"}
    assert body["containers"][1]["image"] == "2"


def _reversed(body: Object) -> Object:
    if body["kind"] == "Deployment":
        container = body["spec"]["template"]["spec"]["containers"][0]
        container["env"] = container["env"][::-1]
    return body

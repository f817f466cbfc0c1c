"""Which field stands on which line."""

from __future__ import annotations

from migrations_app.domain.manifests.lines import lines_of
from migrations_app.domain.manifests.render import to_yaml

POD = {
    "apiVersion": "v1",
    "kind": "Pod",
    "metadata": {"name": "web", "labels": {"a/b": "c"}},
    "spec": {"containers": [{"name": "web", "args": ["one", "two"], "ports": []}]},
}
MAP = {
    "apiVersion": "v1",
    "kind": "ConfigMap",
    "metadata": {"name": "web"},
    "data": {"file": "first\nsecond\n", "last": "x"},
}


def test_every_field_is_found_on_its_line() -> None:
    text = to_yaml([POD, MAP])
    found = lines_of(text)
    lines = text.splitlines()
    assert lines[found.find("Pod/web", "/metadata/labels/a~1b") - 1].strip() == "a/b: c"
    assert lines[found.find("Pod/web", "/spec/containers/0/args/1") - 1].strip() == "- two"
    assert lines[found.find("ConfigMap/web", "/data/last") - 1].strip() == "last: x"
    assert found.objects[0] == ("Pod/web", 1)
    assert lines[found.objects[1][1] - 1] == "apiVersion: v1"


def test_a_field_that_is_not_there_leads_to_what_would_hold_it() -> None:
    found = lines_of(to_yaml([POD]))
    holder = found.find("Pod/web", "/spec/containers/0")
    assert found.find("Pod/web", "/spec/containers/0/resources/limits") == holder
    assert found.find("Pod/other", "/spec") == 0


def test_all_lines_of_a_long_text_belong_to_its_field() -> None:
    lines = lines_of(to_yaml([MAP])).lines
    owned = [line.text.strip() for line in lines if line.path == "/data/file"]
    assert owned == ["file: |", "first", "second"]


def test_the_line_between_documents_belongs_to_none() -> None:
    between = [line for line in lines_of(to_yaml([POD, MAP])).lines if line.text == "---"]
    assert [line.document for line in between] == [-1]
    assert lines_of("").lines == ()

"""Kube units: the objects of the files that they play."""

from __future__ import annotations

import pytest

from migrations_app.domain.bundle import Missing, SourceFiles
from migrations_app.domain.errors import UnreadableSource
from migrations_app.domain.reading.limits import STRICT
from migrations_app.domain.reading.read import read_bundle
from tests.domain.reading.quadlet.reading_units import read

POD = "apiVersion: v1\nkind: Pod\nmetadata: {name: shop}\nspec: {containers: []}\n"
UNIT = "[Kube]\nYaml=shop.yaml\n"


class _Beside(SourceFiles):
    """One member, and other files within its reach."""

    def __init__(self, files: dict[str, str]) -> None:
        self.files = files

    def names(self) -> tuple[str, ...]:
        return tuple(self.files)[:1]

    def read(self, relative: str) -> bytes:
        if relative not in self.files:
            raise Missing(relative)
        return self.files[relative].encode()


def test_a_file_within_reach_is_read_with_its_places():
    bundle = read_bundle(_Beside({"u/shop.kube": UNIT, "u/shop.yaml": POD}), STRICT)
    (pod,) = bundle.objects
    assert (pod.label, pod.file, pod.origin.at(("metadata", "name")).line) == (
        "Pod/shop",
        "u/shop.yaml",
        3,
    )
    assert bundle.facts.identities == {"Pod/shop": "systemd:shop.service"}


def test_a_file_that_is_a_member_itself_is_read_once():
    bundle = read({"shop.kube": UNIT, "shop.yaml": POD})
    assert [item.label for item in bundle.objects] == ["Pod/shop"]
    assert bundle.facts.identities == {"Pod/shop": "systemd:shop.service"}


def test_a_path_of_the_host_is_looked_for_beside_the_unit():
    bundle = read({"shop.kube": UNIT.replace("shop.yaml", "/opt/k8s/shop.yaml"), "shop.yaml": POD})
    assert bundle.questions == ()


def test_a_missing_file_is_a_question_whose_answer_is_its_content():
    bundle = read({"shop.kube": UNIT})
    assert bundle.objects == ()
    (question,) = bundle.questions
    assert question.id == "missing-file:shop.kube:shop.yaml"
    assert [finding.code for finding in bundle.findings] == ["CAP-07"]
    answered = read({"shop.kube": UNIT}, answers={question.id: POD})
    assert [item.label for item in answered.objects] == ["Pod/shop"]
    assert answered.findings == ()


def test_a_broken_file_is_told_of_where_the_unit_names_it():
    files = {"shop.kube": UNIT, "shop.yaml": "a: {{ .Values.x }}\n"}
    with pytest.raises(UnreadableSource) as caught:
        read_bundle(_Beside(files), STRICT)
    (problem,) = caught.value.problems
    assert (problem.code, problem.place.file, problem.place.line) == (
        "yaml_template",
        "shop.kube",
        2,
    )
    assert str(problem.message).startswith("shop.yaml:1:5: ")

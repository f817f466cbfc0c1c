"""The front door: the same in, the same out, and every field accounted for."""

from __future__ import annotations

from pathlib import Path

import pytest

from migrations_app.adapters.schemas import BundledSchemas
from migrations_app.domain.bundle import Bundle, MemoryFiles, SourceKind
from migrations_app.domain.engine import (
    Made,
    Options,
    SecretsMode,
    base,
    render,
    services_of,
)
from migrations_app.domain.loss import Outcome
from migrations_app.domain.places import pointer
from migrations_app.domain.presets.schema import Preset
from migrations_app.domain.provenance import StepKind, leaves
from migrations_app.domain.reading.limits import STRICT
from migrations_app.domain.reading.read import read_bundle

CASES = sorted(path for path in (Path(__file__).parent / "golden").iterdir() if path.is_dir())
SCHEMAS = BundledSchemas()
POD = """
apiVersion: v1
kind: Pod
metadata: {name: My_Pod, labels: {app: a}}
spec:
  containers:
  - {name: Web_1, image: "localhost/web:1", env: [{name: API_KEY, value: s3cr3t-value-9}]}
"""
LAYERS = (
    Preset.from_text("name: org\nresources: {default: {limits: {memory: 64Mi}}}"),
    Preset.from_text(
        "name: prod\nscope: {environment: production}\n"
        "resources: {default: {limits: {memory: 512Mi}}}"
    ),
)


def bundle(**files: str) -> Bundle:
    return read_bundle(MemoryFiles({name: text.encode() for name, text in files.items()}), STRICT)


def made(text: str = POD, **options: object) -> Made:
    return render(bundle(a=text), Options(**options), SCHEMAS)  # type: ignore[arg-type]


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.name)
def test_every_leaf_of_a_source_has_exactly_one_row(case: Path) -> None:
    files = {path.name: path.read_bytes() for path in sorted(case.glob("source*"))}
    read = read_bundle(MemoryFiles(files), STRICT)
    result = render(read, Options(), SCHEMAS)
    is_kubernetes = all(member.kind is SourceKind.KUBERNETES for member in read.members)
    if is_kubernetes:
        assert [row.path for row in result.loss] == [
            item.label + pointer(path)
            for item in read.objects
            for path, _value in leaves(item.body)
        ]
    paths = [(row.place.file, row.path) for row in result.loss]
    assert len(paths) == len(set(paths))
    for row in result.loss:
        if row.outcome is not Outcome.KEPT:
            assert str(row.reason), row.path
        # What a cluster does by itself (detach, restart …) is converted and stands in no object.
        if row.outcome is Outcome.KEPT or (is_kubernetes and row.outcome is Outcome.CONVERTED):
            assert row.target, row.path


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.name)
def test_the_same_input_makes_the_same_bytes(case: Path) -> None:
    files = {path.name: path.read_bytes() for path in sorted(case.glob("source*"))}
    first, second = (
        render(read_bundle(MemoryFiles(files), STRICT), Options(), SCHEMAS) for _ in range(2)
    )
    assert first == second or first.text == second.text
    assert first.digest == second.digest


def test_placeholders_hide_values_everywhere_and_keep_the_digest() -> None:
    open_text = made()
    hidden = made(secrets=SecretsMode.PLACEHOLDER)
    assert "s3cr3t-value-9" in open_text.text
    assert "s3cr3t-value-9" not in hidden.text
    assert "s3cr3t-value-9" not in repr([item.body for item in hidden.objects])
    assert "s3cr3t-value-9" not in repr(hidden.changes)
    assert hidden.digest == open_text.digest


def test_renames_name_what_was_renamed() -> None:
    assert [(item["kind"], item["from"], item["to"]) for item in made().renames] == [
        ("Pod", "My_Pod", "my-pod"),
        ("container", "Web_1", "web-1"),
    ]


def test_changes_carry_the_label_that_the_object_has_now() -> None:
    assert {item.label for item in made().changes} == {"Pod/my-pod"}


def test_images_by_hand_win_and_know_the_old_container_name() -> None:
    for name in ("Web_1", "web-1"):
        result = made(images={name: "registry.example.com/web:9"})
        assert result.images == ("registry.example.com/web:9",)


def test_base_leaves_the_environment_out() -> None:
    read = bundle(a=POD)
    options = Options(environment="production", namespace="prod", layers=LAYERS)
    full, plain = render(read, options, SCHEMAS), base(read, options, SCHEMAS)
    assert "memory: 512Mi" in full.text
    assert "namespace: prod" in full.text
    assert "memory: 64Mi" in plain.text
    assert "namespace" not in plain.text
    assert full.digest != plain.digest


def test_presets_know_the_namespace_that_was_asked_for() -> None:
    layer = Preset.from_text(
        "secrets: {mode: external-secrets, remoteKey: 'kv/{namespace}/{secret}',"
        " store: {name: vault}}",
        "org",
    )
    secret = "apiVersion: v1\nkind: Secret\nmetadata: {name: db}\nstringData: {password: hunter2}\n"
    result = render(bundle(a=secret), Options(namespace="prod", layers=(layer,)), SCHEMAS)
    assert "kv/prod/db" in result.text


def test_a_preset_leaves_its_name_with_what_it_set() -> None:
    steps = [item.change.step for item in made(layers=LAYERS[:1]).changes]
    assert [step.by for step in steps if step.kind is StepKind.PRESET] == ["org"]


def test_services_are_found() -> None:
    (service,) = services_of(made()).services
    assert (service.kind, service.name) == ("Pod", "my-pod")


def test_nothing_is_invented_without_a_preset() -> None:
    text = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\ndata:\n  b: c\n"
    result = made(text)
    assert result.text == text
    assert result.changes == ()


def test_a_value_that_moved_is_found_in_the_object_of_its_own_service() -> None:
    """The same number stands in the autoscaler of every other service as well."""
    deployment = (
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: {name}}}\nspec:\n"
        "  replicas: 2\n  selector: {{matchLabels: {{app: {name}}}}}\n  template:\n"
        "    metadata: {{labels: {{app: {name}}}}}\n"
        "    spec: {{containers: [{{name: a, image: registry.example.com/a:1}}]}}\n"
    )
    text = "---\n".join(deployment.format(name=name) for name in ("one", "two"))
    scaling = Preset.from_text("name: s\nscaling: {min: 2, max: 4, cpu: 70}\n")
    rows = {row.path: row.target for row in made(text, layers=(scaling,)).loss}
    for name in ("one", "two"):
        target = f"HorizontalPodAutoscaler/{name}/spec/minReplicas"
        assert rows[f"Deployment/{name}/spec/replicas"] == target


def test_what_the_reader_found_at_a_place_is_not_found_there_again() -> None:
    text = (
        "services:\n  a: {image: docker.io/library/nginx:1, networks: [ghost]}\n"
        "  b: {image: docker.io/library/nginx:1}\n"
    )

    found = [item for item in made(text).findings if item.code == "CAP-07"]

    assert [str(item.message) for item in found] == ["Network ghost is used and nowhere defined."]


CLAIMS = (
    "services:\n  a: {image: docker.io/library/nginx:1, volumes: ['vol:/v', 'war:/w']}\n"
    "volumes: {vol: , war: }\n"
)
STORAGE = (
    Preset.from_text("name: s\nstorage: {class: fast, size: 2Gi, claims: {vol: {size: 9Gi}}}"),
)


def test_what_a_preset_says_of_claims_is_asked_no_more() -> None:
    asked = [item.id for item in made(CLAIMS, layers=STORAGE).questions]

    assert "volume-size:a:war" in asked
    assert not {"volume-size:a:vol", "volume-class:a:vol", "volume-class:a:war"} & set(asked)


def test_the_class_that_somebody_answered_is_not_replaced_by_that_of_all() -> None:
    answers = {"volume-class:a:vol": "slow", "volume-class:a:war": "default"}

    result = made(CLAIMS, layers=STORAGE, answers=answers)

    (claims,) = (
        item.body["spec"]["volumeClaimTemplates"]
        for item in result.objects
        if item.body["kind"] == "StatefulSet"
    )
    assert [claim["spec"]["storageClassName"] for claim in claims] == ["slow", "fast"]
    assert set(answers) <= {item.id for item in result.questions}

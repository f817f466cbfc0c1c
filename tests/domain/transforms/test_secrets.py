"""Where the values of Secrets come from, and that nobody loses a variable or a file over it."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from migrations_app.adapters.schemas import BundledSchemas
from migrations_app.domain.bundle import MemoryFiles
from migrations_app.domain.engine import Made, Options, SecretsMode, render, services_of
from migrations_app.domain.errors import InvalidInput
from migrations_app.domain.manifests.secret_markers import MARKER, missing_values
from migrations_app.domain.presets.schema import Preset
from migrations_app.domain.reading.limits import STRICT
from migrations_app.domain.reading.read import read_bundle
from tests.domain.transforms.applying import applied

POD = """
apiVersion: v1
kind: Pod
metadata: {name: shop, namespace: bank}
spec:
  containers:
  - name: web
    image: a.example.com/b:1
    env:
    - {name: PASSWORD, valueFrom: {secretKeyRef: {name: db, key: PASSWORD}}}
    - {name: OTHER, valueFrom: {secretKeyRef: {name: mail, key: PASSWORD}}}
    envFrom:
    - {prefix: DB_, secretRef: {name: db}}
  volumes:
  - {name: whole, secret: {secretName: db}}
  - {name: part, projected: {sources: [{secret: {name: db, items: [{key: USER, path: u}]}}]}}
---
apiVersion: v1
kind: Secret
metadata: {name: db, namespace: bank, labels: {app: shop}}
data: {PASSWORD: aHVudGVyMg==}
stringData: {USER: shop}
---
apiVersion: v1
kind: Secret
metadata: {name: mail, namespace: bank}
type: kubernetes.io/basic-auth
stringData: {password: geheim}
---
apiVersion: v1
kind: Secret
metadata: {name: token, namespace: bank, annotations: {kubernetes.io/service-account.name: a}}
type: kubernetes.io/service-account-token
"""


def kinds(objects: list[Any]) -> list[str]:
    return [f"{body['kind']}/{body['metadata']['name']}" for body in objects]


def made(preset: str, text: str = POD) -> Made:
    bundle = read_bundle(MemoryFiles({"s.yaml": text.encode()}), STRICT)
    return render(bundle, Options(layers=(Preset.from_text(preset, "p"),)), BundledSchemas())


def test_a_placeholder_has_markers_for_all_values_and_cannot_be_applied() -> None:
    objects = applied(POD, "secrets: {mode: placeholder}")
    assert objects[1]["data"] == {"PASSWORD": "a2FrZWhhc2hpOnNlY3JldA=="}
    assert objects[1]["stringData"] == {"USER": MARKER}
    assert len(missing_values(objects)) == 3


@pytest.mark.parametrize("preset", ["secrets: {mode: supplied}", "secrets: {}"])
def test_supplied_values_stay_as_they_are(preset: str) -> None:
    assert applied(POD, preset) == list(yaml.safe_load_all(POD))


def test_a_secret_that_the_cluster_has_is_only_referred_to() -> None:
    preset = "secrets: {mode: reference, names: {mail: {mode: supplied}}}"
    objects = applied(POD, preset)
    assert kinds(objects) == ["Pod/shop", "Secret/mail", "Secret/token"]
    assert objects[0] == next(yaml.safe_load_all(POD))


def test_another_name_and_other_keys_change_nothing_in_the_container() -> None:
    preset = "secrets: {names: {db: {mode: reference, name: shared-db, keys: {PASSWORD: pw}}}}"
    pod, *others = applied(POD, preset)
    assert kinds(others) == ["Secret/mail", "Secret/token"]
    container = pod["spec"]["containers"][0]
    reference = {"secretKeyRef": {"name": "shared-db", "key": "pw"}}
    assert container["env"] == [
        {"name": "PASSWORD", "valueFrom": reference},
        {"name": "OTHER", "valueFrom": {"secretKeyRef": {"name": "mail", "key": "PASSWORD"}}},
        {"name": "DB_PASSWORD", "valueFrom": reference},
    ]
    assert container["envFrom"] == [{"prefix": "DB_", "secretRef": {"name": "shared-db"}}]
    whole, part = pod["spec"]["volumes"]
    assert whole["secret"] == {
        "secretName": "shared-db",
        "items": [{"key": "pw", "path": "PASSWORD"}, {"key": "USER", "path": "USER"}],
    }
    assert part["projected"]["sources"] == [
        {"secret": {"name": "shared-db", "items": [{"key": "USER", "path": "u"}]}}
    ]


def test_keys_may_change_where_the_name_stays() -> None:
    preset = "secrets: {names: {db: {mode: reference, keys: {PASSWORD: pw}}}}"
    pod = applied(POD, preset)[0]
    assert pod["spec"]["containers"][0]["env"][0]["valueFrom"]["secretKeyRef"] == {
        "name": "db",
        "key": "pw",
    }


def test_an_operator_fetches_what_a_store_has() -> None:
    preset = (
        "secrets: {mode: external-secrets, store: {name: vault, kind: ClusterSecretStore},"
        " refreshInterval: 30m, remoteKey: 'kv/{namespace}/{secret}', property: '{key}',"
        " names: {mail: {remoteKey: 'mail-{key}', property: ''}}}"
    )
    objects = applied(POD, preset)
    assert kinds(objects) == [
        "Pod/shop",
        "ExternalSecret/db",
        "ExternalSecret/mail",
        "Secret/token",
    ]
    assert objects[1] == {
        "apiVersion": "external-secrets.io/v1",
        "kind": "ExternalSecret",
        "metadata": {"name": "db", "namespace": "bank", "labels": {"app": "shop"}},
        "spec": {
            "refreshInterval": "30m",
            "secretStoreRef": {"name": "vault", "kind": "ClusterSecretStore"},
            "target": {"name": "db", "creationPolicy": "Owner"},
            "data": [
                {"secretKey": key, "remoteRef": {"key": "kv/bank/db", "property": key}}
                for key in ("PASSWORD", "USER")
            ],
        },
    }
    assert objects[2]["spec"]["target"]["template"] == {"type": "kubernetes.io/basic-auth"}
    assert objects[2]["spec"]["data"] == [
        {"secretKey": "password", "remoteRef": {"key": "mail-password"}}
    ]


def test_the_version_of_the_operator_can_be_chosen() -> None:
    preset = (
        "secrets: {mode: external-secrets, store: {name: v},"
        " apiVersion: external-secrets.io/v1beta1}"
    )
    assert applied(POD, preset)[1]["apiVersion"] == "external-secrets.io/v1beta1"


def test_without_a_store_nothing_can_be_fetched() -> None:
    with pytest.raises(InvalidInput, match=r"secrets\.store"):
        applied(POD, "secrets: {mode: external-secrets}")


@pytest.mark.parametrize(
    ("preset", "missing"),
    [
        ("secrets: {mode: supplied, names: {db: {mode: reference, name: shared}}}", set()),
        ("secrets: {mode: external-secrets, store: {name: v}}", set()),
        ("secrets: {mode: reference}", set()),
        ("secrets: {mode: placeholder}", {"elsewhere"}),
    ],
)
def test_nobody_misses_a_secret_that_is_made_elsewhere(preset: str, missing: set[str]) -> None:
    text = POD
    if missing:
        text = text.replace("secretName: db", "secretName: elsewhere")
    found = {item.subject for item in made(preset, text).findings if item.code == "CFG-03"}
    assert found == missing


def test_what_is_fetched_belongs_to_the_service_that_uses_it() -> None:
    result = made("secrets: {mode: external-secrets, store: {name: v}}")
    (service,) = services_of(result).services
    assert [item.label for item in service.objects] == [
        "Pod/shop",
        "ExternalSecret/db",
        "ExternalSecret/mail",
    ]


def test_no_value_is_left_where_another_place_has_it() -> None:
    for mode in ("placeholder", "reference", "external-secrets"):
        text = made(f"secrets: {{mode: {mode}, store: {{name: v}}}}").text
        assert "geheim" not in text
        assert "aHVudGVyMg" not in text


@pytest.mark.parametrize("mode", ["placeholder", "reference", "external-secrets"])
def test_what_was_done_to_a_secret_is_told_without_its_value(mode: str) -> None:
    """The record quotes what a step took away; asked for placeholders it quotes no value."""
    bundle = read_bundle(MemoryFiles({"s.yaml": POD.encode()}), STRICT)
    layer = Preset.from_text(f"secrets: {{mode: {mode}, store: {{name: v}}}}", "p")
    options = Options(layers=(layer,), secrets=SecretsMode.PLACEHOLDER)
    result = render(bundle, options, BundledSchemas())
    assert result.changes
    quoted = repr([(item.change.before, item.change.after) for item in result.changes])
    for value in ("geheim", "aHVudGVyMg", "hunter2"):
        assert value not in quoted
    assert {"geheim", "aHVudGVyMg=="} <= result.secrets

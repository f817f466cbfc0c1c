"""Digests name a manifest by its content, and never by its secrets."""

from __future__ import annotations

from typing import Any

from migrations_app.domain.manifests.digests import ANNOTATION, digest, inputs_digest, normalised
from migrations_app.domain.manifests.render import to_yaml
from migrations_app.domain.manifests.secret_markers import (
    MARKER,
    is_marker,
    missing_values,
    put_back,
    take,
)

SECRET: dict[str, Any] = {
    "apiVersion": "v1",
    "kind": "Secret",
    "metadata": {"name": "db", "namespace": "bank"},
    "data": {"password": "aHVudGVyMg=="},
    "stringData": {"user": "ledger"},
}
DEPLOYMENT: dict[str, Any] = {
    "apiVersion": "apps/v1",
    "kind": "Deployment",
    "metadata": {"name": "ledger"},
    "spec": {
        "template": {
            "spec": {
                "containers": [
                    {
                        "name": "ledger",
                        "args": ["--token=abcdef123456", "--port=8080"],
                        "env": [
                            {"name": "DB_PASSWORD", "value": "hunter2"},
                            {"name": "LOG_LEVEL", "value": "info"},
                        ],
                    }
                ]
            }
        }
    },
}
MANIFEST = [SECRET, DEPLOYMENT]


def test_secret_values_do_not_show_in_the_digest() -> None:
    other = {**SECRET, "data": {"password": "b3RoZXI="}}
    assert digest([SECRET]) == digest([other])


def test_a_key_more_is_another_digest() -> None:
    other = {**SECRET, "data": {**SECRET["data"], "token": "eA=="}}
    assert digest([SECRET]) != digest([other])


def test_a_manifest_with_markers_has_the_digest_of_the_one_with_values() -> None:
    marked, _values = take(MANIFEST)
    assert digest(marked) == digest(MANIFEST)


def test_text_at_hand_makes_no_difference() -> None:
    assert digest(MANIFEST, to_yaml(MANIFEST)) == digest(MANIFEST)
    plain = [{"kind": "ConfigMap", "apiVersion": "v1", "data": {"a": "b"}}]
    assert digest(plain, to_yaml(plain)) == digest(plain)


def test_our_own_annotation_is_not_hashed() -> None:
    body = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}}
    annotated = {**body, "metadata": {"name": "a", "annotations": {ANNOTATION: "x"}}}
    assert digest([annotated]) == digest([body])
    assert "annotations" in annotated["metadata"]


def test_an_object_with_nothing_to_hide_is_hashed_as_it_is() -> None:
    body = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "a"}}
    assert normalised(body) is body


def test_inputs_are_hashed_whatever_their_order() -> None:
    assert inputs_digest({"a": 1, "b": [2]}) == inputs_digest({"b": [2], "a": 1})
    assert inputs_digest({"a": 1}) != inputs_digest({"a": "1"})


def test_values_go_out_and_come_back_exactly() -> None:
    marked, values = take(MANIFEST)
    assert values == {
        ("Secret/db@bank", "/data/password"): "aHVudGVyMg==",
        ("Secret/db@bank", "/stringData/user"): "ledger",
        ("Deployment/ledger", "/spec/template/spec/containers/0/env/0/value"): "hunter2",
        ("Deployment/ledger", "/spec/template/spec/containers/0/args/0"): "--token=abcdef123456",
    }
    assert "hunter2" not in to_yaml(marked)
    assert "aHVudGVyMg==" not in to_yaml(marked)
    assert put_back(marked, values) == MANIFEST
    assert missing_values(marked) == list(values)
    assert missing_values(MANIFEST) == []


def test_a_marker_is_no_value() -> None:
    marked, _values = take(MANIFEST)
    again, nothing = take(marked)
    assert nothing == {}
    assert again == marked
    assert put_back(marked, {}) == marked


def test_a_marker_in_data_is_base64() -> None:
    (marked,), _values = take([SECRET])
    assert is_marker(marked["data"]["password"])
    assert marked["data"]["password"] != MARKER
    assert marked["stringData"]["user"] == MARKER


def test_objects_without_secrets_are_returned_as_they_are() -> None:
    body = {"apiVersion": "v1", "kind": "ConfigMap", "data": {"LOG_LEVEL": "info"}}
    (same,), values = take([body])
    assert same is body
    assert not values


def test_strange_objects_are_passed_over() -> None:
    strange: list[dict[str, Any]] = [
        {"apiVersion": "v1", "kind": "Secret", "data": ["a"], "stringData": {"a": None}},
        {"apiVersion": "apps/v1", "kind": "Deployment", "spec": {"template": {"spec": []}}},
        {"apiVersion": "v1", "kind": "Pod", "spec": {"containers": [{"env": {"a": 1}}, None, 3]}},
    ]
    marked, _values = take(strange)
    assert len(marked) == 3
    assert digest(strange)

"""The bundled schemas: strict, all violations at once, in sentences a person can act on."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest

from migrations_app.adapters.schemas import BundledSchemas
from migrations_app.domain.schemas import SchemaViolation

SCHEMAS = BundledSchemas()
NEWEST = SCHEMAS.versions()[-1]


def violations(body: dict[str, Any], version: str = NEWEST) -> list[SchemaViolation]:
    return list(SCHEMAS.violations(version, body))


def deployment(**container: Any) -> dict[str, Any]:
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "web"},
        "spec": {
            "selector": {"matchLabels": {"app": "web"}},
            "template": {
                "metadata": {"labels": {"app": "web"}},
                "spec": {"containers": [{"name": "web", "image": "r.io/web:1", **container}]},
            },
        },
    }


CONTAINER = ("spec", "template", "spec", "containers", 0)


def test_versions_are_in_order_of_age() -> None:
    minors = [int(version.split(".")[1]) for version in SCHEMAS.versions()]

    assert minors == sorted(minors)
    assert len(minors) > 5


@pytest.mark.parametrize(
    ("version", "api_version", "kind", "known"),
    [
        (NEWEST, "v1", "Pod", True),
        (NEWEST, "apps/v1", "Deployment", True),
        (NEWEST, "extensions/v1beta1", "Deployment", False),
        (NEWEST, "networking.k8s.io/v1", "Ingress", True),
        (NEWEST, "example.com/v1", "Widget", False),
        ("1.25", "flowcontrol.apiserver.k8s.io/v1beta2", "FlowSchema", True),
        (NEWEST, "flowcontrol.apiserver.k8s.io/v1beta2", "FlowSchema", False),
    ],
)
def test_it_knows_the_kinds_of_each_version(
    version: str, api_version: str, kind: str, known: bool
) -> None:
    assert SCHEMAS.knows(version, api_version, kind) is known


@pytest.mark.parametrize("version", SCHEMAS.versions())
def test_a_sound_object_has_no_violations_in_any_version(version: str) -> None:
    probe = {"httpGet": {"path": "/", "port": "http"}}
    body = deployment(
        ports=[{"name": "http", "containerPort": 8080}],
        resources={"limits": {"cpu": 1, "memory": "1Gi"}},
        readinessProbe=probe,
    )

    assert violations(body, version) == []


def test_an_unknown_field_is_named_with_the_nearest_known_one() -> None:
    (found,) = violations(deployment(imagePullPolcy="Always"))

    assert (found.path, found.unknown_field, found.nearest) == (
        CONTAINER,
        "imagePullPolcy",
        "imagePullPolicy",
    )
    assert str(found.message) == (
        "The field imagePullPolcy is unknown. Did you mean imagePullPolicy?"
    )


def test_a_wrong_type_says_what_would_be_right() -> None:
    (found,) = violations(deployment(ports=[{"containerPort": "eighty"}]))

    assert found.path == (*CONTAINER, "ports", 0, "containerPort")
    assert (str(found.message), found.expected) == (
        "containerPort must be a whole number.",
        "integer",
    )


def test_a_missing_field_is_named() -> None:
    body = deployment()
    del body["spec"]["selector"]

    (found,) = violations(body)

    assert (found.path, str(found.message)) == (("spec",), "The field selector is required.")


def test_a_quantity_or_port_takes_text_or_a_number() -> None:
    body = deployment(
        resources={"limits": {"cpu": [], "memory": {}}},
        livenessProbe={"tcpSocket": {"port": True}},
    )

    assert {found.path[len(CONTAINER) :] for found in violations(body)} == {
        ("resources", "limits", "cpu"),
        ("resources", "limits", "memory"),
        ("livenessProbe", "tcpSocket", "port"),
    }


def test_all_violations_come_at_once() -> None:
    body = deployment(imag="x", command="sh", env=[{"value": 1}])
    body["spec"]["replicas"] = "two"

    assert {(found.path[-1], found.unknown_field) for found in violations(body)} == {
        (0, "imag"),
        ("command", ""),
        (0, ""),
        ("value", ""),
        ("replicas", ""),
    }


@pytest.mark.parametrize(
    "value", [None, [], "text", 3, {"containers": None}, {"containers": [None, 1]}]
)
def test_any_shape_ends_in_violations_not_in_an_error(value: Any) -> None:
    assert violations({"apiVersion": "v1", "kind": "Pod", "spec": value}) or value is None


def test_the_package_is_not_read_before_it_is_needed() -> None:
    code = (
        "import sys, migrations_app.adapters.schemas as s; s.BundledSchemas();"
        "print('kubernetes_validate' in sys.modules, 'jsonschema_rs' in sys.modules)"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )

    assert result.stdout.split() == ["False", "False"]

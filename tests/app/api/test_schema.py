"""The description of the API: as committed, without a warning, and true of every answer."""

from __future__ import annotations

import json
from typing import Any

import jsonschema_rs
import pytest
import yaml
from django.db import transaction

from migrations_app.models import RunLogLine
from migrations_app.queries.actors import Actor
from tests.app.api.conftest import Api, close, token_of
from tests.app.api.world import ROUTES, Route, World
from workbench import generated

COMMITTED = generated.ROOT / "docs" / "openapi.yaml"
ALIASES = ("applications/{slug}/services/{key}/", "/questions/answers/")
UNDESCRIBED = ("schema/", "docs/")


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(COMMITTED.read_text(encoding="utf-8"))
    return found


def test_the_committed_file_is_what_the_code_describes() -> None:
    assert COMMITTED.read_text(encoding="utf-8") == generated.openapi(), (
        "docs/openapi.yaml is out of date: run bin/check --update"
    )


def test_every_operation_has_a_name_of_its_own_and_says_what_it_does(
    document: dict[str, Any],
) -> None:
    operations = [operation for item in document["paths"].values() for operation in item.values()]
    names = [operation["operationId"] for operation in operations]
    assert len(names) == len(set(names)) > 80
    assert all(operation["summary"] for operation in operations)
    assert not [name for name in document["components"]["schemas"] if name.startswith("Patched")]
    for operation in operations:
        assert {"401", "429"} <= set(operation["responses"]), operation["operationId"]


def test_every_route_is_described(document: dict[str, Any]) -> None:
    described = {
        (method.upper(), path.removeprefix("/api/v1/"))
        for path, item in document["paths"].items()
        for method in item
    }
    there = {(route.method, route.path) for route in ROUTES if route.path not in UNDESCRIBED}
    missing = there - described
    assert not described - there
    assert all(any(alias in f"/{path}" for alias in ALIASES) for _method, path in missing)


@pytest.mark.django_db
def test_answers_are_as_described(
    document: dict[str, Any],
    world: World,
    operator: Actor,
    administrator: Actor,
) -> None:
    apis = [Api(token_of(administrator)), Api(token_of(operator))]
    RunLogLine.objects.create(
        run=world.run, seq=1, attempt=1, at=world.service.created, source="r", text="x"
    )
    wrong: list[str] = []
    for route in ROUTES:
        operation = document["paths"].get(f"/api/v1/{route.path}", {}).get(route.method.lower())
        if operation is None or "{token_id}" in route.path:
            continue
        wrong += _deviations(document, operation, route, world, apis)
    assert not wrong, "\n".join(wrong)


def _deviations(
    document: dict[str, Any], operation: dict[str, Any], route: Route, world: World, apis: list[Api]
) -> list[str]:
    """What the first good answer says otherwise than the document."""
    for api in apis:
        headers = {"If_Match": "*"} if route.method in ("PUT", "PATCH") else {}
        with transaction.atomic():
            response = api.send(
                route.method,
                route.address(world),
                route.body,
                content_type=route.content_type,
                **headers,
            )
            if response.streaming:
                close(response)
            transaction.set_rollback(True)
        told = operation["responses"].get(str(response.status_code))
        if told is None:
            return [f"{route.method} {route.path}: {response.status_code} is not described"]
        if response.status_code >= 300:
            continue
        media_type = response.get("Content-Type", "").partition(";")[0]
        return _invalid(document, told, media_type, response, route)
    return [] if route.where == "session" else [f"{route.method} {route.path}: nobody may"]


def _invalid(
    document: dict[str, Any], told: dict[str, Any], media_type: str, response: Any, route: Route
) -> list[str]:
    content = told.get("content", {})
    if response.status_code == 204 and not content:
        return []
    if media_type not in content:
        return [f"{route.method} {route.path}: {media_type} is none of {list(content)}"]
    if media_type != "application/json":
        return []
    schema = {**content[media_type]["schema"], "components": document["components"]}
    validator = jsonschema_rs.Draft202012Validator(schema, validate_formats=True)
    return [
        f"{route.method} {route.path}: {error.message} at {list(error.instance_path)}"
        for error in validator.iter_errors(json.loads(response.content))
    ]

"""Differences by what things are called, not by where they stand."""

from __future__ import annotations

from typing import Any

from migrations_app.domain.manifests.diff import DiffState, FieldDiff, compare, unified


def body(name: str = "web", **spec: Any) -> dict[str, Any]:
    return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": name}, "spec": spec}


def test_the_same_is_no_difference() -> None:
    assert compare([body(replicas=1)], [body(replicas=1)]) == ()
    assert unified([body(replicas=1)], [body(replicas=1)]) == ""


def test_fields_are_named_one_by_one() -> None:
    (found,) = compare([body(replicas=1, paused=True)], [body(replicas=2, strategy={})])
    assert found.label == "Deployment/web"
    assert found.state is DiffState.CHANGED
    assert found.fields == (
        FieldDiff("/spec/replicas", 1, 2),
        FieldDiff("/spec/strategy", None, {}),
        FieldDiff("/spec/paused", True, None),
    )
    assert "-  replicas: 1" in found.lines
    assert "+  replicas: 2" in found.lines


def test_elements_are_matched_by_name() -> None:
    before = body(containers=[{"name": "a", "image": "x:1"}, {"name": "b", "image": "y:1"}])
    after = body(containers=[{"name": "b", "image": "y:2"}, {"name": "a", "image": "x:1"}])
    (found,) = compare([before], [after])
    assert found.fields == (FieldDiff("/spec/containers/0/image", "y:1", "y:2"),)


def test_ports_are_matched_by_number_and_protocol() -> None:
    before = body(ports=[{"port": 53, "protocol": "TCP"}, {"port": 53, "protocol": "UDP"}])
    after = body(ports=[{"port": 53, "protocol": "UDP", "name": "dns"}])
    (found,) = compare([before], [after])
    assert found.fields == (
        FieldDiff("/spec/ports/0/name", None, "dns"),
        FieldDiff("/spec/ports/0", {"port": 53, "protocol": "TCP"}, None),
    )


def test_lists_without_names_are_matched_by_position() -> None:
    (found,) = compare([body(args=["a", "b"])], [body(args=["a", "c", "d"])])
    assert found.fields == (
        FieldDiff("/spec/args/1", "b", "c"),
        FieldDiff("/spec/args/2", None, "d"),
    )


def test_types_count() -> None:
    (found,) = compare([body(value=1)], [body(value=True)])
    assert found.fields == (FieldDiff("/spec/value", 1, True),)


def test_objects_come_and_go() -> None:
    added, removed = compare([body("old")], [body("new")])
    assert (added.label, added.state) == ("Deployment/new", DiffState.ADDED)
    assert (removed.label, removed.state) == ("Deployment/old", DiffState.REMOVED)
    assert all(line.startswith(("+", "@")) for line in added.lines)


def test_a_moved_api_version_is_the_same_object() -> None:
    old = {**body(), "apiVersion": "apps/v1beta1"}
    (found,) = compare([old], [body()])
    assert found.fields == (FieldDiff("/apiVersion", "apps/v1beta1", "apps/v1"),)

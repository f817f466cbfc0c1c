"""Six layers become one, and each value knows which of them set it."""

from __future__ import annotations

from typing import Any

import pytest

from migrations_app.domain.errors import InvalidPreset, MissingParameter
from migrations_app.domain.presets.layering import Settings, in_order, settle
from migrations_app.domain.presets.schema import Preset
from migrations_app.domain.provenance import StepKind
from migrations_app.domain.transforms.by_workload import said_of


def preset(name: str, version: int = 1, **sections: Any) -> Preset:
    return Preset.from_value({"name": name, **sections}, version=version)


def settled(*layers: Preset, **parameters: str) -> Settings:
    return settle(layers, parameters)


def test_maps_merge_and_a_null_deletes() -> None:
    settings = settled(
        preset("org", resources={"default": {"limits": {"cpu": "1", "memory": "1Gi"}}}),
        preset("app", resources={"default": {"limits": {"cpu": None, "memory": "2Gi"}}}),
    )

    assert settings.section("resources") == {"default": {"limits": {"memory": "2Gi"}}}


@pytest.mark.parametrize(
    ("section", "path"),
    [
        ("workload", ("labels", "more")),
        ("exposure", ("annotations",)),
        ("observability", ("labels",)),
        ("network", ("dns", "labels")),
        ("secrets", ("names", "keys", "keys")),
    ],
)
def test_a_null_takes_one_label_or_annotation_back(section: str, path: tuple[str, ...]) -> None:
    def nested(values: dict[str, Any]) -> dict[str, Any]:
        for key in reversed(path):
            values = {key: values}
        return {section: values}

    settings = settled(
        preset("org", **nested({"example.com/a": "1", "example.com/b": "2"})),
        preset("app", **nested({"example.com/b": None})),
    )

    assert settings.sections == nested({"example.com/a": "1"})


def test_a_null_of_one_workload_stays_to_take_back_what_is_said_of_all() -> None:
    settings = settled(
        preset("org", exposure={"class": "nginx", "workloads": {"a": {"path": "/a"}}}),
        preset("app", exposure={"workloads": {"a": {"class": None}}}),
        preset("late", exposure={"workloads": {"b": None}}),
    )

    section = settings.section("exposure")
    assert section["workloads"] == {"a": {"path": "/a", "class": None}}
    assert said_of(section, "a") == {"path": "/a"}
    assert said_of(section, "b") == {"class": "nginx"}


def test_a_null_below_containers_stays_to_delete_what_a_container_has() -> None:
    settings = settled(
        preset("org", resources={"containers": {"web": {"limits": {"cpu": "1"}}}}),
        preset("app", resources={"containers": {"web": {"limits": {"cpu": None}}}}),
    )

    assert settings.section("resources") == {"containers": {"web": {"limits": {"cpu": None}}}}


def test_a_section_can_be_taken_back_whole() -> None:
    settings = settled(preset("org", probes={"readiness": "fromPorts"}), preset("app", probes=None))

    assert settings.section("probes") == {}


def test_lists_replace() -> None:
    settings = settled(
        preset("org", registry={"pullSecrets": ["a", "b"]}),
        preset("app", registry={"pullSecrets": ["c"]}),
    )

    assert settings.section("registry") == {"pullSecrets": ["c"]}


def test_lists_of_named_things_merge() -> None:
    def headers(*pairs: tuple[str, str]) -> dict[str, Any]:
        listed = [{"name": name, "value": value} for name, value in pairs]
        return {"readiness": {"httpGet": {"port": 1, "httpHeaders": listed}}}

    settings = settled(
        preset("org", probes=headers(("A", "1"), ("B", "1"))),
        preset("app", probes=headers(("B", "2"), ("C", "2"))),
    )

    assert settings.section("probes")["readiness"]["httpGet"]["httpHeaders"] == [
        {"name": "A", "value": "1"},
        {"name": "B", "value": "2"},
        {"name": "C", "value": "2"},
    ]


def test_a_probe_that_asks_in_another_way_takes_the_place_of_the_first() -> None:
    settings = settled(
        preset("org", probes={"readiness": {"httpGet": {"port": 80}, "periodSeconds": 5}}),
        preset("app", probes={"readiness": {"tcpSocket": {"port": 80}}}),
    )

    assert settings.section("probes")["readiness"] == {
        "tcpSocket": {"port": 80},
        "periodSeconds": 5,
    }


def test_every_value_knows_its_preset() -> None:
    settings = settled(
        preset("org", 2, registry={"tag": "v1", "pullPolicy": "Always"}),
        preset("bank", 7, scope={"environment": "production"}, registry={"tag": "v2"}),
    )

    assert settings.step("registry", "pullPolicy").by == "org@2"
    assert settings.step("registry", "tag").by == "bank@7"
    assert settings.step("registry", "tag").kind is StepKind.ENVIRONMENT
    assert [(step.by, sorted(paths)) for step, paths in settings.shares("registry")] == [
        ("org@2", [("pullPolicy",)]),
        ("bank@7", [("tag",)]),
    ]


def test_parameters_are_filled_in() -> None:
    layer = preset(
        "p",
        parameters={"COMMIT": {"required": True}, "TEAM": {"default": "bank"}},
        registry={"tag": "${COMMIT}", "rewrite": [{"from": "localhost", "to": "r.io/${TEAM}"}]},
    )

    assert settled(layer, COMMIT="abc").section("registry") == {
        "tag": "abc",
        "rewrite": [{"from": "localhost", "to": "r.io/bank"}],
    }


def test_all_missing_parameters_are_named_at_once() -> None:
    layers = [
        preset("a", parameters={"ONE": {"required": True}}),
        preset("b", parameters={"TWO": {"required": True}}),
    ]

    with pytest.raises(MissingParameter) as caught:
        settle(layers, {})

    assert [p.message.params["name"] for p in caught.value.problems] == ["ONE", "TWO"]


def test_the_order_of_the_six_layers() -> None:
    def scoped(name: str, **scope: str) -> Preset:
        return preset(name, scope=scope)

    presets = [
        scoped("4", application="a", environment="e"),
        scoped("1"),
        scoped("3", application="a"),
        scoped("2", environment="e"),
    ]
    pinned = [scoped("6", environment="e"), scoped("5")]

    assert [layer.name for layer in in_order(presets, pinned)] == ["1", "2", "3", "4", "5", "6"]


FITTED = """
name: fitted
parameters: {SURGE: {required: true}, CLASS: {}}
workload: {strategy: {maxSurge: "${SURGE}"}, priorityClass: "${CLASS}"}
"""


@pytest.mark.parametrize(("surge", "named"), [("25%", "A B"), ("many", "high"), ("3", "high")])
def test_a_value_that_does_not_fit_is_refused_where_it_is_put(surge: str, named: str) -> None:
    given = {"SURGE": surge, "CLASS": named}
    with pytest.raises(InvalidPreset) as caught:
        settle([Preset.from_text(FITTED)], given, checked=True)

    assert len(caught.value.problems) == 1
    assert settle([Preset.from_text(FITTED)], given).section("workload")


def test_values_that_fit_and_parameters_without_one_are_taken() -> None:
    preset = Preset.from_text(FITTED)

    assert settle([preset], {"SURGE": "25%", "CLASS": "high"}, checked=True)
    assert settle([preset], {"SURGE": "many"}, checked=True)

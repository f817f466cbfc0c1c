"""Merging a person's edits with what is generated anew: what one side changed, what both did."""

from __future__ import annotations

import copy
import random
from typing import Any

import pytest

from migrations_app.domain.manifests.three_way import ABSENT, Conflict, merge
from migrations_app.domain.manifests.three_way_files import merge_file
from migrations_app.domain.same import same

WEB: dict[str, Any] = {
    "apiVersion": "apps/v1",
    "kind": "Deployment",
    "metadata": {"name": "web", "labels": {"app": "web"}},
    "spec": {
        "replicas": 1,
        "template": {
            "spec": {
                "containers": [
                    {
                        "name": "web",
                        "image": "r.example/web:1",
                        "args": ["-v"],
                        "env": [{"name": "A", "value": "1"}, {"name": "B", "value": "2"}],
                        "ports": [{"containerPort": 53}, {"containerPort": 53, "protocol": "UDP"}],
                        "volumeMounts": [{"name": "data", "mountPath": "/data"}],
                    },
                    {"name": "side", "image": "r.example/side:1"},
                ]
            }
        },
    },
}
NOTE = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "note"}, "data": {"a": "1"}}


def _edited(**changes: Any) -> dict[str, Any]:
    """``containers.web.image`` and the like, set in a copy of the Deployment."""
    body = copy.deepcopy(WEB)
    [web, side] = body["spec"]["template"]["spec"]["containers"]
    holders = {"web": web, "side": side, "spec": body["spec"], "labels": body["metadata"]["labels"]}
    for key, value in changes.items():
        holder, _, field = key.partition("__")
        holders[holder][field] = value
    return body


def _web(body: Any) -> dict[str, Any]:
    found: dict[str, Any] = body["spec"]["template"]["spec"]["containers"][0]
    return found


def test_what_either_side_changed_is_in_the_result() -> None:
    theirs = _edited(spec__replicas=3, labels__team="bank", web__image="r.example/web:1")
    ours = _edited(web__image="r.example/web:2", labels__tier="front")
    merged = merge([WEB], [theirs], [ours])
    assert not merged.conflicts
    [body] = merged.objects
    assert body["spec"]["replicas"] == 3
    assert _web(body)["image"] == "r.example/web:2"
    assert body["metadata"]["labels"] == {"app": "web", "team": "bank", "tier": "front"}


def test_elements_of_lists_are_told_apart_as_kubernetes_does() -> None:
    theirs = _edited(
        web__env=[{"name": "A", "value": "1"}, {"name": "NEW"}, {"name": "B", "value": "9"}],
        web__ports=[{"containerPort": 53}],
        web__volumeMounts=[{"name": "data", "mountPath": "/data", "readOnly": True}],
    )
    ours = _edited(
        web__env=[{"name": "A", "value": "7"}, {"name": "B", "value": "2"}, {"name": "LAST"}],
        web__volumeMounts=[{"name": "tmp", "mountPath": "/tmp"}, *_web(WEB)["volumeMounts"]],
    )
    merged = merge([WEB], [theirs], [ours])
    assert not merged.conflicts
    made = _web(merged.objects[0])
    assert made["env"] == [
        {"name": "A", "value": "7"},
        {"name": "NEW"},
        {"name": "B", "value": "9"},
        {"name": "LAST"},
    ]
    assert made["ports"] == [{"containerPort": 53}]
    assert [mount["mountPath"] for mount in made["volumeMounts"]] == ["/tmp", "/data"]
    assert made["volumeMounts"][1]["readOnly"] is True


def test_a_conflict_keeps_the_persons_value_and_names_all_three() -> None:
    theirs, ours = _edited(web__image="mine:1"), _edited(web__image="new:2")
    merged = merge([WEB], [theirs], [ours])
    assert _web(merged.objects[0])["image"] == "mine:1"
    assert merged.conflicts == (
        Conflict(
            "Deployment/web",
            "/spec/template/spec/containers/web/image",
            "r.example/web:1",
            "mine:1",
            "new:2",
        ),
    )


def test_a_list_without_keys_is_one_value() -> None:
    theirs, ours = _edited(web__args=["-v", "-x"]), _edited(web__args=["-q"])
    merged = merge([WEB], [theirs], [ours])
    assert _web(merged.objects[0])["args"] == ["-v", "-x"]
    assert [conflict.path for conflict in merged.conflicts] == [
        "/spec/template/spec/containers/web/args"
    ]


def test_objects_come_and_go_on_either_side() -> None:
    other = {**NOTE, "metadata": {"name": "other"}}
    assert merge([WEB, NOTE], [WEB], [WEB, NOTE]).objects == (WEB,)
    assert merge([WEB, NOTE], [WEB, NOTE], [WEB]).objects == (WEB,)
    assert merge([WEB], [WEB, other], [WEB, NOTE]).objects == (WEB, NOTE, other)


def test_removing_what_the_other_side_changed_is_a_conflict() -> None:
    changed = {**NOTE, "data": {"a": "2"}}
    gone = merge([NOTE], [], [changed])
    assert (gone.objects, [c.path for c in gone.conflicts]) == ((), [""])
    kept = merge([NOTE], [changed], [])
    assert (kept.objects, kept.conflicts[0].ours) == ((changed,), ABSENT)


def test_secret_values_are_not_told() -> None:
    def secret(value: str) -> dict[str, Any]:
        return {
            "apiVersion": "v1",
            "kind": "Secret",
            "metadata": {"name": "s"},
            "stringData": {"password": value},
        }

    merged = merge([secret("before-1")], [secret("mine-2")], [secret("new-3")])
    assert merged.objects == (secret("mine-2"),)
    [conflict] = merged.conflicts
    assert conflict.path == "/stringData/password"
    assert "mine-2" not in repr(conflict)
    assert "new-3" not in repr(conflict)


@pytest.mark.parametrize("seed", range(200))
def test_one_side_alone_always_wins(seed: int) -> None:
    changed = _shaken(WEB, random.Random(seed))
    assert same(list(merge([WEB], [WEB], [changed]).objects), [changed])
    assert same(list(merge([WEB], [changed], [WEB]).objects), [changed])
    both = merge([WEB], [changed], [changed])
    assert same(list(both.objects), [changed])
    assert not both.conflicts


def test_comments_stay_in_a_file_that_was_not_generated_otherwise() -> None:
    base, theirs = "a: 1\n", "# mine\na: 2\n"
    assert merge_file("values.yaml", base, theirs, base).text == theirs
    assert merge_file("values.yaml", base, base, "a: 3\n").text == "a: 3\n"


def test_files_that_are_no_objects_are_merged_by_value() -> None:
    merged = merge_file("values.yaml", "a: 1\nb: 1\n", "a: 2\nb: 1\n", "a: 1\nb: 2\n")
    assert (merged.text, merged.conflicts) == ("a: 2\nb: 2\n", ())


def test_text_is_merged_by_line() -> None:
    base = "[Unit]\nA=1\n\n[Kube]\nB=1\n"
    merged = merge_file("x.kube", base, base.replace("A=1", "A=2"), base.replace("B=1", "B=2"))
    assert (merged.text, merged.conflicts) == ("[Unit]\nA=2\n\n[Kube]\nB=2\n", ())
    merged = merge_file("x.kube", base, base.replace("A=1", "A=2"), base.replace("A=1", "A=3"))
    assert "A=2" in merged.text
    assert merged.conflicts == (Conflict("x.kube", "/2", "A=1\n", "A=2\n", "A=3\n"),)


def _shaken(value: Any, chance: random.Random, *, top: bool = True) -> Any:
    """The same with some scalars changed; names stay, so that elements are the same ones."""
    if isinstance(value, dict):
        return {
            key: item
            if key in ("name", "mountPath", "containerPort", "protocol") or (top and key == "kind")
            else _shaken(item, chance, top=False)
            for key, item in value.items()
        }
    if isinstance(value, list):
        return [_shaken(item, chance, top=False) for item in value]
    return chance.choice(["x", 7, True, None]) if chance.random() < 0.3 else value

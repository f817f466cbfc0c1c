"""Variables move out of containers, and nothing that a program sees changes."""

from __future__ import annotations

import re
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from migrations_app.adapters.schemas import BundledSchemas
from migrations_app.domain.bundle import MemoryFiles, Object
from migrations_app.domain.engine import Options, render
from migrations_app.domain.loss import Outcome
from migrations_app.domain.manifests.secret_markers import MARKER, take
from migrations_app.domain.presets.schema import Preset
from migrations_app.domain.reading.limits import STRICT
from migrations_app.domain.reading.read import read_bundle
from tests.domain.transforms.applying import applied, run, setters

ALL = "configuration: {variables: configMap, secrets: secret}"
EACH = "configuration: {variables: configMap, secrets: secret, as: valueFrom}"


def deployment(*containers: list[dict[str, Any]], name: str = "shop") -> str:
    listed = [
        {"name": f"c{number}", "image": "a.example.com/b:1", "env": env}
        for number, env in enumerate(containers, 1)
    ]
    labels = {"app": name}
    return yaml.safe_dump(
        {
            "apiVersion": "apps/v1",
            "kind": "Deployment",
            "metadata": {"name": name},
            "spec": {
                "selector": {"matchLabels": labels},
                "template": {"metadata": {"labels": labels}, "spec": {"containers": listed}},
            },
        }
    )


def literal(name: str, value: str) -> dict[str, str]:
    return {"name": name, "value": value}


def seen(objects: list[Object], number: int = 0) -> dict[str, str]:
    """What a kubelet gives to a program: everything at once, then each in its order."""
    kept = {
        (body["kind"], body["metadata"]["name"]): {
            **body.get("data", {}),
            **body.get("stringData", {}),
        }
        for body in objects[1:]
    }
    container = objects[0]["spec"]["template"]["spec"]["containers"][number]
    known: dict[str, str] = {}
    for source in container.get("envFrom", []):
        kind = "Secret" if "secretRef" in source else "ConfigMap"
        name = source["secretRef" if kind == "Secret" else "configMapRef"]["name"]
        for key, value in kept[kind, name].items():
            known[source.get("prefix", "") + key] = value
    for variable in container.get("env", []):
        if "value" in variable:
            known[variable["name"]] = expanded(variable["value"], known)
        else:
            ((sort, place),) = variable["valueFrom"].items()
            kind = "Secret" if sort == "secretKeyRef" else "ConfigMap"
            known[variable["name"]] = kept[kind, place["name"]][place["key"]]
    return known


def expanded(text: str, known: dict[str, str]) -> str:
    def one(match: re.Match[str]) -> str:
        return "$" if match[0] == "$$" else known.get(match[1], match[0])

    return re.sub(r"\$\$|\$\(([^()]*)\)", one, text)


def test_plain_variables_and_secrets_go_their_own_ways() -> None:
    env = [
        literal("LOG_LEVEL", "info"),
        literal("DB_PASSWORD", "hunter2hunter2"),
        literal("DATABASE", "postgres://shop:geheim@db/shop"),
        literal("SESSION", "aB3dE5fG7hJ9kL1mN3pQ5rS7tU9vW1xY"),
        literal("GONE", MARKER),
    ]
    body, config, secret = applied(deployment(env), ALL)
    assert config["metadata"]["name"] == "shop-config"
    assert config["data"] == {"LOG_LEVEL": "info"}
    assert secret["metadata"]["name"] == "shop-secrets"
    assert list(secret["stringData"]) == ["DB_PASSWORD", "DATABASE", "SESSION", "GONE"]
    container = body["spec"]["template"]["spec"]["containers"][0]
    assert "env" not in container
    assert container["envFrom"] == [
        {"configMapRef": {"name": "shop-config"}},
        {"secretRef": {"name": "shop-secrets"}},
    ]


def test_each_can_be_named_in_its_place() -> None:
    body, _config, _secret = applied(
        deployment([literal("A", "1"), literal("API_KEY", "x1")]), EACH
    )
    assert body["spec"]["template"]["spec"]["containers"][0]["env"] == [
        {"name": "A", "valueFrom": {"configMapKeyRef": {"name": "shop-config", "key": "A"}}},
        {
            "name": "API_KEY",
            "valueFrom": {"secretKeyRef": {"name": "shop-secrets", "key": "API_KEY"}},
        },
    ]


def test_containers_do_not_see_each_others_variables() -> None:
    objects = applied(deployment([literal("A", "1")], [literal("A", "2"), literal("B", "3")]), ALL)
    assert [body["metadata"]["name"] for body in objects[1:]] == [
        "shop-c1-config",
        "shop-c2-config",
    ]
    assert seen(objects, 0) == {"A": "1"}
    assert seen(objects, 1) == {"A": "2", "B": "3"}


def test_what_the_preset_leaves_out_stays() -> None:
    preset = (
        "configuration: {variables: configMap, except: [PORT], secret: [CUSTOMER],"
        " containers: {c2: {variables: keep}}}"
    )
    env = [literal("PORT", "80"), literal("A", "1"), literal("CUSTOMER", "x")]
    objects = applied(deployment(env, env), preset)
    first, second = objects[0]["spec"]["template"]["spec"]["containers"]
    assert [item["name"] for item in first["env"]] == ["PORT", "CUSTOMER"]
    assert second["env"] == env


def test_a_prefix_is_taken_off_the_keys() -> None:
    preset = "configuration: {variables: configMap, prefix: APP_}"
    env = [literal("APP_MODE", "a"), literal("OTHER", "b"), literal("APP_", "c")]
    objects = applied(deployment(env), preset)
    assert objects[1]["data"] == {"MODE": "a"}
    assert seen(objects) == {"APP_MODE": "a", "OTHER": "b", "APP_": "c"}


def test_a_name_of_the_source_is_not_taken() -> None:
    text = deployment([literal("A", "1")])
    text += "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: shop-config}\ndata: {B: '2'}\n"
    _body, source, new = applied(text, ALL)
    assert source["data"] == {"B": "2"}
    assert re.fullmatch("shop-config-[0-9a-f]{6}", new["metadata"]["name"])


def test_what_cannot_change_has_a_name_for_its_content() -> None:
    preset = "configuration: {variables: configMap, secrets: secret, immutable: true}"

    def names(value: str) -> list[tuple[str, Any]]:
        objects = applied(deployment([literal("A", value), literal("TOKEN", f"t{value}")]), preset)
        return [(body["metadata"]["name"], body.get("immutable")) for body in objects[1:]]

    (config, fixed), (secret, loose) = names("1")
    assert fixed is True
    assert names("1")[0][0] == config
    assert names("2")[0][0] != config
    assert (secret, loose) == ("shop-secrets", None), "a name must not tell of a secret's value"
    assert names("2")[1] == (secret, loose)


def test_what_one_config_map_does_not_hold_goes_into_several(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("migrations_app.domain.transforms.moving_variables.MOST_BYTES", 100)
    env = [literal(f"V{number}", "x y" * 10) for number in range(7)] + [literal("L", "x y" * 40)]
    objects = applied(deployment(env), ALL)
    assert [len(body["data"]) for body in objects[1:]] == [3, 3, 1]
    assert objects[2]["metadata"]["name"] == "shop-config-2"
    left = objects[0]["spec"]["template"]["spec"]["containers"][0]["env"]
    assert [item["name"] for item in left] == ["L"]
    assert seen(objects) == {item["name"]: item["value"] for item in env}


def test_two_variables_of_one_key_are_kept_apart() -> None:
    env = [literal("a b", "1"), literal("a_b", "2")]
    objects = applied(deployment(env), EACH)
    assert seen(objects) == {"a b": "1", "a_b": "2"}
    assert len(objects) == 3


def test_names_that_are_no_keys_stay_or_get_a_key() -> None:
    env = [literal("a b", "1"), literal("9A", "2")]
    assert len(applied(deployment(env), ALL)) == 1
    objects = applied(deployment(env), EACH)
    assert seen(objects) == {"a b": "1", "9A": "2"}


_NAMES = st.sampled_from(["A", "B", "C", "DB_PASSWORD", "API_TOKEN", "x.y"])
_TEXTS = st.lists(
    st.sampled_from(["$", "$$", "$(A)", "$(B)", "$(NONE)", "(", ")", "x", "geheim7", "\n", "é"]),
    max_size=4,
).map("".join)


@given(
    st.lists(st.builds(literal, _NAMES, _TEXTS), max_size=7),
    st.sampled_from(["envFrom", "valueFrom"]),
)
def test_a_program_sees_what_it_saw(env: list[dict[str, str]], how: str) -> None:
    text = deployment(env)
    before = seen(list(yaml.safe_load_all(text)))
    preset = f"configuration: {{variables: configMap, secrets: secret, as: {how}}}"
    assert seen(applied(text, preset)) == before


def rollout(*env: dict[str, str], hide: bool = False) -> str:
    preset = "configuration: {variables: configMap, secrets: secret, rollout: hash}"
    objects = applied(deployment(list(env)), preset)
    if hide:
        hidden, _values = take(objects)
        text = yaml.safe_dump_all(hidden)
        objects = applied(text, "configuration: {rollout: hash}")
    template = objects[0]["spec"]["template"]
    return str(template["metadata"]["annotations"]["kakehashi.dev/configuration"])


def test_pods_are_replaced_when_their_configuration_changes() -> None:
    one = rollout(literal("A", "1"), literal("TOKEN", "hunter2"))
    assert re.fullmatch("[0-9a-f]{16}", one)
    assert rollout(literal("A", "1"), literal("TOKEN", "hunter2")) == one
    assert rollout(literal("A", "2"), literal("TOKEN", "hunter2")) != one
    assert rollout(literal("A", "1"), literal("PASSWORD", "hunter2")) != one


def test_the_hash_tells_nothing_of_a_secrets_value() -> None:
    one = rollout(literal("A", "1"), literal("TOKEN", "hunter2"))
    assert rollout(literal("A", "1"), literal("TOKEN", "hunter3")) == one
    assert rollout(literal("A", "1"), literal("TOKEN", "hunter2"), hide=True) == one


def test_only_what_is_among_the_objects_counts() -> None:
    text = deployment([literal("A", "1")]).replace(
        "env:", "envFrom: [{secretRef: {name: elsewhere}}]\n        env:"
    )
    assert applied(text, "configuration: {rollout: hash}") == list(yaml.safe_load_all(text))


@pytest.mark.parametrize(("text", "by"), [(ALL, "p2"), ("configuration: {name: settings}", "p1")])
def test_each_step_is_recorded_under_its_preset(text: str, by: str) -> None:
    base = "configuration: {variables: configMap}"
    found = setters(run(deployment([literal("A", "1")]), base, text))
    assert list(found) == [by]


def test_what_moved_keeps_its_place_in_the_source() -> None:
    source = (
        "apiVersion: v1\nkind: Pod\nmetadata: {name: shop}\nspec:\n  containers:\n"
        "  - name: web\n    image: a.example.com/b:1\n    env:\n"
        "    - {name: A, value: one}\n    - {name: PRICE, value: $$(5)}\n"
    )
    layer = Preset.from_text(ALL, "p")
    bundle = read_bundle(MemoryFiles({"s.yaml": source.encode()}), STRICT)
    made = render(bundle, Options(layers=(layer,)), BundledSchemas())
    (config,) = [item for item in made.objects if item.body["kind"] == "ConfigMap"]
    assert config.body["data"] == {"A": "one", "PRICE": "$(5)"}
    origin = config.origin.at(("data", "A"))
    assert (origin.file, origin.line) == ("s.yaml", 9)
    assert [step.by for step in origin.steps] == ["p"]
    assert config.origin.at(("data", "PRICE")).line == 10
    rows = {row.path: row for row in made.loss if "/env/" in row.path}
    assert {(row.outcome, row.target) for row in rows.values()} == {
        (Outcome.CONVERTED, "ConfigMap/shop-config/data/A"),
        (Outcome.CONVERTED, "ConfigMap/shop-config/data/PRICE"),
    }

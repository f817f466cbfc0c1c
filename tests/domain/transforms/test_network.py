"""Policies from who names whom, and from the networks of the source."""

from __future__ import annotations

from typing import Any

import pytest

from migrations_app.domain.bundle import Facts
from migrations_app.domain.errors import InvalidPreset
from migrations_app.domain.presets.schema import Preset
from tests.domain.transforms.applying import applied, run

CLOSED = "network: {world: deny}"


def workload(name: str, *, port: int = 80, env: str = "", service: bool = True) -> str:
    text = f"""---
apiVersion: apps/v1
kind: Deployment
metadata: {{name: {name}}}
spec:
  selector: {{matchLabels: {{app: {name}}}}}
  template:
    metadata: {{labels: {{app: {name}}}}}
    spec:
      containers:
      - name: main
        image: x
        ports: [{{containerPort: {port}}}]
        env: [{{name: PEER, value: '{env}'}}]
"""
    if service:
        text += f"""---
apiVersion: v1
kind: Service
metadata: {{name: {name}}}
spec: {{selector: {{app: {name}}}, ports: [{{port: {port}}}]}}
"""
    return text


def policies(objects: list[dict[str, Any]]) -> dict[str, Any]:
    found = [body for body in objects if body["kind"] == "NetworkPolicy"]
    return {body["metadata"]["name"]: body["spec"] for body in found}


def selected(name: str) -> dict[str, Any]:
    return {"podSelector": {"matchLabels": {"app": name}}}


@pytest.mark.parametrize(
    "env",
    [
        "db",
        "db:5432",
        "postgres://me:x@db:5432/shop",
        "--host=db",
        "a,db.default.svc.cluster.local",
    ],
)
def test_who_names_a_service_may_reach_its_port_and_nothing_else(env: str) -> None:
    made = policies(
        applied(
            (workload("web", env=env) + workload("db", port=5432)).replace(
                "metadata: {name: ", "metadata: {namespace: default, name: "
            ),
            CLOSED,
        )
    )

    port = [{"protocol": "TCP", "port": 5432}]
    assert made["db"]["ingress"] == [{"from": [selected("web")], "ports": port}]
    assert made["web"]["egress"][1:] == [{"to": [selected("db")], "ports": port}]
    assert "ingress" not in made["web"]
    assert len(made["db"]["egress"]) == 1


def secret(name: str, values: str, *, field: str = "stringData") -> str:
    return f"""---
apiVersion: v1
kind: Secret
metadata: {{name: {name}}}
{field}: {values}
"""


def reading(name: str, key: str) -> str:
    """A workload with one variable out of the Secret ``keys``."""
    chosen = f"valueFrom: {{secretKeyRef: {{name: keys, key: {key}}}}}"
    return workload(name).replace("value: ''", chosen)


@pytest.mark.parametrize(
    ("value", "peers"),
    [
        ("postgres://me:x@db:5432/shop", ["db"]),
        ("mongodb://me:x@cache:27017,db:27017/shop", ["cache", "db"]),
        ("me:x@tcp(db:3306)/shop", ["db"]),
        ("Server=tcp:db,1433;Database=shop;Password=cache", ["db"]),
        ("host=db password=cache", ["db"]),
        ("db", []),
    ],
)
def test_a_service_that_a_secret_names_is_reached_and_a_password_is_no_name(
    value: str, peers: list[str]
) -> None:
    text = reading("web", "URL") + workload("db", port=5432) + workload("cache", port=5432)

    for mode in ("supplied", "reference", "placeholder"):
        made = policies(
            applied(
                text + secret("keys", f"{{URL: '{value}', other: 'x://cache:1'}}"),
                CLOSED,
                f"secrets: {{mode: {mode}}}",
            )
        )
        called = [rule["to"][0] for rule in made["web"]["egress"][1:]]
        assert called == [selected(name) for name in peers]


def test_hosts_in_secrets_are_read_as_base64_and_as_plain_values_of_what_is_called_host() -> None:
    text = reading("web", "DB_HOST") + workload("db", port=5432)
    held = secret("keys", "{DB_HOST: ZGI=, PASSWORD: /w==}", field="data")

    assert selected("db") in policies(applied(text + held, CLOSED))["web"]["egress"][1]["to"]


def test_an_address_and_a_host_of_the_internet_in_a_secret_stay_reachable() -> None:
    held = secret("keys", "{URL: 'https://a:b@mail.example.org, x://c:d@10.9.8.7:5'}")

    running = run(reading("web", "URL") + held, "network: {policies: topology}")

    assert list(running.questions) == ["egress-world:web:pods"]
    assert "10.9.8.7/32" in str(policies(list(running.bodies)))


def test_a_route_opens_the_port_that_it_leads_to_and_no_other() -> None:
    text = workload("web").replace(
        "ports: [{port: 80}]", "ports: [{name: main, port: 80}, {name: admin, port: 81}]"
    )
    for port in ("{name: main}", "{number: 80}"):
        ingress = f"""---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {{name: web}}
spec: {{defaultBackend: {{service: {{name: web, port: {port}}}}}}}
"""
        rule = policies(applied(text + ingress, CLOSED))["web"]["ingress"][0]
        assert rule["ports"] == [{"protocol": "TCP", "port": 80}]


@pytest.mark.parametrize("env", ["dbx", "my-db", "mydb.example.com", ""])
def test_what_only_looks_like_the_name_opens_nothing(env: str) -> None:
    made = policies(applied(workload("web", env=env) + workload("db"), CLOSED))

    assert "ingress" not in made["db"]


def test_addresses_in_settings_stay_reachable_but_those_of_the_pod_itself() -> None:
    made = policies(applied(workload("web", env="10.1.2.3:99, 127.0.0.1, 0.0.0.0, 1.2.3"), CLOSED))

    assert made["web"]["egress"][1:] == [{"to": [{"ipBlock": {"cidr": "10.1.2.3/32"}}]}]


def test_whether_the_internet_may_be_reached_is_asked_where_it_is_named() -> None:
    text = workload("web", env="https://api.example.org/v1") + workload("db")

    running = run(text, "network: {policies: topology}")
    denied = applied(
        text, "network: {policies: topology}", answers={"egress-world:web:pods": "deny"}
    )

    assert list(running.questions) == ["egress-world:web:pods"]
    assert "0.0.0.0/0" in str(policies(list(running.bodies))["web"])
    assert "0.0.0.0/0" not in str(policies(list(running.bodies))["db"])
    assert "0.0.0.0/0" not in str(policies(denied))


def test_who_shares_a_network_is_let_in_by_a_label_of_its_pods() -> None:
    facts = Facts(networks={"Deployment/a": ("Front_net",), "Deployment/b": ("Front_net",)})
    text = workload("a") + workload("b")

    objects = applied(text, CLOSED, facts=facts)

    label = {"network.kakehashi.dev/front-net": "true"}
    pods = [
        body["spec"]["template"]["metadata"] for body in objects if body["kind"] == "Deployment"
    ]
    assert all(label.items() <= metadata["labels"].items() for metadata in pods)
    rule = policies(objects)["a"]["ingress"][0]
    assert rule["from"] == [{"podSelector": {"matchLabels": label}}]
    assert not policies(applied(text, CLOSED, "network: {peers: references}", facts=facts))[
        "a"
    ].get("ingress")


@pytest.mark.parametrize("way", ["annotations", "serviceMonitor", "podMonitor"])
@pytest.mark.parametrize("labels", ["{}", "{app: web}"])
def test_who_asks_for_metrics_comes_in_at_their_port(way: str, labels: str) -> None:
    text = workload("web", port=8080).replace(
        "metadata: {name: web}\nspec: {selector",
        f"metadata: {{name: web, labels: {labels}}}\nspec: {{selector",
    )
    metrics = f"observability: {{metrics: {way}, workloads: {{web: {{port: 8080}}}}}}"
    monitoring = "network: {monitoring: {namespace: watch}, world: deny}"

    made = policies(applied(text + workload("db"), metrics, monitoring))

    assert made["web"]["ingress"] == [
        {
            "from": [
                {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "watch"}}}
            ],
            "ports": [{"protocol": "TCP", "port": 8080}],
        }
    ]
    assert "ingress" not in made["db"]


def test_everybody_comes_in_where_a_service_is_open_to_outside() -> None:
    text = workload("web").replace("ports: [{port: 80}]", "type: LoadBalancer, ports: [{port: 80}]")

    made = policies(applied(text, CLOSED))

    assert made["web"]["ingress"] == [{"ports": [{"protocol": "TCP", "port": 80}]}]


def test_a_policy_that_the_source_has_stays() -> None:
    own = """---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: web}
spec: {podSelector: {}}
"""
    made = policies(applied(workload("web") + own, CLOSED))

    assert made == {"web": {"podSelector": {}}}


def test_policies_grow_no_faster_than_the_workloads_on_one_network() -> None:
    def size(count: int) -> int:
        text = "".join(workload(f"w{n}") for n in range(count))
        facts = Facts(networks={f"Deployment/w{n}": ("all",) for n in range(count)})
        return len(str(policies(applied(text, CLOSED, facts=facts))))

    assert size(40) < 4.4 * size(10)


def test_a_range_that_is_none_is_refused() -> None:
    with pytest.raises(InvalidPreset):
        Preset.from_text("network: {cidrs: [10.0.0.0]}")

"""Pods that are split: who stays together, who is led where, and what localhost becomes."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

import pytest
import yaml

from migrations_app.adapters.schemas import BundledSchemas
from migrations_app.domain.bundle import Facts, MemoryFiles, SourceObject
from migrations_app.domain.engine import Made, Options, render, services_of
from migrations_app.domain.messages import msg
from migrations_app.domain.moves import Moves
from migrations_app.domain.presets.layering import settle
from migrations_app.domain.provenance import made
from migrations_app.domain.reading.limits import STRICT
from migrations_app.domain.reading.read import read_bundle
from migrations_app.domain.transforms.base import Running, built_step
from migrations_app.domain.transforms.splitting import transforms

READ = built_step("read", msg("Read."))
SCHEMAS = BundledSchemas()
APART = {"split-pod:shop:pod": "apart"}


def pod(*containers: str, kind: str = "Deployment", more: str = "", spec: str = "") -> str:
    listed = "".join(f"\n      - {item}" for item in containers)
    return f"""
apiVersion: apps/v1
kind: {kind}
metadata: {{name: shop}}
spec:
  selector: {{matchLabels: {{app: shop}}}}
  template:
    metadata: {{labels: {{app: shop}}}}
    spec:{spec}
      containers:{listed}
{more}"""


WEB = "{name: web, image: web, ports: [{containerPort: 80}]}"


def split(text: str, answers: Mapping[str, str]) -> Running:
    bodies = list(yaml.safe_load_all(text))
    running = Running.of(SourceObject(body, made(body, READ)) for body in bodies)
    for transform in transforms(settle((), {}), answers):
        running.run([transform])
        again = transform(running.bodies)
        assert all(new is old for new, old in zip(again, running.bodies, strict=True))
    return running


def named(running: Running, kind: str) -> dict[str, Any]:
    found = [body for body in running.bodies if body["kind"] == kind]
    return {body["metadata"]["name"]: body["spec"] for body in found}


def names_in(workload: Any) -> list[str]:
    return [item["name"] for item in workload["template"]["spec"]["containers"]]


def test_without_an_answer_containers_stay_together_and_it_is_asked() -> None:
    running = split(pod(WEB, "{name: api, image: api}"), {})

    assert list(running.questions) == ["split-pod:shop:pod"]
    assert running.questions["split-pod:shop:pod"].recommended == "together"
    assert names_in(named(running, "Deployment")["shop"]) == ["web", "api"]


@pytest.mark.parametrize(
    "text",
    [
        pod(WEB),
        pod(WEB, "{name: api, image: api}", spec="\n      hostNetwork: true"),
        pod(WEB, "{name: api, image: api}", spec="\n      shareProcessNamespace: true"),
        pod(WEB, "{name: api, image: api}", kind="DaemonSet"),
    ],
    ids=["one container", "network of the host", "processes of each other", "on every node"],
)
def test_what_cannot_be_split_is_not_asked_about(text: str) -> None:
    running = split(text, APART)

    assert not running.questions
    assert len(running.objects) == 1


def test_containers_that_share_an_empty_folder_stay_together_unless_it_becomes_a_claim() -> None:
    mount = "volumeMounts: [{name: files, mountPath: /files}]"
    text = pod(
        f"{{name: web, image: web, {mount}}}",
        "{name: api, image: api}",
        f"{{name: sync, image: sync, {mount}}}",
        spec="\n      volumes: [{name: files, emptyDir: {}}]",
    )

    together = named(split(text, APART), "Deployment")
    apart = split(text, {**APART, "shared-volume:shop:files": "claim"})

    assert [names_in(spec) for spec in together.values()] == [["web", "sync"], ["api"]]
    assert list(named(apart, "Deployment")) == ["shop", "shop-api", "shop-sync"]
    (claim,) = named(apart, "PersistentVolumeClaim").items()
    assert claim[0] == "shop-files"
    assert claim[1]["accessModes"] == ["ReadWriteMany"]
    for name in ("shop", "shop-sync"):
        volumes = named(apart, "Deployment")[name]["template"]["spec"]["volumes"]
        assert volumes == [{"name": "files", "persistentVolumeClaim": {"claimName": "shop-files"}}]


def test_a_stateful_set_keeps_its_claims_and_the_rest_becomes_deployments() -> None:
    text = pod(
        "{name: metrics, image: metrics}",
        "{name: db, image: db, volumeMounts: [{name: data, mountPath: /data}]}",
        kind="StatefulSet",
        more="""  serviceName: shop
  volumeClaimTemplates:
  - {metadata: {name: data}, spec: {resources: {requests: {storage: 1Gi}}}}
""",
    )

    running = split(text, APART)

    (stateful,) = named(running, "StatefulSet").values()
    assert names_in(stateful) == ["db"]
    (deployment,) = named(running, "Deployment").values()
    assert names_in(deployment) == ["metrics"]
    assert not deployment.keys() & {"serviceName", "volumeClaimTemplates"}


def test_a_container_that_nobody_knows_the_port_of_is_reached_by_a_headless_service() -> None:
    text = pod(
        "{name: web, image: web, env: [{name: DB_HOST, value: localhost}]}", "{name: db, image: x}"
    )

    running = split(text, APART)

    assert running.questions["localhost-peer:shop:web:env/DB_HOST"].recommended == "db"
    (web, _db) = named(running, "Deployment").values()
    assert web["template"]["spec"]["containers"][0]["env"][0]["value"] == "shop-db"
    assert named(running, "Service")["shop-db"]["clusterIP"] == "None"


@pytest.mark.parametrize(
    ("written", "becomes"),
    [
        ("http://localhost:3000/a?b=localhost:3000", "http://shop-api:3000/a?b=shop-api:3000"),
        ("127.0.0.1:3000", "shop-api:3000"),
        ("[::1]:3000", "shop-api:3000"),
        ("http://me:word@localhost:3000", "http://me:word@shop-api:3000"),
        ("localhost:30001", "localhost:30001"),
        ("mylocalhost:3000", "mylocalhost:3000"),
        ("localhost.example.com:3000", "localhost.example.com:3000"),
        ("10.127.0.0.1:3000", "10.127.0.0.1:3000"),
    ],
)
def test_only_the_address_of_the_pod_itself_is_rewritten(written: str, becomes: str) -> None:
    api = "{name: api, image: api, ports: [{containerPort: 3000}]}"
    text = pod(f"{{name: web, image: web, args: ['{written}']}}", api)

    running = split(text, APART)

    web = named(running, "Deployment")["shop"]["template"]["spec"]["containers"][0]
    assert web["args"] == [becomes]


def test_an_answer_says_whom_localhost_means() -> None:
    text = pod(
        "{name: web, image: web, args: ['localhost:9999']}",
        "{name: a, image: a}",
        "{name: b, image: b}",
    )

    running = split(text, {**APART, "localhost-peer:shop:web:args/0:9999": "b"})

    spec = named(running, "Deployment")
    assert spec["shop"]["template"]["spec"]["containers"][0]["args"] == ["shop-b:9999"]
    assert spec["shop-b"]["template"]["spec"]["containers"][0]["ports"] == [
        {"containerPort": 9999, "protocol": "TCP"}
    ]
    assert named(running, "Service")["shop-b"]["ports"][0]["port"] == 9999


def test_a_config_map_that_others_use_as_well_is_left_alone() -> None:
    more = """---
apiVersion: v1
kind: ConfigMap
metadata: {name: settings}
data: {API: "localhost:3000"}
---
apiVersion: v1
kind: Pod
metadata: {name: other}
spec: {containers: [{name: x, image: x, envFrom: [{configMapRef: {name: settings}}]}]}
"""
    api = "{name: api, image: api, ports: [{containerPort: 3000}]}"
    web = "{name: web, image: web, envFrom: [{configMapRef: {name: settings}}]}"

    alone = split(pod(web, api, more=more.split("---\n")[0] + "---" + more.split("---")[1]), APART)
    shared = split(pod(web, api, more=more), APART)

    assert [b["data"] for b in alone.bodies if b["kind"] == "ConfigMap"] == [
        {"API": "shop-api:3000"}
    ]
    assert [b["data"] for b in shared.bodies if b["kind"] == "ConfigMap"] == [
        {"API": "localhost:3000"}
    ]


@pytest.mark.parametrize(
    "reading",
    [
        "env: [{name: URL, valueFrom: {secretKeyRef: {name: keys, key: URL}}}]",
        "envFrom: [{secretRef: {name: keys}}]",
        "volumeMounts: [{name: files, mountPath: /keys}]",
    ],
)
@pytest.mark.parametrize("encoded", [False, True])
def test_the_address_of_a_peer_in_a_secret_is_rewritten(reading: str, encoded: bool) -> None:
    url = "postgres://me:word@localhost:5432/shop"
    field = "data" if encoded else "stringData"
    value = base64.b64encode(url.encode()).decode() if encoded else url
    text = pod(
        f"{{name: web, image: web, {reading}}}",
        "{name: db, image: db, ports: [{containerPort: 5432}]}",
        spec="\n      volumes: [{name: files, projected: {sources: [{secret: {name: keys}}]}}]",
        more=f"---\napiVersion: v1\nkind: Secret\nmetadata: {{name: keys}}\n"
        f"{field}: {{URL: '{value}', OTHER: /w==}}\n",
    )

    running = split(text, APART)

    (secret,) = (body for body in running.bodies if body["kind"] == "Secret")
    written = secret[field]["URL"]
    expected = url.replace("localhost", "shop-db")
    assert (base64.b64decode(written).decode() if encoded else written) == expected
    assert secret[field]["OTHER"] == "/w=="


def test_a_peer_at_a_udp_port_is_led_to_by_udp() -> None:
    text = pod(
        "{name: web, image: web, args: ['localhost:8125']}",
        "{name: stats, image: stats, ports: [{containerPort: 8125, protocol: UDP}]}",
    )

    running = split(text, APART)

    stats = named(running, "Deployment")["shop-stats"]["template"]["spec"]["containers"][0]
    assert stats["ports"] == [{"containerPort": 8125, "protocol": "UDP"}]
    assert named(running, "Service")["shop-stats"]["ports"] == [
        {"name": "udp-8125", "port": 8125, "protocol": "UDP", "targetPort": 8125}
    ]


def test_what_runs_before_a_stop_names_the_peer_as_well() -> None:
    command = "lifecycle: {preStop: {exec: {command: [curl, 'localhost:3000/drain']}}}"
    text = pod(
        f"{{name: web, image: web, {command}}}",
        "{name: api, image: api, ports: [{containerPort: 3000}]}",
    )

    web = named(split(text, APART), "Deployment")["shop"]["template"]["spec"]["containers"][0]

    assert web["lifecycle"]["preStop"]["exec"]["command"][1] == "shop-api:3000/drain"


def test_a_localhost_in_a_secret_is_asked_about_without_its_value() -> None:
    text = pod(
        "{name: web, image: web, envFrom: [{secretRef: {name: keys}}]}",
        "{name: a, image: a}",
        "{name: b, image: b}",
        more="---\napiVersion: v1\nkind: Secret\nmetadata: {name: keys}\n"
        "stringData: {URL: 'x://me:word@localhost:9'}\n",
    )

    question = split(text, APART).questions["localhost-peer:shop:config:secret/keys/URL:9"]

    assert "word" not in str(question.text)


def _made(text: str, answers: Mapping[str, str]) -> Made:
    bundle = read_bundle(MemoryFiles({"shop.yaml": text.encode()}), STRICT)
    return render(bundle, Options(answers=answers), SCHEMAS)


def test_a_split_pod_stays_one_service_with_everything_that_is_its_own() -> None:
    api = "{name: api, image: registry.example.com/a:1, ports: [{containerPort: 3000}]}"
    text = pod("{name: web, image: registry.example.com/w:1, args: ['localhost:3000']}", api)

    ownership = services_of(_made(text, APART))

    (service,) = ownership.services
    assert service.name == "shop"
    assert [item.label for item in service.objects] == [
        "Deployment/shop",
        "Deployment/shop-api",
        "Service/shop-api",
    ]
    assert not ownership.shared


def test_moved_containers_keep_the_line_they_were_written_in() -> None:
    text = pod(WEB, "{name: api, image: registry.example.com/api:1}")

    result = _made(text, APART)

    api = next(item for item in result.objects if item.label == "Deployment/shop-api")
    origin = api.origin.at(("spec", "template", "spec", "containers", 0, "image"))
    assert origin.file == "shop.yaml"
    assert text.splitlines()[origin.line - 1].strip().startswith("- {name: api")
    lost = [row.path for row in result.loss if row.outcome.value == "dropped"]
    assert not lost


def test_health_checks_follow_their_container() -> None:
    facts = Facts(healthchecks={("Deployment/shop", "api"): {"test": ["CMD", "ok"]}})
    bodies = list(yaml.safe_load_all(pod(WEB, "{name: api, image: api}")))
    running = Running.of(SourceObject(body, made(body, READ)) for body in bodies)

    moves = Moves.by_splitting(running, settle((), {}), APART)

    assert moves.facts(facts).healthchecks == {
        ("Deployment/shop-api", "api"): {"test": ["CMD", "ok"]}
    }

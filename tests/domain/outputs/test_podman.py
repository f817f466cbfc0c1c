"""The rules of the Podman variant: one host, one of each, prefixes, ports, nothing unread."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from migrations_app.domain.loss import Outcome
from migrations_app.domain.manifests.resources import get
from migrations_app.domain.outputs.podman import podman_variant

SOURCE = Path(__file__).parents[2] / "live" / "podman_variant.yaml"
OBJECTS = tuple(yaml.safe_load_all(SOURCE.read_text(encoding="utf-8")))
VARIANT = podman_variant(OBJECTS)
PLAYED = {body["metadata"]["name"]: body for body in VARIANT.objects}
WEB = get(PLAYED["shop-web"], ("spec", "template", "spec"))
CONTAINERS = {container["name"]: container for container in WEB["containers"]}


def test_a_namespace_is_a_prefix_and_nothing_else_is_left_of_it() -> None:
    assert all(name.startswith("shop-") for name in PLAYED)
    assert not any("namespace" in body["metadata"] for body in VARIANT.objects)


def test_kinds_that_the_oldest_podman_does_not_play_become_pods() -> None:
    kinds = {name: body["kind"] for name, body in PLAYED.items() if "spec" in body}
    assert kinds["shop-web"] == "Deployment"
    assert {kinds[f"shop-{name}"] for name in ("db", "agent", "nightly")} == {"Pod"}
    assert PLAYED["shop-web"]["spec"]["replicas"] == 1


def test_services_become_ports_of_the_host_each_given_once() -> None:
    assert [port["hostPort"] for port in CONTAINERS["web"]["ports"]] == [18980, 9090]
    [port] = PLAYED["shop-db"]["spec"]["containers"][0]["ports"]
    assert (port["containerPort"], port["hostPort"]) == (5432, 18981)
    targets = {row.path: row.target for row in VARIANT.loss}
    assert targets["Service/db/spec/ports/18980"] == "StatefulSet/db hostPort 18981"


def test_configuration_of_one_name_is_told_apart() -> None:
    assert {"shop-same", "shop-same-secret", "shop-same-claim"} <= PLAYED.keys()
    volumes = {volume["name"]: volume for volume in WEB["volumes"]}
    assert volumes["keys"]["secret"]["secretName"] == "shop-same-secret"
    assert volumes["data"]["persistentVolumeClaim"]["claimName"] == "shop-same-claim"


def test_an_empty_volume_belongs_to_its_pod() -> None:
    assert {"name": "shop-web-tmp", "emptyDir": {"medium": "Memory"}} in WEB["volumes"]
    mounts = {mount["mountPath"]: mount["name"] for mount in CONTAINERS["web"]["volumeMounts"]}
    assert mounts["/tmp"] == "shop-web-tmp"


def test_what_older_podmans_misread_is_written_for_them() -> None:
    web = CONTAINERS["web"]
    assert web["resources"]["limits"]["memory"] == "512Mi"
    assert web["command"][-1] == "echo hello not-a-real-one; sleep 60"
    assert web["securityContext"]["capabilities"] == {"add": ["CHOWN"]}
    assert get(web, ("livenessProbe", "httpGet", "port")) == 8080
    assert {"name": "WHERE", "value": "shop"} in web["env"]


def test_a_sidecar_starts_beside_the_others() -> None:
    assert "mesh" in CONTAINERS
    assert [container["name"] for container in WEB["initContainers"]] == ["wait"]


@pytest.mark.parametrize(
    "path",
    [
        "Ingress/web",
        "Deployment/web/spec/template/spec/affinity",
        "Deployment/web/spec/template/spec/containers/0/readinessProbe",
        "Deployment/web/spec/template/spec/containers/0/lifecycle",
        "Deployment/web/spec/template/spec/containers/0/resources/limits/nvidia.com/gpu",
        "CronJob/nightly/spec/schedule",
    ],
)
def test_what_is_left_out_is_named_with_a_reason(path: str) -> None:
    [row] = [row for row in VARIANT.loss if row.path == path]
    assert row.outcome is Outcome.DROPPED
    assert str(row.reason)


@pytest.mark.parametrize(
    ("word", "written", "told"),
    [("echo $$", "echo $", False), ("$$(A)", "$$(A)", True), ("$$$$", "$$$$", True)],
)
def test_doubled_dollar_signs_are_written_for_both_podmans(
    word: str, written: str, told: bool
) -> None:
    container = {"name": "c", "image": "a", "args": [word], "env": [{"name": "A", "value": "1"}]}
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p"}}
    variant = podman_variant(({**pod, "spec": {"containers": [container]}},))

    [played] = variant.objects
    assert played["spec"]["containers"][0]["args"] == [written]
    assert any(row.path.endswith("/args") for row in variant.loss) is told

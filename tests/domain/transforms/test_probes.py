"""Probes from presets: in full, from health checks, from ports, or none."""

from __future__ import annotations

from typing import Any

import pytest

from migrations_app.domain.provenance import Step, StepKind
from migrations_app.domain.transforms.probes import AddProbes

STEP = Step(StepKind.PRESET, "bank@1")
HTTP = {"httpGet": {"path": "/healthz", "port": "http"}, "periodSeconds": 5}
CHECK = {"test": ["CMD", "curl", "-f", "http://localhost:8080/health"], "interval": 10.0}


def workload(container: dict[str, Any], kind: str = "Deployment", **spec: Any) -> dict[str, Any]:
    group = {"Job": "batch/v1", "Pod": "v1"}.get(kind, "apps/v1")
    pod = {"containers": [{"name": "web", **container}], **spec}
    outer = pod if kind == "Pod" else {"template": {"spec": pod}}
    return {"apiVersion": group, "kind": kind, "metadata": {"name": "shop"}, "spec": outer}


def probed(body: dict[str, Any], **settings: Any) -> dict[str, Any]:
    transform = AddProbes(STEP, **settings)
    (made,) = transform((body,))
    assert made is not None
    assert transform((made,))[0] is made
    spec = made["spec"].get("template", {"spec": made["spec"]})["spec"]
    return {key: value for key, value in spec["containers"][0].items() if key.endswith("Probe")}


def test_a_named_port_that_the_container_has_is_kept() -> None:
    body = workload({"ports": [{"name": "http", "containerPort": 80}, {"containerPort": 81}]})

    assert probed(body, probes={"readiness": HTTP}) == {"readinessProbe": HTTP}


@pytest.mark.parametrize(
    "ports",
    [
        [{"containerPort": 8080}],
        [{"containerPort": 8080}, {"containerPort": 53, "protocol": "UDP"}],
    ],
)
def test_a_named_port_falls_back_to_the_only_one(ports: list[Any]) -> None:
    made = probed(workload({"ports": ports}), probes={"readiness": HTTP})

    assert made["readinessProbe"]["httpGet"] == {"path": "/healthz", "port": 8080}


@pytest.mark.parametrize("ports", [[], [{"containerPort": 1}, {"containerPort": 2}]])
def test_a_common_probe_is_left_out_where_its_port_is_unclear(ports: list[Any]) -> None:
    assert probed(workload({"ports": ports}), probes={"readiness": HTTP}) == {}


def test_a_probe_by_container_name_is_set_as_it_is_written() -> None:
    made = probed(workload({}), containers={"web": {"readiness": HTTP}})

    assert made == {"readinessProbe": HTTP}


def test_a_port_number_in_quotes_is_a_number() -> None:
    made = probed(workload({}), probes={"liveness": {"tcpSocket": {"port": "8080"}}})

    assert made == {"livenessProbe": {"tcpSocket": {"port": 8080}}}


def test_what_is_said_by_name_wins() -> None:
    own = {"exec": {"command": ["pg_isready"]}}
    made = probed(
        workload({"ports": [{"containerPort": 80}]}),
        probes={"readiness": HTTP, "liveness": "fromPorts"},
        containers={"web": {"readiness": own}},
    )

    assert made == {"readinessProbe": own, "livenessProbe": {"tcpSocket": {"port": 80}}}


def test_what_another_preset_says_by_name_is_left_alone() -> None:
    body = workload({"ports": [{"containerPort": 80}]})

    assert probed(body, probes={"readiness": HTTP}, named={"web": {"readiness": "none"}}) == {}


def test_none_takes_the_probe_away() -> None:
    body = workload({"livenessProbe": {"tcpSocket": {"port": 1}}})

    assert probed(body, probes={"liveness": "none"}) == {}


def test_from_healthcheck() -> None:
    checks = {("Deployment/shop", "web"): CHECK}
    made = probed(workload({}), probes={"liveness": "fromHealthcheck"}, health_checks=checks)

    assert made["livenessProbe"]["httpGet"] == {"path": "/health", "port": 8080}
    assert made["livenessProbe"]["periodSeconds"] == 10


def test_from_healthcheck_without_one_leaves_the_container_alone() -> None:
    own = {"tcpSocket": {"port": 1}}

    assert probed(workload({}), probes={"liveness": "fromHealthcheck"}) == {}
    assert probed(workload({"livenessProbe": own}), probes={"liveness": "fromHealthcheck"}) == {
        "livenessProbe": own
    }


def test_from_ports_fills_in_what_is_missing() -> None:
    own = {"httpGet": {"path": "/ready", "port": 80}}
    body = workload({"ports": [{"name": "web", "containerPort": 80}], "readinessProbe": own})

    assert probed(body, probes={"readiness": "fromPorts", "startup": "fromPorts"}) == {
        "readinessProbe": own,
        "startupProbe": {"tcpSocket": {"port": "web"}},
    }


@pytest.mark.parametrize(
    "body",
    [
        workload({"ports": [{"containerPort": 80}]}, "Job"),
        workload({"ports": [{"containerPort": 80}]}, "Pod", restartPolicy="Never"),
    ],
)
def test_what_runs_to_its_end_is_not_probed(body: dict[str, Any]) -> None:
    assert AddProbes(STEP, {"readiness": HTTP})((body,))[0] is body


def test_init_containers_are_not_probed() -> None:
    body = workload({}, initContainers=[{"name": "web", "ports": [{"containerPort": 80}]}])

    assert AddProbes(STEP, {"readiness": HTTP})((body,))[0] is body


def test_a_probe_that_says_only_when_is_laid_over_the_sources() -> None:
    slower = {"liveness": {"periodSeconds": 60}}
    own = {"tcpSocket": {"port": 1}, "periodSeconds": 5}

    assert probed(workload({"livenessProbe": own}), probes=slower) == {
        "livenessProbe": {"tcpSocket": {"port": 1}, "periodSeconds": 60}
    }
    assert probed(workload({}), probes=slower) == {}
    assert AddProbes(STEP, containers={"web": slower})((workload({}),))[0] == workload({})

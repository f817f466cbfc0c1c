"""Autoscalers, for what can be scaled."""

from __future__ import annotations

from typing import Any

import pytest

from migrations_app.domain.errors import InvalidPreset
from migrations_app.domain.presets.schema import Preset
from tests.domain.transforms.applying import applied, run


def workload(name: str = "web", kind: str = "Deployment", pod: str = "", spec: str = "") -> str:
    return f"""
apiVersion: apps/v1
kind: {kind}
metadata: {{name: {name}}}
spec:
  replicas: 3{spec}
  selector: {{matchLabels: {{app: {name}}}}}
  template:
    metadata: {{labels: {{app: {name}}}}}
    spec: {{containers: [{{name: main, image: x}}]{pod}}}
"""


def scalers(objects: list[dict[str, Any]]) -> dict[str, Any]:
    found = [body for body in objects if body["kind"] == "HorizontalPodAutoscaler"]
    return {body["metadata"]["name"]: body["spec"] for body in found}


def test_a_scaled_workload_says_no_number_of_pods_any_more() -> None:
    made = applied(workload(), "scaling: {min: 2, max: 10, cpu: 70, memory: 80}")

    assert "replicas" not in made[0]["spec"]
    assert scalers(made) == {
        "web": {
            "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"},
            "minReplicas": 2,
            "maxReplicas": 10,
            "metrics": [
                {
                    "type": "Resource",
                    "resource": {
                        "name": name,
                        "target": {"type": "Utilization", "averageUtilization": share},
                    },
                }
                for name, share in (("cpu", 70), ("memory", 80))
            ],
        }
    }


@pytest.mark.parametrize(
    ("text", "named"),
    [
        (workload(kind="StatefulSet"), True),
        (workload(pod=", volumes: [{name: d, persistentVolumeClaim: {claimName: d}}]"), True),
        (workload(kind="DaemonSet"), False),
        (workload().replace("replicas: 3", "replicas: 0"), False),
    ],
    ids=["stateful set", "holder of a claim", "daemon set", "at rest"],
)
def test_what_holds_data_is_scaled_by_its_name_alone(text: str, named: bool) -> None:
    assert not scalers(applied(text, "scaling: {max: 4}"))
    assert bool(scalers(applied(text, "scaling: {workloads: {web: {max: 4}}}"))) is named


def test_the_limits_of_an_autoscaler_that_is_there_are_set_and_its_other_metrics_stay() -> None:
    there = """---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: mine}
spec:
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}
  maxReplicas: 3
  metrics:
  - {type: Resource, resource: {name: cpu, target: {type: Utilization, averageUtilization: 50}}}
  - {type: Pods, pods: {metric: {name: queue}, target: {type: AverageValue, averageValue: 5}}}
"""
    made = scalers(applied(workload() + there, "scaling: {max: 9, cpu: 70}"))

    assert made["mine"]["maxReplicas"] == 9
    assert [item["type"] for item in made["mine"]["metrics"]] == ["Resource", "Pods"]
    assert made["mine"]["metrics"][0]["resource"]["target"]["averageUtilization"] == 70


def test_each_preset_is_named_behind_its_limit() -> None:
    running = run(workload(), "scaling: {min: 2, cpu: 70}", "scaling: {max: 5}")

    scaler = running.objects[1]
    assert scaler.origin.at(("spec", "maxReplicas")).steps[-1].by == "p2"
    assert scaler.origin.at(("spec", "minReplicas")).steps[-1].by == "p1"


def test_none_leaves_a_workload_out() -> None:
    assert not scalers(applied(workload(), "scaling: {max: 5, workloads: {web: none}}"))


def test_a_minimum_above_the_maximum_is_refused() -> None:
    with pytest.raises(InvalidPreset):
        Preset.from_text("scaling: {min: 5, max: 2}")

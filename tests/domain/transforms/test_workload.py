"""What runs a service's pods: kinds, numbers, labels, and what keeps them available."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from migrations_app.domain.bundle import Facts, Object, SourceObject
from migrations_app.domain.errors import InvalidInput
from migrations_app.domain.presets.layering import settle
from migrations_app.domain.presets.schema import Preset
from migrations_app.domain.provenance import Origin, Step, StepKind
from migrations_app.domain.transforms.aims import Aim
from migrations_app.domain.transforms.base import Running
from migrations_app.domain.transforms.presets import first_for, transforms_for
from migrations_app.domain.transforms.workload_kinds import ChangeKind
from tests.domain.transforms.applying import applied, run, setters

POD = """
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: bank, labels: {app: shop}, annotations: {a: b}}
spec:
  containers: [{name: web, image: a.example.com/b:1}]
"""
SCALER = """
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: web}
spec:
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}
  maxReplicas: 3
"""


def deployment(more: str = "", spec: str = "", name: str = "web", kind: str = "Deployment") -> str:
    return f"""
apiVersion: apps/v1
kind: {kind}
metadata: {{name: {name}, labels: {{app: {name}}}}}
spec:
  {more or "replicas: 1"}
  selector: {{matchLabels: {{app: {name}}}}}
  template:
    metadata: {{labels: {{app: {name}, app.kubernetes.io/name: other}}}}
    spec:
      {spec or "priorityClassName: high"}
      containers: [{{name: web, image: a.example.com/b:1}}]
"""


CLAIM = "volumes: [{name: d, persistentVolumeClaim: {claimName: d}}]"


def one(text: str, section: str) -> Any:
    return applied(text, f"workload: {section}")[0]


def pod(text: str, section: str) -> Any:
    return one(text, section)["spec"]["template"]["spec"]


@pytest.mark.parametrize("kind", ["Deployment", "StatefulSet", "DaemonSet"])
def test_a_pod_that_runs_on_gets_a_workload_around_it(kind: str) -> None:
    body, *new = applied(POD, f"workload: {{kind: {kind}}}")
    (source,) = yaml.safe_load_all(POD)
    assert body["kind"] == kind
    assert body["apiVersion"] == "apps/v1"
    assert body["metadata"] == source["metadata"]
    assert body["spec"]["selector"] == {"matchLabels": {"app": "shop"}}
    assert body["spec"]["template"] == {
        "metadata": {"labels": {"app": "shop"}, "annotations": {"a": "b"}},
        "spec": source["spec"],
    }
    assert body["spec"].get("replicas") == (None if kind == "DaemonSet" else 1)
    if kind == "StatefulSet":
        assert body["spec"]["serviceName"] == new[0]["metadata"]["name"] == "web-pods"
        assert new[0]["spec"] == {"clusterIP": "None", "selector": {"app": "shop"}}


def test_a_pod_that_ends_becomes_a_job_or_runs_again_and_again() -> None:
    text = POD + "  restartPolicy: OnFailure\n"
    job = one(text, "{kind: Job}")
    assert job["apiVersion"] == "batch/v1"
    assert job["spec"]["template"]["spec"]["restartPolicy"] == "OnFailure"
    cron = one(text, '{kind: CronJob, schedule: "0 3 * * *"}')
    assert cron["spec"]["schedule"] == "0 3 * * *"
    assert cron["spec"]["jobTemplate"]["spec"]["template"] == job["spec"]["template"]
    with pytest.raises(InvalidInput, match=r"workload\.schedule"):
        one(text, "{kind: CronJob}")


def test_what_ends_does_not_become_what_runs_on() -> None:
    text = POD + "  restartPolicy: Never\n"
    assert applied(text, "workload: {kind: Deployment}") == list(yaml.safe_load_all(text))
    with pytest.raises(InvalidInput, match=r"workload\.workloads\.web\.kind"):
        one(text, "{workloads: {web: {kind: Deployment}}}")


def test_workloads_become_another_kind_only_by_name() -> None:
    assert one(deployment(), "{kind: StatefulSet}")["kind"] == "Deployment"
    made = one(deployment("replicas: 2"), "{workloads: {web: {kind: StatefulSet}}}")
    assert made["kind"] == "StatefulSet"
    assert made["spec"]["replicas"] == 2


def test_data_of_single_pods_is_not_given_up() -> None:
    text = deployment("volumeClaimTemplates: [{metadata: {name: d}}]", kind="StatefulSet")
    with pytest.raises(InvalidInput):
        one(text, "{workloads: {web: {kind: Deployment}}}")


def test_a_pod_with_a_claim_ends_before_the_next_one_starts() -> None:
    made = one(POD + f"  {CLAIM}\n", "{kind: Deployment}")
    assert made["spec"]["strategy"] == {"type": "Recreate"}


def test_an_autoscaler_follows_its_workload() -> None:
    objects = applied(deployment() + SCALER, "workload: {workloads: {web: {kind: StatefulSet}}}")
    assert objects[1]["spec"]["scaleTargetRef"]["kind"] == "StatefulSet"


def test_a_pod_keeps_its_places_within_its_workload() -> None:
    (body,) = yaml.safe_load_all(POD)
    line = Origin("s.yaml", 7)
    image = Origin(children=[Origin(children={"image": line})])
    origin = Origin(children={"spec": Origin(children={"containers": image})})
    running = Running.of([SourceObject(body, origin)])
    running.run([ChangeKind(Step(StepKind.PRESET, "p"), Aim(), "Deployment")])
    path = ("spec", "template", "spec", "containers", 0, "image")
    assert running.objects[0].origin.at(path).line == 7


@pytest.mark.parametrize(
    ("text", "section", "replicas"),
    [
        (deployment(), "{replicas: 3}", 3),
        (deployment(spec=CLAIM), "{replicas: 3}", 1),
        (deployment(spec=CLAIM), "{replicas: 2, workloads: {web: {replicas: 3}}}", 3),
        (deployment(kind="StatefulSet"), "{replicas: 3}", 1),
        (deployment() + SCALER, "{replicas: 3}", 1),
    ],
)
def test_how_many_pods_there_are(text: str, section: str, replicas: int) -> None:
    assert one(text, section)["spec"]["replicas"] == replicas


@pytest.mark.parametrize(
    ("written", "section", "made"),
    [
        (
            "",
            "{strategy: {maxSurge: 1, maxUnavailable: 0}}",
            {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}},
        ),
        (
            "strategy: {rollingUpdate: {maxSurge: 2}}",
            "{strategy: {maxUnavailable: 25%}}",
            {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 2, "maxUnavailable": "25%"}},
        ),
        ("strategy: {type: Recreate}", "{strategy: {maxSurge: 1}}", {"type": "Recreate"}),
        (
            "strategy: {type: Recreate}",
            "{workloads: {web: {strategy: {maxSurge: 1}}}}",
            {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1}},
        ),
        ("", "{strategy: {type: Recreate}}", {"type": "Recreate"}),
    ],
)
def test_how_pods_are_replaced(written: str, section: str, made: dict[str, Any]) -> None:
    assert one(deployment(written), section)["spec"]["strategy"] == made


def test_the_fields_of_a_rollout_are_those_the_kind_has() -> None:
    section = "{minReadySeconds: 5, progressDeadlineSeconds: 300, revisionHistoryLimit: 3}"
    spec = one(deployment(), section)["spec"]
    assert (spec["minReadySeconds"], spec["progressDeadlineSeconds"]) == (5, 300)
    spec = one(deployment(kind="DaemonSet"), section)["spec"]
    assert spec["revisionHistoryLimit"] == 3
    assert "progressDeadlineSeconds" not in spec


def test_labels_are_added_and_none_is_changed() -> None:
    section = "{labels: {name: true, partOf: bank, version: 'v 1', more: {team: pay}}}"
    made = one(deployment(), section)
    assert made["metadata"]["labels"] == {
        "app": "web",
        "app.kubernetes.io/name": "web",
        "app.kubernetes.io/part-of": "bank",
        "app.kubernetes.io/version": "v-1",
        "team": "pay",
    }
    assert made["spec"]["template"]["metadata"]["labels"]["app.kubernetes.io/name"] == "other"
    assert made["spec"]["template"]["metadata"]["labels"]["team"] == "pay"
    assert made["spec"]["selector"] == {"matchLabels": {"app": "web"}}


def test_pods_spread_and_keep_apart() -> None:
    keys = "[kubernetes.io/hostname, topology.kubernetes.io/zone]"
    made = pod(deployment(), f"{{spread: {{topologyKeys: {keys}}}, antiAffinity: preferred}}")
    selector = {"matchLabels": {"app": "web"}}
    assert [item["topologyKey"] for item in made["topologySpreadConstraints"]] == [
        "kubernetes.io/hostname",
        "topology.kubernetes.io/zone",
    ]
    assert all(item["labelSelector"] == selector for item in made["topologySpreadConstraints"])
    (rule,) = made["affinity"]["podAntiAffinity"].values()
    assert rule[0]["podAffinityTerm"]["labelSelector"] == selector
    own = "affinity: {podAntiAffinity: {requiredDuringSchedulingIgnoredDuringExecution: []}}"
    assert pod(deployment(spec=own), "{antiAffinity: required}") == pod(deployment(spec=own), "{}")


BUDGET = "{disruptionBudget: {maxUnavailable: 1}}"


def test_more_than_one_pod_has_a_budget() -> None:
    text = deployment("replicas: 2") + "---" + deployment(name="solo")
    objects = applied(text, f"workload: {BUDGET}")
    assert objects[2:] == [
        {
            "apiVersion": "policy/v1",
            "kind": "PodDisruptionBudget",
            "metadata": {"name": "web"},
            "spec": {"maxUnavailable": 1, "selector": {"matchLabels": {"app": "web"}}},
        }
    ]


def test_the_number_that_a_preset_sets_counts_for_the_budget() -> None:
    section = "{replicas: 3, disruptionBudget: {minAvailable: 50%}}"
    assert len(applied(deployment(), f"workload: {section}")) == 2
    assert len(applied(deployment("paused: false") + SCALER, f"workload: {BUDGET}")) == 3


def test_a_budget_that_is_there_is_enough() -> None:
    text = deployment("replicas: 2") + (
        "---\napiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata: {name: web}\n"
        "spec: {minAvailable: 1, selector: {matchLabels: {app: %s}}}\n"
    )
    assert len(applied(text % "web", f"workload: {BUDGET}")) == 2
    *_, added = applied(text % "elsewhere", f"workload: {BUDGET}")
    assert added["metadata"]["name"].startswith("web-")


def test_an_account_for_each_workload_without_a_token() -> None:
    section = "{serviceAccount: dedicated, mountToken: false}"
    body, account = applied(deployment(), f"workload: {section}")
    assert account["metadata"]["name"] == "web"
    assert account["automountServiceAccountToken"] is False
    spec = body["spec"]["template"]["spec"]
    assert spec["serviceAccountName"] == "web"
    assert spec["automountServiceAccountToken"] is False


def test_an_account_that_somebody_chose_stays() -> None:
    own = "serviceAccountName: reader\n      automountServiceAccountToken: true"
    text = deployment(spec=own)
    section = "{serviceAccount: dedicated, mountToken: false}"
    assert pod(text, section) == pod(text, "{}")
    named = pod(text, f"{{workloads: {{web: {section}}}}}")
    assert named["serviceAccountName"] == "web"
    assert named["automountServiceAccountToken"] is False


def test_pods_stop_gently() -> None:
    section = "{terminationGracePeriodSeconds: 20, preStop: {sleepSeconds: 25}}"
    made = pod(deployment(), section)
    assert made["terminationGracePeriodSeconds"] == 20
    assert made["containers"][0]["lifecycle"] == {"preStop": {"sleep": {"seconds": 20}}}
    made = pod(deployment(), "{preStop: {exec: [/bin/leave]}}")
    assert made["containers"][0]["lifecycle"]["preStop"] == {"exec": {"command": ["/bin/leave"]}}


def test_a_priority_of_the_source_stays_unless_it_is_named() -> None:
    assert pod(deployment(), "{priorityClass: low}")["priorityClassName"] == "high"
    made = pod(deployment(), "{workloads: {web: {priorityClass: low}}}")
    assert made["priorityClassName"] == "low"


def test_each_field_is_recorded_under_the_preset_that_asked_for_it() -> None:
    organisation = "workload: {revisionHistoryLimit: 3, replicas: 2}"
    own = "workload: {replicas: 4}"
    found = setters(run(deployment(), organisation, own))
    assert found == {"p1": {"spec.revisionHistoryLimit"}, "p2": {"spec.replicas"}}


@pytest.mark.parametrize("kind", ["Service", "ConfigMap"])
def test_other_objects_are_left_alone(kind: str) -> None:
    text = f"apiVersion: v1\nkind: {kind}\nmetadata: {{name: web}}\n"
    section = "{kind: Deployment, replicas: 2, labels: {name: true}, serviceAccount: dedicated}"
    assert applied(text, f"workload: {section}") == list[Object](yaml.safe_load_all(text))


def test_kinds_change_before_anybody_looks_up_an_object_by_its_label() -> None:
    text = "kind: Deployment, workloads: {web: {kind: StatefulSet}}, replicas: 2"
    settings = settle([Preset.from_text(f"workload: {{{text}}}", "p")], {})
    first = first_for(settings, Facts(), {})
    assert [type(transform) for transform in first] == [ChangeKind, ChangeKind]
    rest = transforms_for(settings, Facts(), {})
    assert not any(isinstance(transform, ChangeKind) for transform in rest)


def test_a_null_of_one_workload_takes_back_what_is_said_of_all() -> None:
    said = "workload: {antiAffinity: required, labels: {more: {team: core, tier: back}}"
    text = deployment(name="a") + "---" + deployment(name="b")
    null = "workloads: {a: {antiAffinity: null, labels: {more: {team: null, tier: web}}}}"

    first, second = applied(text, f"{said}, {null}}}")

    assert "affinity" not in first["spec"]["template"]["spec"]
    assert "affinity" in second["spec"]["template"]["spec"]
    assert first["metadata"]["labels"]["tier"] == "web"
    assert "team" not in first["metadata"]["labels"]
    assert second["metadata"]["labels"]["team"] == "core"

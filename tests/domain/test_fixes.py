"""Fixes that a person accepts one by one."""

from __future__ import annotations

from typing import Any

from migrations_app.adapters.schemas import BundledSchemas
from migrations_app.domain import checks
from migrations_app.domain.bundle import SourceObject
from migrations_app.domain.checks.base import CheckContext
from migrations_app.domain.findings import Finding
from migrations_app.domain.fixes import apply_accepted
from migrations_app.domain.fixing.workloads import not_alone
from migrations_app.domain.manifests.resources import get
from migrations_app.domain.manifests.secret_markers import MARKER
from migrations_app.domain.provenance import Origin, StepKind
from migrations_app.domain.transforms.base import Running

SCHEMAS = BundledSchemas()


def context(objects: tuple[SourceObject, ...]) -> CheckContext:
    return CheckContext(objects, SCHEMAS, "1.34")


def look(objects: tuple[SourceObject, ...]) -> list[Finding]:
    return checks.run(context(objects))


def fixed(
    *bodies: dict[str, Any], codes: tuple[str, ...], accepted: frozenset[str] = frozenset()
) -> Running:
    running = Running.of(SourceObject(body, Origin("a.yaml", 1, 1)) for body in bodies)
    found = look(tuple(running.objects))
    wanted = frozenset(f.fingerprint for f in found if f.code in codes and f.fixable)
    apply_accepted(running, wanted | accepted, context)
    return running


def pod(container: dict[str, Any], **spec: Any) -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "shop", "namespace": "bank", "annotations": {"a": "b"}},
        "spec": {"containers": [{"name": "web", "image": "r.io/a:1", **container}], **spec},
    }


def test_a_secret_value_moves_into_a_secret_of_the_workload() -> None:
    body = pod({"env": [{"name": "A", "value": "b"}, {"name": "DB_PASSWORD", "value": "hunter22"}]})

    changed, secret = fixed(body, codes=("CFG-01",)).bodies

    assert changed["spec"]["containers"][0]["env"] == [
        {"name": "A", "value": "b"},
        {
            "name": "DB_PASSWORD",
            "valueFrom": {"secretKeyRef": {"name": "shop-secrets", "key": "DB_PASSWORD"}},
        },
    ]
    assert secret == {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": "shop-secrets", "namespace": "bank"},
        "type": "Opaque",
        "stringData": {"DB_PASSWORD": "hunter22"},
    }


def test_two_containers_with_different_values_of_one_name_keep_both() -> None:
    body = pod({"env": [{"name": "TOKEN", "value": "first-one-1"}]})
    other = {"name": "api", "image": "r.io/b:1", "env": [{"name": "TOKEN", "value": "second-2"}]}
    body["spec"]["containers"].append(other)

    changed, secret = fixed(body, codes=("CFG-01",)).bodies

    assert secret["stringData"] == {"TOKEN": "first-one-1", "api.TOKEN": "second-2"}
    reference = changed["spec"]["containers"][1]["env"][0]["valueFrom"]["secretKeyRef"]
    assert reference["key"] == "api.TOKEN"


def test_a_bare_pod_becomes_a_deployment() -> None:
    body = pod({}, volumes=[{"name": "d", "persistentVolumeClaim": {"claimName": "d"}}])

    running = fixed(body, codes=("WLD-01",))
    (made,) = running.bodies

    assert made["kind"] == "Deployment"
    assert made["spec"]["selector"] == {"matchLabels": {"app": "shop"}}
    assert made["spec"]["template"]["metadata"] == {
        "labels": {"app": "shop"},
        "annotations": {"a": "b"},
    }
    assert made["spec"]["strategy"] == {"type": "Recreate"}
    assert made["spec"]["template"]["spec"] is body["spec"]
    assert not list(SCHEMAS.violations("1.34", made))
    assert {entry.change.step.kind for entry in running.record} == {StepKind.FIX}


def test_fixes_found_before_and_after_a_change_of_kind_both_apply() -> None:
    body = pod(
        {"env": [{"name": "DB_PASSWORD", "value": "hunter22"}], "ports": [{"containerPort": 80}]}
    )
    deployment = fixed(body, codes=("WLD-01",))
    later = frozenset(f.fingerprint for f in look(tuple(deployment.objects)) if f.code == "PRB-01")

    made, secret = fixed(body, codes=("WLD-01", "CFG-01"), accepted=later).bodies

    container = made["spec"]["template"]["spec"]["containers"][0]
    assert made["kind"] == "Deployment"
    assert "valueFrom" in container["env"][0]
    assert container["readinessProbe"] == {"tcpSocket": {"port": 80}}
    assert secret["kind"] == "Secret"


def test_root_that_may_not_be_goes() -> None:
    body = pod({"securityContext": {"runAsNonRoot": True}}, securityContext={"runAsUser": 0})

    (made,) = fixed(body, codes=("SEC-03",)).bodies

    assert made["spec"]["securityContext"] == {}


def test_a_short_name_gets_its_registry() -> None:
    (made,) = fixed(pod({"image": "nginx:1.25"}), codes=("IMG-01",)).bodies

    assert made["spec"]["containers"][0]["image"] == "docker.io/library/nginx:1.25"


def test_missing_probes_open_the_first_port() -> None:
    own = {"httpGet": {"path": "/", "port": 80}}
    body = pod({"ports": [{"containerPort": 80}], "readinessProbe": own})

    (made,) = fixed(body, codes=("PRB-01",)).bodies

    container = made["spec"]["containers"][0]
    assert container["readinessProbe"] == own
    assert container["livenessProbe"] == {"tcpSocket": {"port": 80}}


def test_what_nobody_accepted_stays() -> None:
    body = pod({"env": [{"name": "DB_PASSWORD", "value": "hunter22"}]})

    assert fixed(body, codes=()).bodies[0] is body


def test_tmp_gets_a_volume_of_a_name_that_is_free() -> None:
    body = pod(
        {"securityContext": {"readOnlyRootFilesystem": True}},
        volumes=[{"name": "tmp", "emptyDir": {}}],
    )

    (made,) = fixed(body, codes=("SEC-07",)).bodies

    assert made["spec"]["volumes"][1] == {"name": "tmp-2", "emptyDir": {}}
    assert made["spec"]["containers"][0]["volumeMounts"] == [
        {"name": "tmp-2", "mountPath": "/tmp"},
    ]


def test_plain_values_of_two_containers_share_a_config_map() -> None:
    body = pod({"env": [{"name": "LEVEL", "value": "info"}, {"name": "A", "value": "$(LEVEL)"}]})
    other = {"name": "api", "image": "r.io/b:1", "env": [{"name": "LEVEL", "value": "debug"}]}
    body["spec"]["containers"].append(other)

    changed, config = fixed(body, codes=("CFG-02",)).bodies

    assert config["data"] == {"LEVEL": "info", "api.LEVEL": "debug"}
    assert config["metadata"] == {"name": "shop-config", "namespace": "bank"}
    web, api = changed["spec"]["containers"]
    assert web["env"][1] == {"name": "A", "value": "$(LEVEL)"}
    assert api["env"][0]["valueFrom"]["configMapKeyRef"]["key"] == "api.LEVEL"


def test_restrictions_keep_what_was_added_and_the_profile_of_the_pod() -> None:
    body = pod(
        {"securityContext": {"capabilities": {"add": ["NET_BIND_SERVICE"], "drop": ["MKNOD"]}}},
        securityContext={"seccompProfile": {"type": "Localhost", "localhostProfile": "a.json"}},
    )

    (made,) = fixed(body, codes=("SEC-05",)).bodies

    assert made["spec"]["containers"][0]["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "capabilities": {"add": ["NET_BIND_SERVICE"], "drop": ["ALL"]},
    }


def test_a_probe_by_curl_keeps_its_timing() -> None:
    probe = {"exec": {"command": ["curl", "-f", "http://localhost:8080/h"]}, "periodSeconds": 3}
    (made,) = fixed(pod({"readinessProbe": probe}), codes=("PRB-03",)).bodies

    assert made["spec"]["containers"][0]["readinessProbe"] == {
        "httpGet": {"path": "/h", "port": 8080},
        "periodSeconds": 3,
    }


def test_a_secret_that_is_missing_waits_for_its_values() -> None:
    asked = {"secretKeyRef": {"name": "db", "key": "password"}}
    body = pod(
        {"env": [{"name": "PW", "valueFrom": asked}]},
        volumes=[{"name": "v", "secret": {"secretName": "db", "items": [{"key": "ca.crt"}]}}],
    )

    _pod, secret = fixed(body, codes=("CFG-03",)).bodies

    assert secret["metadata"] == {"name": "db", "namespace": "bank"}
    assert secret["stringData"] == {"password": MARKER, "ca.crt": MARKER}


def test_a_secret_whose_keys_nobody_names_needs_a_person() -> None:
    body = pod({"envFrom": [{"secretRef": {"name": "db"}}]})

    assert len(fixed(body, codes=("CFG-03",)).bodies) == 1


def test_where_an_autoscaler_counts_its_least_number_becomes_two() -> None:
    deployment = {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "shop"},
        "spec": {
            "selector": {"matchLabels": {"app": "shop"}},
            "template": {
                "metadata": {"labels": {"app": "shop"}},
                "spec": {"containers": [{"name": "web", "image": "r.io/a:1"}]},
            },
        },
    }
    scaler = {
        "apiVersion": "autoscaling/v2",
        "kind": "HorizontalPodAutoscaler",
        "metadata": {"name": "shop"},
        "spec": {
            "maxReplicas": 4,
            "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "shop"},
        },
    }

    done = not_alone((deployment, scaler), 0, ("spec",))

    assert "replicas" not in get(done[0], ("spec",))
    assert get(done[1], ("spec", "minReplicas")) == 2
    assert get(done[1], ("spec", "maxReplicas")) == 4

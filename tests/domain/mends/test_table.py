"""Mends one by one: what is put right, and what is left alone."""

from __future__ import annotations

from typing import Any

import pytest

from migrations_app.adapters.schemas import BundledSchemas
from migrations_app.domain.bundle import Object
from migrations_app.domain.manifests.resources import get
from migrations_app.domain.mends import mends
from migrations_app.domain.places import parse_pointer

SCHEMAS = BundledSchemas()
VERSION = SCHEMAS.versions()[-1]
POD: dict[str, Any] = {
    "apiVersion": "v1",
    "kind": "Pod",
    "metadata": {"name": "a"},
    "spec": {"containers": [{"name": "c", "image": "i"}]},
}


def mended(*objects: Object) -> list[Object]:
    result = tuple(objects)
    for mend in mends(SCHEMAS, VERSION):
        result = tuple(body for body in mend(result) if body is not None)
    return list(result)


def pod(container: dict[str, Any] | None = None, **spec: Any) -> Object:
    first = {**POD["spec"]["containers"][0], **(container or {})}
    return {**POD, "spec": {"containers": [first], **spec}}


def deployment(**spec: Any) -> Object:
    return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "a"}, "spec": spec}


def test_what_is_right_is_left_alone() -> None:
    body = pod()
    assert mended(body)[0] is body


C = "/spec/containers/0"


@pytest.mark.parametrize(
    ("body", "place", "expected"),
    [
        (pod({"name": "Web.v1"}), f"{C}/name", "web-v1"),
        (pod({"name": None, "image": "quay.io/a/web:1"}), f"{C}/name", "web"),
        (pod({"imagePullPolicy": "always"}), f"{C}/imagePullPolicy", "Always"),
        (pod(restartPolicy="onfailure"), "/spec/restartPolicy", "OnFailure"),
        (pod(hostname="my_host.example"), "/spec/hostname", "my-host-example"),
        (pod({"env": [{"name": "A", "value": 1}]}), f"{C}/env/0/value", "1"),
        (pod({"env": [{"name": "A", "value": True}]}), f"{C}/env/0/value", "true"),
        (pod({"ports": [{"containerPort": "80"}]}), f"{C}/ports/0/containerPort", 80),
        (pod({"ports": [{"hostPort": 80}]}), f"{C}/ports/0/containerPort", 80),
        (
            pod({"ports": [{"containerPort": 1, "protocol": "tcp"}]}),
            f"{C}/ports/0/protocol",
            "TCP",
        ),
        (
            pod({"securityContext": {"capabilities": {"add": ["CAP_SYS_TIME", "SYS_TIME"]}}}),
            f"{C}/securityContext/capabilities/add",
            ["SYS_TIME"],
        ),
        (
            pod({"securityContext": {"privileged": True, "procMount": "Unmasked"}}),
            f"{C}/securityContext",
            {"privileged": True},
        ),
        (
            pod({"resources": {"limits": {"memory": "1.5Gi"}}}),
            f"{C}/resources/limits/memory",
            "1536Mi",
        ),
        (
            pod({"volumeMounts": [{"name": "d", "mountPath": "/d:ro,Z"}]}),
            f"{C}/volumeMounts/0",
            {"name": "d", "mountPath": "/d", "readOnly": True},
        ),
        (
            pod({"volumeMounts": [{"name": "d", "mountPath": "/d"}]}),
            "/spec/volumes",
            [{"name": "d", "emptyDir": {}}],
        ),
        (
            pod(volumes=[{"name": "t", "hostPath": {"path": "tmpfs"}}]),
            "/spec/volumes/0/emptyDir",
            {"medium": "Memory"},
        ),
        (
            deployment(template={"metadata": {"labels": {"x": "y"}}, "spec": POD["spec"]}),
            "/spec/selector",
            {"matchLabels": {"x": "y"}},
        ),
        (
            deployment(template={"spec": {**POD["spec"], "restartPolicy": "Never"}}),
            "/spec/template/spec/restartPolicy",
            "Always",
        ),
        (
            {**POD, "metadata": {"name": "a", "annotations": {"bind-mount-options:/a": "Z"}}},
            "/metadata",
            {"name": "a"},
        ),
        (
            {**POD, "metadata": {"name": "a", "labels": {"x/y/z": "my app"}}},
            "/metadata/labels",
            {"x/y.z": "my-app"},
        ),
        ({**POD, "status": {"phase": "Running"}}, "/status", None),
    ],
)
def test_one_thing_is_put_right(body: Object, place: str, expected: Any) -> None:
    (result,) = mended(body)
    assert get(result, parse_pointer(place)) == expected


def test_a_forgotten_claim_of_podmans_is_known_by_its_name() -> None:
    body = pod(
        {"volumeMounts": [{"name": "data-pvc", "mountPath": "/d"}]},
        initContainers=[
            {"name": "i", "image": "i", "volumeMounts": [{"name": "seed-pvc", "mountPath": "/s"}]}
        ],
        volumes=[{"name": "data-pvc", "persistentVolumeClaim": {"claimName": "data"}}],
    )
    (result,) = mended(body)
    assert result["spec"]["volumes"][1] == {
        "name": "seed-pvc",
        "persistentVolumeClaim": {"claimName": "seed"},
    }


def test_two_claims_that_differ_stay_different() -> None:
    body = pod(
        volumes=[
            {"name": "a", "persistentVolumeClaim": {"claimName": "my_data"}},
            {"name": "b", "persistentVolumeClaim": {"claimName": "my-data"}},
        ]
    )
    (result,) = mended(body)
    first, second = (v["persistentVolumeClaim"]["claimName"] for v in result["spec"]["volumes"])
    assert second == "my-data"
    assert first.startswith("my-data-")


def test_a_patch_is_not_made_an_object() -> None:
    body = {**POD, "$patch": "delete"}
    assert mended(body)[0]["$patch"] == "delete"


def test_kinds_we_do_not_know_keep_their_names_and_fields() -> None:
    body = {
        "apiVersion": "example.com/v1",
        "kind": "Thing",
        "metadata": {"name": "My_Thing"},
        "status": {"own": 1},
    }
    assert mended(body)[0] is body


def test_service_accounts_follow_in_every_reference() -> None:
    account = {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "My_App"}}
    binding = {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "RoleBinding",
        "metadata": {"name": "x"},
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "r"},
        "subjects": [{"kind": "ServiceAccount", "name": "My_App"}],
    }
    one, two, three = mended(account, binding, pod(serviceAccountName="My_App"))
    assert one["metadata"]["name"] == "my-app"
    assert two["subjects"][0]["name"] == "my-app"
    assert three["spec"]["serviceAccountName"] == "my-app"


def test_the_claims_of_a_stateful_set_are_renamed_with_what_mounts_them() -> None:
    mount = {"name": "my_data", "mountPath": "/data"}
    body = {
        "apiVersion": "apps/v1",
        "kind": "StatefulSet",
        "metadata": {"name": "db"},
        "spec": {
            "serviceName": "db",
            "selector": {"matchLabels": {"app": "db"}},
            "template": {
                "metadata": {"labels": {"app": "db"}},
                "spec": {"containers": [{"name": "c", "image": "i", "volumeMounts": [mount]}]},
            },
            "volumeClaimTemplates": [{"metadata": {"name": "my_data"}, "spec": {}}],
        },
    }
    [made] = mended(body)
    pod_spec = get(made, ("spec", "template", "spec"))
    assert get(made, ("spec", "volumeClaimTemplates", 0, "metadata", "name")) == "my-data"
    assert pod_spec["containers"][0]["volumeMounts"] == [{**mount, "name": "my-data"}]
    assert "volumes" not in pod_spec

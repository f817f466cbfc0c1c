"""What claims ask for, wherever they are."""

from __future__ import annotations

from typing import Any

from migrations_app.domain.manifests.resources import get
from tests.domain.transforms.applying import applied, run, setters

CLAIM = """
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: data}
spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 5Gi}}}
"""
STATEFUL = """
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: db}
spec:
  template:
    spec:
      containers: []
      volumes:
      - {name: scratch, ephemeral: {volumeClaimTemplate: {spec: {accessModes: [ReadWriteOnce]}}}}
      - {name: tmp, emptyDir: {}}
      - {name: run, emptyDir: {sizeLimit: 1Mi}}
  volumeClaimTemplates:
  - {metadata: {name: files}, spec: {resources: {requests: {storage: 50Gi}}}}
"""
TEMPLATE = ("spec", "volumeClaimTemplates", 0, "spec")
EPHEMERAL = ("spec", "template", "spec", "volumes", 0, "ephemeral", "volumeClaimTemplate", "spec")
SIZE = ("resources", "requests", "storage")


def test_all_claims_get_the_class_and_at_least_the_size() -> None:
    claim, stateful = applied(f"{CLAIM}---{STATEFUL}", "storage: {class: fast, size: 10Gi}")

    for body, path, size in (
        (claim, ("spec",), "10Gi"),
        (stateful, TEMPLATE, "50Gi"),
        (stateful, EPHEMERAL, "10Gi"),
    ):
        spec: Any = get(body, path)
        assert spec["storageClassName"] == "fast"
        assert get(spec, SIZE) == size


def test_by_its_name_a_claim_gets_exactly_what_is_said() -> None:
    made = applied(
        f"{CLAIM}---{STATEFUL}",
        "storage: {size: 10Gi, claims: {files: {size: 20Gi, accessMode: ReadWriteMany}}}",
    )

    spec: Any = get(made[1], TEMPLATE)
    assert get(spec, SIZE) == "20Gi"
    assert spec["accessModes"] == ["ReadWriteMany"]
    assert get(made[0], ("spec", "accessModes")) == ["ReadWriteOnce"]


def test_a_claim_that_is_bound_by_name_keeps_its_class() -> None:
    bound = CLAIM.replace("spec: {", "spec: {volumeName: old, ")

    (claim,) = applied(bound, "storage: {class: fast}")

    assert "storageClassName" not in claim["spec"]


def test_empty_folders_get_a_limit_where_they_have_none() -> None:
    (stateful,) = applied(
        STATEFUL, "storage: {emptyDir: {sizeLimit: 1Gi, volumes: {run: {medium: Memory}}}}"
    )

    volumes = stateful["spec"]["template"]["spec"]["volumes"]
    assert volumes[1]["emptyDir"] == {"sizeLimit": "1Gi"}
    assert volumes[2]["emptyDir"] == {"sizeLimit": "1Mi", "medium": "Memory"}


def test_the_limit_holds_for_the_writable_folders_of_a_read_only_root_too() -> None:
    pod = (
        "apiVersion: v1\nkind: Pod\nmetadata: {name: shop}\n"
        "spec: {containers: [{name: web, image: web}]}\n"
    )
    (made,) = applied(pod, "security: {readOnlyRoot: true}\nstorage: {emptyDir: {sizeLimit: 1Gi}}")

    folders = [volume["emptyDir"] for volume in made["spec"]["volumes"]]
    assert folders == [{"sizeLimit": "1Gi"}] * 3


def test_storage_classes_let_claims_grow() -> None:
    text = (
        "{apiVersion: storage.k8s.io/v1, kind: StorageClass, metadata: {name: c}, provisioner: p}"
    )

    (made,) = applied(text, "storage: {expansion: true}")

    assert made["allowVolumeExpansion"] is True


def test_each_preset_is_named_behind_what_it_set() -> None:
    running = run(CLAIM, "storage: {size: 10Gi}", "storage: {claims: {data: {class: slow}}}")

    assert setters(running) == {
        "p1": {"spec.resources.requests.storage"},
        "p2": {"spec.storageClassName"},
    }

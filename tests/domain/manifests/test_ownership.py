"""Every object has one owner: the only service that uses it, else the shared set."""

from __future__ import annotations

from typing import Any

import yaml

from migrations_app.domain.bundle import SourceObject
from migrations_app.domain.manifests.ownership import Ownership, divide, service_key
from migrations_app.domain.provenance import Origin

WORKLOAD = """
{{apiVersion: apps/v1, kind: {kind}, metadata: {{name: {name}}}, spec: {{selector: {{}}, template:
  {{metadata: {{labels: {{app: {name}}}}}, spec: {spec}}}}}}}
"""


def divided(text: str, identities: dict[str, str] | None = None) -> Ownership:
    bodies = [body for body in yaml.safe_load_all(text) if body]
    return divide([SourceObject(body, Origin()) for body in bodies], identities or {})


def workload(name: str, spec: str = "{containers: []}", kind: str = "Deployment") -> str:
    return WORKLOAD.format(name=name, spec=spec, kind=kind)


def thing(kind: str, name: str, version: str = "v1", **rest: Any) -> str:
    body = {"apiVersion": version, "kind": kind, "metadata": {"name": name}, **rest}
    return yaml.safe_dump(body)


def owned(ownership: Ownership) -> dict[str, list[str]]:
    return {
        service.name: [item.label for item in service.objects[1:]] for service in ownership.services
    }


def shared(ownership: Ownership) -> list[str]:
    return [item.label for item in ownership.shared]


CONTAINER = "{{containers: [{{name: a, envFrom: [{{configMapRef: {{name: {0}}}}}]}}]}}"


def test_what_one_service_uses_is_its_own() -> None:
    result = divided(
        "---\n".join(
            [
                workload("web", CONTAINER.format("web-config")),
                workload("api", CONTAINER.format("common")),
                workload("job", CONTAINER.format("common"), kind="StatefulSet"),
                thing("ConfigMap", "web-config"),
                thing("ConfigMap", "common"),
                thing("ConfigMap", "unused"),
            ]
        )
    )
    assert owned(result) == {"web": ["ConfigMap/web-config"], "api": [], "job": []}
    assert shared(result) == ["ConfigMap/common", "ConfigMap/unused"]


def test_what_points_at_a_service_is_its_own() -> None:
    backend = {"service": {"name": "web", "port": {"number": 80}}}
    result = divided(
        "---\n".join(
            [
                thing("Service", "web", spec={"selector": {"app": "web"}}),
                thing(
                    "Ingress",
                    "web",
                    "networking.k8s.io/v1",
                    spec={"defaultBackend": backend, "tls": [{"secretName": "cert"}]},
                ),
                thing("Secret", "cert"),
                thing(
                    "HorizontalPodAutoscaler",
                    "web",
                    "autoscaling/v2",
                    spec={"scaleTargetRef": {"kind": "Deployment", "name": "web"}},
                ),
                workload("web"),
                workload("api"),
            ]
        )
    )
    assert owned(result)["web"] == [
        "Service/web",
        "Ingress/web",
        "Secret/cert",
        "HorizontalPodAutoscaler/web",
    ]
    assert shared(result) == []


def test_a_route_to_two_services_is_shared() -> None:
    paths = [
        {"backend": {"service": {"name": name, "port": {"number": 80}}}} for name in ("web", "api")
    ]
    result = divided(
        "---\n".join(
            [
                workload("web"),
                workload("api"),
                thing("Service", "web", spec={"selector": {"app": "web"}}),
                thing("Service", "api", spec={"selector": {"app": "api"}}),
                thing(
                    "Ingress",
                    "all",
                    "networking.k8s.io/v1",
                    spec={"rules": [{"http": {"paths": paths}}]},
                ),
            ]
        )
    )
    assert shared(result) == ["Ingress/all"]


def test_accounts_bring_their_roles() -> None:
    result = divided(
        "---\n".join(
            [
                workload("web", "{serviceAccountName: web, containers: []}"),
                thing("ServiceAccount", "web", imagePullSecrets=[{"name": "pull"}]),
                thing("Secret", "pull"),
                thing(
                    "RoleBinding",
                    "web",
                    "rbac.authorization.k8s.io/v1",
                    subjects=[{"kind": "ServiceAccount", "name": "web"}],
                    roleRef={"kind": "Role", "name": "reader"},
                ),
                thing("Role", "reader", "rbac.authorization.k8s.io/v1"),
            ]
        )
    )
    assert owned(result) == {
        "web": ["ServiceAccount/web", "Secret/pull", "RoleBinding/web", "Role/reader"]
    }


def test_what_belongs_to_the_cluster_is_always_shared() -> None:
    claims = "{containers: [], volumes: [{name: d, persistentVolumeClaim: {claimName: data}}]}"
    result = divided(
        "---\n".join(
            [
                workload("web", claims),
                thing("Namespace", "bank"),
                thing("PersistentVolumeClaim", "data", spec={"volumeName": "disk"}),
                thing("PersistentVolume", "disk"),
                thing("CustomResourceDefinition", "a.b", "apiextensions.k8s.io/v1"),
            ]
        )
    )
    assert owned(result) == {"web": ["PersistentVolumeClaim/data"]}
    assert shared(result) == [
        "Namespace/bank",
        "PersistentVolume/disk",
        "CustomResourceDefinition/a.b",
    ]


def test_a_manifest_without_a_workload_has_no_services() -> None:
    result = divided(thing("ConfigMap", "a"))
    assert result.services == ()
    assert shared(result) == ["ConfigMap/a"]


def test_keys_are_names_with_a_stable_suffix_where_taken() -> None:
    result = divided(
        "---\n".join([workload("web"), workload("web", kind="StatefulSet")]),
        {"StatefulSet/web": "web.service"},
    )
    first, second = result.services
    key = service_key(first, ())
    assert key == "web"
    other = service_key(second, {key})
    assert other.startswith("web-")
    assert other == service_key(second, {"web", "more"})
    assert second.identity == "web.service"

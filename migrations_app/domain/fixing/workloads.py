"""Fixes of workloads, and the objects that a cluster wants beside them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from migrations_app.domain.bundle import Object, Objects
from migrations_app.domain.checks.canaries import NEAR, reached, replicas_of, weights
from migrations_app.domain.checks.production import holds_claim, is_spread, unsaid_pace
from migrations_app.domain.checks.selectors import selected_by
from migrations_app.domain.checks.staging import SCRAPE
from migrations_app.domain.fixing.base import changed, metadata_like, pod_labels, position
from migrations_app.domain.manifests.resources import (
    get,
    mapping,
    name_of,
    namespace_of,
    pod_spec,
    remove_at,
    replace_at,
    sequence,
)
from migrations_app.domain.names import to_label, to_label_value, to_service_name
from migrations_app.domain.places import Path


def to_deployment(objects: Objects, index: int, _path: Path) -> Sequence[Object | None]:
    """WLD-01: the pod becomes the template of a Deployment with one replica.

    Where the pod has a claim the old pod ends before the new one starts: most volumes can be
    mounted by one of them only.
    """
    body = objects[index]
    metadata = mapping(body.get("metadata"))
    labels = mapping(metadata.get("labels")) or {"app": to_label_value(name_of(body)) or "app"}
    template_metadata: dict[str, Any] = {"labels": labels}
    if metadata.get("annotations"):
        template_metadata["annotations"] = metadata["annotations"]
    deployment = {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {**metadata, "labels": labels},
        "spec": {
            "replicas": 1,
            **(
                {"strategy": {"type": "Recreate"}} if holds_claim(mapping(body.get("spec"))) else {}
            ),
            "selector": {"matchLabels": labels},
            "template": {"metadata": template_metadata, "spec": body.get("spec")},
        },
    }
    return changed(objects, index, deployment)


def add_service(objects: Objects, index: int, path: Path) -> Sequence[Object | None]:
    """STG-02: a Service with the container's own ports, under the name of the workload."""
    body = objects[index]
    ports: list[dict[str, Any]] = []
    seen: set[tuple[Any, Any]] = set()
    for container in sequence(get(body, path)):
        for port in sequence(mapping(container).get("ports")):
            number, protocol = mapping(port).get("containerPort"), port.get("protocol") or "TCP"
            if number is None or (number, protocol) in seen:
                continue
            seen.add((number, protocol))
            ports.append(
                {
                    "name": port.get("name") or f"{protocol.lower()}-{number}",
                    "port": number,
                    "targetPort": port.get("name") or number,
                    **({} if protocol == "TCP" else {"protocol": protocol}),
                }
            )
    name = to_service_name(name_of(body))
    if not ports or position(objects, "Service", name, namespace_of(body)) is not None:
        return objects
    service = {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": metadata_like(body, name),
        "spec": {"selector": pod_labels(body), "ports": ports},
    }
    return [*objects, service]


def unpublished(objects: Objects, index: int, path: Path) -> Sequence[Object | None]:
    """STG-03: a hostPort goes, a NodePort Service becomes one inside the cluster."""
    body = objects[index]
    if path[-1] == "hostPort":
        return changed(objects, index, remove_at(body, path))
    ports = [
        {key: value for key, value in mapping(port).items() if key != "nodePort"}
        for port in sequence(get(body, ("spec", "ports")))
    ]
    body = replace_at(body, path, "ClusterIP")
    return changed(objects, index, replace_at(body, ("spec", "ports"), ports))


def scraped(objects: Objects, index: int, path: Path) -> Sequence[Object | None]:
    """STG-06: the annotations that tell Prometheus where the port called ``metrics`` is."""
    body = objects[index]
    number = next(
        (
            port["containerPort"]
            for container in sequence(get(body, (*path, "spec", "containers")))
            for port in sequence(mapping(container).get("ports"))
            if "metrics" in str(mapping(port).get("name")) and port.get("containerPort")
        ),
        None,
    )
    if number is None:
        return objects
    where = (*path, "metadata", "annotations")
    annotations = {**mapping(get(body, where)), SCRAPE: "true", "prometheus.io/port": str(number)}
    return changed(objects, index, replace_at(body, where, annotations))


def guarded(objects: Objects, index: int, path: Path) -> Sequence[Object | None]:
    """STG-07: pods of the namespace may reach the ports that the containers declare."""
    body = objects[index]
    name = name_of(body)
    if position(objects, "NetworkPolicy", name, namespace_of(body)) is not None:
        return objects
    ports = [
        {"port": port["containerPort"], "protocol": port.get("protocol") or "TCP"}
        for container in sequence(get(body, (*path, "spec", "containers")))
        for port in sequence(mapping(container).get("ports"))
        if mapping(port).get("containerPort")
    ]
    policy = {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": metadata_like(body, name),
        "spec": {
            "podSelector": {"matchLabels": pod_labels(body)},
            "policyTypes": ["Ingress"],
            "ingress": [{"from": [{"podSelector": {}}], "ports": ports}] if ports else [],
        },
    }
    return [*objects, policy]


def own_account(objects: Objects, index: int, path: Path) -> Sequence[Object | None]:
    """STG-09: a service account of the workload's name, whose token is not mounted."""
    body = objects[index]
    spec = get(body, path)
    if not isinstance(spec, dict):
        return objects
    account = str(spec.get("serviceAccountName") or "default")
    name = to_label(name_of(body)) if account == "default" else account
    tight = {**spec, "serviceAccountName": name, "automountServiceAccountToken": False}
    result = changed(objects, index, replace_at(body, path, tight))
    if account != "default" or (
        position(objects, "ServiceAccount", name, namespace_of(body)) is not None
    ):
        return result
    result.append(
        {
            "apiVersion": "v1",
            "kind": "ServiceAccount",
            "metadata": metadata_like(body, name),
            "automountServiceAccountToken": False,
        }
    )
    return result


def not_alone(objects: Objects, index: int, _path: Path) -> Sequence[Object | None]:
    """PRD-02: two replicas, spread over nodes, of which one may be gone at a time.

    Where an autoscaler counts, it is its least number that becomes two.
    """
    body = objects[index]
    found = pod_spec(body)
    labels = pod_labels(body)
    if found is None or not labels:
        return objects
    pod_path, spec = found
    scaler = _scaler(objects, body)
    if scaler is None and not _is_two(get(body, ("spec", "replicas"))):
        body = replace_at(body, ("spec", "replicas"), 2)
    if not is_spread(spec):
        constraint = {
            "maxSkew": 1,
            "topologyKey": "kubernetes.io/hostname",
            "whenUnsatisfiable": "ScheduleAnyway",
            "labelSelector": {"matchLabels": labels},
        }
        body = replace_at(body, (*pod_path, "topologySpreadConstraints"), [constraint])
    result = changed(objects, index, body)
    if scaler is not None:
        result[scaler] = _from_two(objects[scaler])
    if not _has_budget(objects, body, labels):
        result.append(
            {
                "apiVersion": "policy/v1",
                "kind": "PodDisruptionBudget",
                "metadata": metadata_like(body, name_of(body)),
                "spec": {"maxUnavailable": 1, "selector": {"matchLabels": labels}},
            }
        )
    return result


def _scaler(objects: Objects, body: Object) -> int | None:
    """Where the autoscaler of a workload is among the objects."""
    for index, other in enumerate(objects):
        if (
            other.get("kind") == "HorizontalPodAutoscaler"
            and get(other, ("spec", "scaleTargetRef", "name")) == name_of(body)
            and get(other, ("spec", "scaleTargetRef", "kind")) == body.get("kind")
            and namespace_of(other) == namespace_of(body)
        ):
            return index
    return None


def _from_two(scaler: Object) -> Object:
    for bound in ("minReplicas", "maxReplicas"):
        if not _is_two(get(scaler, ("spec", bound))):
            scaler = replace_at(scaler, ("spec", bound), 2)
    return scaler


def _is_two(count: Any) -> bool:
    return isinstance(count, int) and count >= 2


def _has_budget(objects: Objects, body: Object, labels: dict[str, Any]) -> bool:
    return any(
        selected_by(get(other, ("spec", "selector", "matchLabels")), labels)
        and namespace_of(other) == namespace_of(body)
        for other in objects
        if other.get("kind") == "PodDisruptionBudget"
    )


def enough_for_every_step(objects: Objects, index: int, _path: Path) -> Sequence[Object | None]:
    """PRD-03: the least number of pods, from what there is, that brings every step near its share.

    A hundred pods can do any.
    """
    body = objects[index]
    canary = mapping(get(body, ("spec", "strategy", "canary")))
    shares = [weight for _index, weight in weights(canary)]
    count = replicas_of(body)
    enough = next(
        number
        for number in range(max(count, 1), max(count, 100) + 1)
        if all(abs(reached(number, weight) - weight) <= NEAR for weight in shares)
    )
    if enough == count:
        return objects
    return changed(objects, index, replace_at(body, ("spec", "replicas"), enough))


def left_to_the_scaler(objects: Objects, index: int, path: Path) -> Sequence[Object | None]:
    """PRD-04: the number of replicas is the autoscaler's."""
    if path[-1] != "replicas":
        return objects
    return changed(objects, index, remove_at(objects[index], path))


def paced(objects: Objects, index: int, path: Path) -> Sequence[Object | None]:
    """PRD-05: what a roll-out leaves unsaid, with sound values."""
    body = objects[index]
    spec = get(body, path)
    if not isinstance(spec, dict):
        return objects
    missing = unsaid_pace(spec)
    rolling: dict[str, Any] = {
        key: missing.pop(key) for key in ("maxSurge", "maxUnavailable") if key in missing
    }
    result: dict[str, Any] = {**spec, **missing}
    if rolling:
        strategy = mapping(spec.get("strategy"))
        pace: dict[str, Any] = {**mapping(strategy.get("rollingUpdate")), **rolling}
        result["strategy"] = {**strategy, "type": "RollingUpdate", "rollingUpdate": pace}
    return changed(objects, index, replace_at(body, path, result))

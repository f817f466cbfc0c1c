"""What an API server refuses beyond its schema: combinations, names and references within objects.

Source: the validation of Kubernetes itself (``pkg/apis/*/validation``), as a server answers. Each
rule was held against a real one: a fault is named exactly where the server refuses.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from migrations_app.domain.bundle import Object
from migrations_app.domain.manifests.resources import mapping
from migrations_app.domain.messages import msg
from migrations_app.domain.places import Path
from migrations_app.domain.server_rules import (
    containers,
    others,
    pods,
    routes,
    scheduling,
    services,
    volumes,
    workloads,
)
from migrations_app.domain.server_rules.faults import Fault

_MOST_BYTES = 2**18
_BY_KIND: Mapping[str, Callable[[Object], Iterator[Fault]]] = {
    "Deployment": workloads.of_deployment,
    "StatefulSet": workloads.of_stateful_set,
    "DaemonSet": workloads.of_daemon_set,
    "ReplicaSet": workloads.of_selector,
    "Job": workloads.of_job,
    "CronJob": workloads.of_cron_job,
    "Service": services.of_service,
    "Ingress": routes.of_ingress,
    "NetworkPolicy": routes.of_network_policy,
    "HorizontalPodAutoscaler": others.of_scaler,
    "PodDisruptionBudget": others.of_budget,
    "PersistentVolumeClaim": others.of_claim,
    "ConfigMap": others.of_config_map,
    "Secret": others.of_secret,
    "ValidatingWebhookConfiguration": others.of_webhooks,
    "MutatingWebhookConfiguration": others.of_webhooks,
    "Role": others.of_role,
    "ClusterRole": others.of_role,
}


def _notes(body: Object) -> Iterator[Fault]:
    """Annotations, which are limited together."""
    notes = mapping(mapping(body.get("metadata")).get("annotations"))
    size = sum(len(f"{key}{value}".encode("utf-8", "replace")) for key, value in notes.items())
    if size > _MOST_BYTES:
        yield (
            ("metadata", "annotations"),
            msg("%(size)s bytes are more than the %(most)s that fit.", size=size, most=_MOST_BYTES),
        )


def refused(body: Object, pod: tuple[Path, dict[str, Any]] | None) -> Iterator[Fault]:
    """Every fault of an object, with its path; ``pod`` is its pod specification, if it has one."""
    kind = body.get("kind")
    rules = _BY_KIND.get(kind) if isinstance(kind, str) else None
    if rules is not None:
        yield from rules(body)
    yield from _notes(body)
    if pod is not None:
        path, spec = pod
        yield from pods.of_pod(path, spec)
        yield from containers.of_containers(path, spec)
        if spec.get("volumes"):
            yield from volumes.of_volumes((*path, "volumes"), spec["volumes"])
        yield from scheduling.of_placement(path, spec)

"""Restart policies that a kind of workload allows.

Source: Kubernetes documentation, "Pod Lifecycle" (Always for controllers that keep pods running)
and "Jobs" (Never or OnFailure). Podman writes the policy of a pod's first container.
"""

from __future__ import annotations

from typing import Any

from migrations_app.domain.bundle import Object
from migrations_app.domain.manifests.resources import map_pod_specs
from migrations_app.domain.mends.base import Mend
from migrations_app.domain.messages import msg

_ALWAYS = ("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "ReplicationController")
_TO_THE_END = ("Job", "CronJob")


def _with_legal_policy(body: Object, spec: dict[str, Any]) -> dict[str, Any]:
    kind, policy = body.get("kind"), spec.get("restartPolicy")
    if kind in _ALWAYS and policy not in (None, "Always"):
        return {**spec, "restartPolicy": "Always"}
    if kind in _TO_THE_END and policy not in ("Never", "OnFailure"):
        return {**spec, "restartPolicy": "OnFailure"}
    return spec


MEND = Mend(
    "SCH-05",
    msg("This kind of workload allows no other restart policy."),
    lambda objects: map_pod_specs(objects, _with_legal_policy),
)

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


def legal_policy(body: Object, policy: Any) -> str | None:
    """What a workload has to have instead of its policy; None where that is legal."""
    kind = body.get("kind")
    if kind in _ALWAYS and policy not in (None, "Always"):
        return "Always"
    if kind in _TO_THE_END and policy not in ("Never", "OnFailure"):
        return "OnFailure"
    return None


def _with_legal_policy(body: Object, spec: dict[str, Any]) -> dict[str, Any]:
    wanted = legal_policy(body, spec.get("restartPolicy"))
    return spec if wanted is None else {**spec, "restartPolicy": wanted}


MEND = Mend(
    "SCH-05",
    msg("This kind of workload allows no other restart policy."),
    lambda objects: map_pod_specs(objects, _with_legal_policy),
)

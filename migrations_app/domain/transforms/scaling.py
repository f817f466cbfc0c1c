"""The ``scaling`` section of a preset: the number of pods follows their load.

What is said of all workloads is for Deployments that hold no claim: copies of what keeps data are
no help unless it knows of them, so a StatefulSet or the holder of a claim is scaled only by its
name. A workload that is scaled says no number of pods any more: every new version would set it
back. One that rests, with 0 pods, stays at rest. Shares are of what containers request (PRD-04).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from migrations_app.domain.bundle import Facts, Object, Objects
from migrations_app.domain.manifests.resources import get, mapping, name_of, namespace_of, sequence
from migrations_app.domain.manifests.topology import Topology, Workload
from migrations_app.domain.presets.layering import Settings
from migrations_app.domain.provenance import Step
from migrations_app.domain.transforms.base import Transform
from migrations_app.domain.transforms.by_workload import is_named, overlaid, said_of

_USUAL_CPU = 80
"""What Kubernetes aims at where no metric is given (API reference, HorizontalPodAutoscaler)."""


def transforms(
    settings: Settings, _facts: Facts, _answers: Mapping[str, str]
) -> Iterator[Transform]:
    """What the section ``scaling`` asks for."""
    whole = settings.section("scaling")
    for step, said in settings.stages("scaling", "max"):
        yield ScaleByLoad(step, said, whole)


@dataclass(frozen=True, slots=True)
class ScaleByLoad:
    """A HorizontalPodAutoscaler for each workload that is to be scaled, or its limits in one.

    ``whole`` is the section as all presets say it, ``said`` what the presets up to this step say.
    """

    step: Step
    said: Mapping[str, Any]
    whole: Mapping[str, Any]

    def __call__(self, objects: Objects) -> Sequence[Object | None]:
        results: list[Object | None] = list(objects)
        scalers = _scalers(objects)
        for workload in Topology.of(objects).workloads:
            said, whole = said_of(self.said, workload.name), said_of(self.whole, workload.name)
            if not said or not whole or not said.get("max") or not self._is_scaled(workload):
                continue
            if "replicas" in mapping(workload.body.get("spec")):
                spec = {**workload.body["spec"]}
                del spec["replicas"]
                results[workload.index] = {**workload.body, "spec": spec}
            key = (workload.namespace, workload.kind, workload.name)
            index = scalers.get(key)
            if index is None:
                results.append(_scaler(workload, said, whole))
            else:
                results[index] = _grown(objects[index], said, whole)
        return results

    def _is_scaled(self, workload: Workload) -> bool:
        if get(workload.body, ("spec", "replicas")) == 0:
            return False
        named = is_named(self.whole, workload.name)
        if workload.kind == "StatefulSet":
            return named
        return workload.kind == "Deployment" and (named or not _holds_claim(workload))


def _holds_claim(workload: Workload) -> bool:
    return any(
        "persistentVolumeClaim" in mapping(volume)
        for volume in sequence(workload.spec.get("volumes"))
    )


def _scalers(objects: Objects) -> dict[tuple[str, str, str], int]:
    """Where the autoscaler of each workload is."""
    found: dict[tuple[str, str, str], int] = {}
    for index, body in enumerate(objects):
        target = mapping(get(body, ("spec", "scaleTargetRef")))
        if body.get("kind") == "HorizontalPodAutoscaler" and target:
            key = (namespace_of(body), str(target.get("kind")), str(target.get("name")))
            found.setdefault(key, index)
    return found


def _scaler(workload: Workload, said: Mapping[str, Any], whole: Mapping[str, Any]) -> Object:
    space = {"namespace": workload.namespace} if workload.namespace else {}
    target = {
        "apiVersion": str(workload.body.get("apiVersion")),
        "kind": workload.kind,
        "name": workload.name,
    }
    return {
        "apiVersion": "autoscaling/v2",
        "kind": "HorizontalPodAutoscaler",
        "metadata": {"name": name_of(workload.body), **space, "labels": dict(workload.selector)},
        "spec": {"scaleTargetRef": target, **_limits(said, whole)},
    }


def _limits(said: Mapping[str, Any], whole: Mapping[str, Any]) -> dict[str, Any]:
    limits: dict[str, Any] = {"maxReplicas": said["max"]}
    if said.get("min"):
        limits["minReplicas"] = said["min"]
    metrics = [_metric(name, said[name]) for name in ("cpu", "memory") if said.get(name)]
    if not metrics and not whole.get("cpu") and not whole.get("memory"):
        metrics = [_metric("cpu", _USUAL_CPU)]
    if metrics:
        limits["metrics"] = metrics
    behavior = {key: value for key, value in mapping(said.get("behavior")).items() if value}
    if behavior:
        limits["behavior"] = behavior
    return limits


def _metric(resource: str, share: int) -> dict[str, Any]:
    target = {"type": "Utilization", "averageUtilization": share}
    return {"type": "Resource", "resource": {"name": resource, "target": target}}


def _grown(body: Object, said: Mapping[str, Any], whole: Mapping[str, Any]) -> Object:
    """An autoscaler with the limits that are said; metrics of other things stay."""
    limits = _limits(said, whole)
    present = sequence(get(body, ("spec", "metrics")))
    if "metrics" in limits and present:
        new = {item["resource"]["name"]: item for item in limits["metrics"]}
        if not whole.get("cpu") and not whole.get("memory"):
            new = {}
        kept = [overlaid(item, new.pop(get(item, ("resource", "name")), item)) for item in present]
        limits["metrics"] = [*kept, *new.values()]
        if all(a is b for a, b in zip(limits["metrics"], present, strict=False)) and not new:
            limits["metrics"] = present
    made: Object = overlaid(body, {"spec": limits})
    return made

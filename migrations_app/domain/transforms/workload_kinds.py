"""Workloads of another kind, where that means the same for their pods.

What runs on becomes what runs on (Deployment, StatefulSet, DaemonSet), what comes to an end becomes
what comes to an end (Job, CronJob). Anything else would change what a service is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from migrations_app.domain.bundle import Object, Objects, object_label
from migrations_app.domain.errors import InvalidInput
from migrations_app.domain.manifests.resources import (
    get,
    mapping,
    name_of,
    namespace_of,
    pod_spec,
    replace_at,
    sequence,
)
from migrations_app.domain.messages import msg
from migrations_app.domain.names import to_label_value, to_service_name
from migrations_app.domain.provenance import Step
from migrations_app.domain.transforms.aims import Aim
from migrations_app.domain.transforms.probes import keeps_running

_RUNNING = frozenset({"Deployment", "StatefulSet", "DaemonSet"})
_ENDING = frozenset({"Job", "CronJob"})
_BARE = frozenset({"Pod", "ReplicaSet", "ReplicationController"})
_KEPT = ("minReadySeconds", "revisionHistoryLimit")


@dataclass(frozen=True, slots=True)
class ChangeKind:
    """Bare pods get a workload around them; a workload that is named becomes another."""

    by: Step
    aim: Aim
    kind: str
    schedule: str = ""

    @property
    def step(self) -> Step:
        return replace(self.by, moves=True)

    def __call__(self, objects: Objects) -> Sequence[Object | None]:
        changed: dict[tuple[str, str, str], str] = {}
        results: list[Object] = []
        new: list[Object] = []
        for body in objects:
            made = self._made(body)
            if made is not body:
                changed[str(body["kind"]), namespace_of(body), name_of(body)] = self.kind
                if self.kind == "StatefulSet":
                    new.append(_headless(made))
            results.append(made)
        return [*(_retargeted(body, changed) for body in results), *new] if changed else objects

    def _made(self, body: Object) -> Object:
        found = pod_spec(body)
        kind = body.get("kind")
        if found is None or kind == self.kind or not self.aim.hits(name_of(body)):
            return body
        if kind not in _BARE and not (self.aim.by_name and kind in _RUNNING | _ENDING):
            return body
        runs_on = keeps_running(body, found[1])
        if runs_on != (self.kind in _RUNNING) or get(body, ("spec", "volumeClaimTemplates")):
            if self.aim.by_name:
                raise self._unsound(body)
            return body
        return _BUILDERS[self.kind](body, self)

    def _unsound(self, body: Object) -> InvalidInput:
        return InvalidInput(
            msg(
                "%(object)s cannot become a %(kind)s: it would not run as it does. Take "
                "workload.workloads.%(name)s.kind out of the preset.",
                object=object_label(body),
                kind=self.kind,
                name=name_of(body),
            )
        )


def _template(body: Object) -> dict[str, Any]:
    """The template of the pods, with labels that a selector can choose."""
    if body.get("kind") != "Pod":
        path = ("spec", "jobTemplate", "spec") if body.get("kind") == "CronJob" else ("spec",)
        return mapping(get(body, (*path, "template")))
    metadata = mapping(body.get("metadata"))
    kept = {key: metadata[key] for key in ("labels", "annotations") if metadata.get(key)}
    kept.setdefault("labels", {"app": to_label_value(name_of(body)) or "app"})
    return {"metadata": kept, "spec": body.get("spec")}


def _around(body: Object, version: str, kind: str, spec: dict[str, Any]) -> Object:
    return {**_top(body), "apiVersion": version, "kind": kind, "spec": spec}


def _top(body: Object) -> dict[str, Any]:
    return {key: body[key] for key in ("apiVersion", "kind", "metadata") if key in body}


def _running(body: Object, kind: str, **more: Any) -> Object:
    spec = mapping(body.get("spec")) if body.get("kind") != "Pod" else {}
    template = _template(body)
    selector = spec.get("selector")
    if not isinstance(selector, dict) or not {"matchLabels", "matchExpressions"} & selector.keys():
        selector = {"matchLabels": selector or mapping(template.get("metadata")).get("labels")}
    kept = {key: spec[key] for key in _KEPT if key in spec}
    made = {"selector": selector, "template": template, **kept, **more}
    return _around(body, "apps/v1", kind, made)


def _replicas(body: Object) -> Any:
    found = get(body, ("spec", "replicas")) if body.get("kind") != "Pod" else None
    return 1 if found is None else found


def _deployment(body: Object, _change: ChangeKind) -> Object:
    more: dict[str, Any] = {"replicas": _replicas(body)}
    if holds_claim(mapping(_template(body).get("spec"))):
        more["strategy"] = {"type": "Recreate"}  # the new pod could not start beside the old one
    return _running(body, "Deployment", **more)


def _stateful_set(body: Object, _change: ChangeKind) -> Object:
    name = _headless_name(body)
    return _running(body, "StatefulSet", replicas=_replicas(body), serviceName=name)


def _daemon_set(body: Object, _change: ChangeKind) -> Object:
    return _running(body, "DaemonSet")


def _job(body: Object, _change: ChangeKind) -> Object:
    if body.get("kind") == "CronJob":
        return _around(body, "batch/v1", "Job", mapping(get(body, ("spec", "jobTemplate", "spec"))))
    return _around(body, "batch/v1", "Job", {"template": _template(body)})


def _cron_job(body: Object, change: ChangeKind) -> Object:
    if not change.schedule:
        raise InvalidInput(
            msg(
                "%(object)s cannot become a CronJob without a time. Give workload.schedule, such "
                "as 0 3 * * *.",
                object=object_label(body),
            )
        )
    job = mapping(body.get("spec")) if body.get("kind") == "Job" else {"template": _template(body)}
    kept = {key: value for key, value in job.items() if key not in ("selector", "manualSelector")}
    spec = {
        "schedule": change.schedule,
        "concurrencyPolicy": "Forbid",
        "jobTemplate": {"spec": kept},
    }
    return _around(body, "batch/v1", "CronJob", spec)


_BUILDERS: Mapping[str, Callable[[Object, ChangeKind], Object]] = {
    "Deployment": _deployment,
    "StatefulSet": _stateful_set,
    "DaemonSet": _daemon_set,
    "Job": _job,
    "CronJob": _cron_job,
}


def holds_claim(spec: Mapping[str, Any]) -> bool:
    """Whether a pod holds a claim, which most often only one pod can."""
    return any("persistentVolumeClaim" in mapping(v) for v in sequence(spec.get("volumes")))


def _headless_name(body: Object) -> str:
    return to_service_name(f"{name_of(body)}-pods")


def _headless(body: Object) -> Object:
    """The Service that gives each pod of a StatefulSet its name."""
    space = namespace_of(body)
    metadata = {"name": _headless_name(body), **({"namespace": space} if space else {})}
    selector = get(body, ("spec", "selector", "matchLabels"))
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": metadata,
        "spec": {"clusterIP": "None", "selector": selector},
    }


def _retargeted(body: Object, changed: Mapping[tuple[str, str, str], str]) -> Object:
    """Autoscalers name their workload by its kind."""
    target = mapping(get(body, ("spec", "scaleTargetRef")))
    key = (str(target.get("kind")), namespace_of(body), str(target.get("name")))
    if key not in changed:
        return body
    moved = {**target, "apiVersion": "apps/v1", "kind": changed[key]}
    return dict(replace_at(body, ("spec", "scaleTargetRef"), moved))

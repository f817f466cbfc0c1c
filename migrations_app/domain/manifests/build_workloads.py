"""The workload around a pod: how many there are, how they are replaced, what they are told."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from migrations_app.domain.loss import Outcome
from migrations_app.domain.manifests.build_draft import (
    Ledger,
    Said,
    changed,
    said,
    without_empty,
)
from migrations_app.domain.manifests.build_kinds import ENDING_POLICIES, WorkloadKind
from migrations_app.domain.manifests.build_ports import governing_name, labels
from migrations_app.domain.messages import msg
from migrations_app.domain.names import is_key
from migrations_app.domain.spec import Places, RestartPolicy, Rollout, ServiceSpec

_Holder = tuple[Mapping[str, str], Places, str]
"""Labels or annotations, where each stands, and which of both they are."""

_OF_TOOLS = (
    "io.podman.",
    "com.docker.",
    "io.kubernetes.cri-o",
    "io.container.manager",
    "PODMAN_SYSTEMD_UNIT",
)


def workload(
    service: ServiceSpec,
    kind: WorkloadKind,
    pod: dict[str, Any],
    templates: list[dict[str, Any]],
    ledger: Ledger,
) -> dict[str, Any]:
    """The workload object around a pod specification."""
    metadata = without_empty(
        {
            "name": said(service.places, "name", service.name),
            "labels": labels(service.name),
            "annotations": _annotations(service, ledger),
        }
    )
    inside = without_empty(
        {"labels": labels(service.name), "annotations": _of_the_pod(service, ledger)}
    )
    template = {"metadata": inside, "spec": pod}
    if kind.ends:
        _note_policy_of_job(service, kind, ledger)
        return _ending(service, kind, metadata, template)
    spec: dict[str, Any] = {"selector": {"matchLabels": {"app": service.name}}}
    if kind is WorkloadKind.DAEMON_SET:
        reason = msg("One instance on each node is a DaemonSet.")
        ledger.note(
            service.places.get("every_node"),
            Outcome.CONVERTED,
            f"{kind.value}/{service.name}/kind",
            reason,
        )
    else:
        spec["replicas"] = _replicas(service)
    spec |= {"template": template, **_replacing(service, kind, pod)}
    if kind is WorkloadKind.STATEFUL_SET:
        spec["serviceName"] = governing_name(service)
        if templates:
            spec["volumeClaimTemplates"] = templates
    _note_policy(service, kind, ledger)
    return _object("apps/v1", kind, metadata, spec)


def _ending(
    service: ServiceSpec, kind: WorkloadKind, metadata: dict[str, Any], template: dict[str, Any]
) -> dict[str, Any]:
    job = without_empty(
        {
            "activeDeadlineSeconds": _deadline(service),
            "backoffLimit": _retries(service),
            "template": template,
        }
    )
    if kind is WorkloadKind.JOB:
        return _object("batch/v1", kind, metadata, job)
    reason = msg("A timer becomes the schedule of a CronJob.")
    schedule = changed(service.places, "schedule", service.schedule, reason)
    spec = {"concurrencyPolicy": "Forbid", "schedule": schedule, "jobTemplate": {"spec": job}}
    return _object("batch/v1", kind, metadata, spec)


def _replicas(service: ServiceSpec) -> Any:
    if service.replicas is None:
        return 1
    return said(service.places, "replicas", max(0, service.replicas))


def _replacing(service: ServiceSpec, kind: WorkloadKind, pod: dict[str, Any]) -> dict[str, Any]:
    """How pods are replaced; one that holds a claim ends before the next one starts."""
    if kind is WorkloadKind.DEPLOYMENT and _has_claim(pod):
        return {"strategy": {"type": "Recreate"}}
    if service.rollout is None or kind is WorkloadKind.STATEFUL_SET:
        return {}
    field = "strategy" if kind is WorkloadKind.DEPLOYMENT else "updateStrategy"
    rolling = _rolling(service.rollout)
    made: dict[str, Any] = {"minReadySeconds": _delay(service.rollout)}
    if rolling:
        made[field] = {"type": "RollingUpdate", "rollingUpdate": rolling}
    return without_empty(made)


def _rolling(rollout: Rollout) -> dict[str, Any]:
    """So many more, or so many fewer, than wanted; all at once is everything."""
    if rollout.parallelism is None and rollout.start_first is None:
        return {}
    many = 1 if rollout.parallelism is None else rollout.parallelism
    count: int | str = many if many > 0 else "100%"
    reason = msg("Instances are replaced so many at a time.")
    more, fewer = (count, 0) if rollout.start_first else (0, count)
    key = "start_first" if rollout.parallelism is None else "parallelism"
    return {
        "maxSurge": changed(rollout.places, "start_first" if more else key, more, reason),
        "maxUnavailable": changed(rollout.places, key, fewer, reason),
    }


def _delay(rollout: Rollout) -> Any:
    if rollout.delay is None or rollout.delay < 1:
        return None
    reason = msg("The pause between instances is the time that a new one must be ready.")
    return changed(rollout.places, "delay", int(rollout.delay), reason)


def _deadline(service: ServiceSpec) -> Any:
    """The longest time that any container may run: a Job has one for all of them."""
    limited = [item for item in service.containers if item.deadline and item.deadline >= 1]
    if not limited:
        return None
    longest = max(limited, key=lambda item: item.deadline or 0)
    reason = msg("A Job is ended after this time.")
    return changed(longest.places, "deadline", int(longest.deadline or 0), reason)


def _has_claim(pod: dict[str, Any]) -> bool:
    """Whether pods hold a claim: the new one could not start beside the old one."""
    return any("persistentVolumeClaim" in volume for volume in pod.get("volumes", ()))


def _object(
    version: str, kind: WorkloadKind, metadata: dict[str, Any], spec: dict[str, Any]
) -> dict[str, Any]:
    return {
        "apiVersion": version,
        "kind": kind.value,
        "metadata": metadata,
        "spec": spec,
    }


def _retries(service: ServiceSpec) -> Any:
    """``backoffLimit``: no retry where Podman would not retry, else as often as it would."""
    chosen = next((item for item in service.containers if item.restart in ENDING_POLICIES), None)
    if chosen is None:
        return None
    if chosen.restart is RestartPolicy.NO:
        return changed(chosen.places, "restart", 0, msg("Not started again: no second try."))
    if chosen.restart_retries is None:
        return None
    reason = msg("The number of restarts becomes the number of tries of the Job.")
    tries = max(0, chosen.restart_retries)
    return changed(chosen.places, "restart_retries", tries, reason)


def _note_policy(service: ServiceSpec, kind: WorkloadKind, ledger: Ledger) -> None:
    for container in service.containers:
        if container.restart is not RestartPolicy.UNSET:
            ledger.note(
                container.places.get("restart"),
                Outcome.CONVERTED,
                f"{kind.value}/{service.name}/kind",
                msg("The containers of such a workload are always started again."),
            )


def _annotations(service: ServiceSpec, ledger: Ledger) -> dict[str, Any]:
    """Labels of the source, as annotations of the workload: those may hold any text."""
    holders: list[_Holder] = [(service.annotations, service.places, "annotations")]
    holders += [(service.labels, service.places, "labels")]
    holders += [(item.labels, item.places, "labels") for item in service.containers]
    return _merged(holders, ledger)


def _of_the_pod(service: ServiceSpec, ledger: Ledger) -> dict[str, Any]:
    """Annotations of containers: their pod carries them, where agents look for them."""
    holders = [(item.annotations, item.places, "annotations") for item in service.containers]
    return _merged(holders, ledger)


def _note_policy_of_job(service: ServiceSpec, kind: WorkloadKind, ledger: Ledger) -> None:
    path = "template/spec" if kind is WorkloadKind.JOB else "jobTemplate/spec/template/spec"
    for container in service.containers:
        if container.restart is not RestartPolicy.UNSET:
            ledger.note(
                container.places.get("restart"),
                Outcome.CONVERTED,
                f"{kind.value}/{service.name}/spec/{path}/restartPolicy",
                msg("What ends by itself is started again only where it failed, if at all."),
            )


def _merged(holders: Iterable[_Holder], ledger: Ledger) -> dict[str, Any]:
    found: dict[str, Said | str] = {}
    reason = msg("A label becomes an annotation, which may hold any text.")
    for values, places, attribute in holders:
        for key, value in values.items():
            name = f"{attribute}/{key}"
            place = places.get(name)
            if key.startswith(_OF_TOOLS):
                ledger.drop(place, msg("Tells services apart; it is kept with the service."))
            elif not is_key(key):
                ledger.drop(place, msg("The key is none that an annotation can have."))
            elif key in found:
                ledger.drop(place, msg("Another container of the pod has the same label."))
            elif attribute == "labels":
                found[key] = changed(places, name, value, reason)
            else:
                found[key] = said(places, name, value)
    return found

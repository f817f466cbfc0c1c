"""What kind of workload a service becomes, and the workload."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from migrations_app.domain.loss import Outcome
from migrations_app.domain.manifests.build_claims import keeps_data
from migrations_app.domain.manifests.build_draft import (
    NOWHERE,
    Ledger,
    Said,
    changed,
    choices,
    said,
    without_empty,
)
from migrations_app.domain.manifests.build_ports import governing_name, labels
from migrations_app.domain.messages import msg
from migrations_app.domain.names import is_key
from migrations_app.domain.questions import Question
from migrations_app.domain.spec import ContainerSpec, RestartPolicy, ServiceSpec


class WorkloadKind(StrEnum):
    DEPLOYMENT = "Deployment"
    STATEFUL_SET = "StatefulSet"
    JOB = "Job"


_ENDS = frozenset({RestartPolicy.NO, RestartPolicy.ON_FAILURE})
_OF_TOOLS = (
    "io.podman.",
    "com.docker.",
    "io.kubernetes.cri-o",
    "io.container.manager",
    "PODMAN_SYSTEMD_UNIT",
)


def workload_kind(service: ServiceSpec, ledger: Ledger) -> WorkloadKind:
    """A Job where every container is meant to end, a StatefulSet where data is written.

    A Job is a question, since a policy says less than its author meant.
    """
    lasting = WorkloadKind.STATEFUL_SET if keeps_data(service) else WorkloadKind.DEPLOYMENT
    running = [container for container in service.containers if not container.init]
    if not running or not all(ends(container) for container in running):
        return lasting
    answer = ledger.ask(
        Question(
            id=f"workload-kind:{service.name}:kind",
            code="workload-kind",
            text=msg("Does service %(name)s end by itself?", name=service.name),
            why=msg(
                "Its restart policy, or that it ended without an error, says so. A Job runs once; "
                "a lasting workload is started again whenever it ends."
            ),
            choices=choices(
                ("job", msg("Yes: a Job")),
                ("lasting", msg("No: it must keep running")),
            ),
            recommended="job",
            place=running[0].places.get("restart") or running[0].places.get("exit_code") or NOWHERE,
        )
    )
    return WorkloadKind.JOB if answer == "job" else lasting


def ends(container: ContainerSpec) -> bool:
    """Whether a source says that a container ends: by its policy, or because it did, with 0."""
    if container.restart is RestartPolicy.UNSET:
        return container.exit_code == 0
    return container.restart in _ENDS


def restart_policy(service: ServiceSpec, kind: WorkloadKind) -> str:
    """The policy of the pod."""
    if kind is not WorkloadKind.JOB:
        return "Always"
    retries = any(item.restart is RestartPolicy.ON_FAILURE for item in service.containers)
    return "OnFailure" if retries else "Never"


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
    template = {"metadata": {"labels": labels(service.name)}, "spec": pod}
    selector = {"matchLabels": {"app": service.name}}
    if kind is WorkloadKind.JOB:
        spec = without_empty({"backoffLimit": _retries(service), "template": template})
        return _object("batch/v1", kind, metadata, spec)
    replicas = service.replicas if service.replicas is not None else 1
    spec = {
        "replicas": said(service.places, "replicas", replicas)
        if "replicas" in service.places
        else replicas,
        "selector": selector,
        "template": template,
    }
    if kind is WorkloadKind.DEPLOYMENT and _has_claim(pod):
        spec["strategy"] = {"type": "Recreate"}
    if kind is WorkloadKind.STATEFUL_SET:
        spec["serviceName"] = governing_name(service)
        if templates:
            spec["volumeClaimTemplates"] = templates
    _note_policy(service, kind, ledger)
    return _object("apps/v1", kind, metadata, spec)


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
    chosen = next((item for item in service.containers if item.restart in _ENDS), None)
    if chosen is None:
        return None
    if chosen.restart is RestartPolicy.NO:
        return changed(chosen.places, "restart", 0, msg("Not started again: no second try."))
    if chosen.restart_retries is None:
        return None
    reason = msg("The number of restarts becomes the number of tries of the Job.")
    return changed(chosen.places, "restart_retries", chosen.restart_retries, reason)


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
    """Labels and annotations of the source, as annotations: those may hold any text."""
    found: dict[str, Said | str] = {}
    reason = msg("A label becomes an annotation, which may hold any text.")
    holders = [(service.annotations, service.places, "annotations")]
    holders += [(service.labels, service.places, "labels")]
    holders += [(item.labels, item.places, "labels") for item in service.containers]
    for values, places, attribute in holders:
        for key, value in values.items():
            place = places.get(f"{attribute}/{key}")
            if key.startswith(_OF_TOOLS):
                ledger.drop(place, msg("Tells services apart; it is kept with the service."))
            elif not is_key(key):
                ledger.drop(place, msg("The key is none that an annotation can have."))
            elif key in found:
                ledger.drop(place, msg("Another container of the pod has the same label."))
            else:
                found[key] = changed(places, f"{attribute}/{key}", value, reason)
    return found

"""What a rehearsal showed, what it only simulated, and what it could not show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from migrations_app.domain.bundle import Object
from migrations_app.domain.manifests.resources import containers, pod_spec
from migrations_app.domain.messages import Message, counted, msg
from migrations_app.domain.rehearsal.derive import RehearsalCopy
from migrations_app.domain.rehearsal.schedule import ProbeTrack
from migrations_app.domain.rehearsal.values import (
    Claim,
    Deviation,
    ProbeKind,
    RehearsalOutcome,
)


@dataclass(slots=True)
class Observations:
    """What the runner saw. Times in seconds since the subject was started, memory in bytes.

    ``failure`` says why the service is broken, ``obstacle`` why nothing could be concluded.
    ``peak`` maps a container to ``{"memory": bytes, "cpu": millicores}``.
    """

    failure: Message | None = None
    obstacle: Message | None = None
    ready_at: float | None = None
    watched_for: float = 0.0
    tracks: Sequence[ProbeTrack] = ()
    unprobed: Sequence[str] = ()
    exit_codes: Mapping[str, int] = field(default_factory=dict)
    peers_up: Sequence[str] = ()
    stop_took: float | None = None
    stop_in_time: bool | None = None
    users: Mapping[str, str] = field(default_factory=dict)
    peak: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    loopback_only: Sequence[str] = ()
    left_over: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Verdict:
    outcome: RehearsalOutcome
    reason: Message
    proven: tuple[Claim, ...]
    simulated: tuple[Claim, ...]
    not_proven: tuple[Claim, ...]
    deviations: tuple[Deviation, ...]


def judge(objects: Sequence[Object], copy: RehearsalCopy | None, seen: Observations) -> Verdict:
    """The verdict over the subject's objects, from the copy that was played and what was seen."""
    outcome, reason = _outcome(seen)
    deviations = copy.deviations if copy else ()
    proven = tuple(_proven(copy, seen)) if copy and seen.obstacle is None else ()
    return Verdict(
        outcome=outcome,
        reason=reason,
        proven=proven,
        simulated=tuple(_simulated(deviations)) if seen.obstacle is None else (),
        not_proven=tuple(_not_proven(objects, copy, seen)),
        deviations=deviations,
    )


def _outcome(seen: Observations) -> tuple[RehearsalOutcome, Message]:
    if seen.obstacle is not None:
        return RehearsalOutcome.INCONCLUSIVE, seen.obstacle
    if seen.failure is not None:
        return RehearsalOutcome.FAILED, seen.failure
    if seen.ready_at is None:
        return RehearsalOutcome.PASSED, msg("It ran to its end with exit code 0.")
    return RehearsalOutcome.PASSED, msg(
        "It became ready after %(seconds)s s and stayed so.", seconds=f"{seen.ready_at:.1f}"
    )


def _proven(copy: RehearsalCopy, seen: Observations) -> list[Claim]:
    claims: list[Claim] = []
    for pod in copy.subject:
        if pod.to_the_end and seen.failure is None:
            claims.append(
                Claim(
                    msg("%(workload)s ends with exit code 0", workload=pod.workload),
                    msg("every container was waited for"),
                    "log",
                )
            )
    has_readiness = any(t.plan.kind is not ProbeKind.LIVENESS for t in seen.tracks)
    if seen.ready_at is not None and has_readiness:
        claims.append(
            Claim(
                msg("It becomes ready"),
                msg(
                    "start-up and readiness probes from our own runner, %(seconds)s s",
                    seconds=f"{seen.ready_at:.1f}",
                ),
                "probes",
            )
        )
    if seen.ready_at is not None and seen.failure is None:
        claims.append(
            Claim(
                msg(
                    "It stays up for %(seconds)s s without a restart",
                    seconds=f"{seen.watched_for:.0f}",
                ),
                counted(
                    "%(count)s probe, %(misses)s missed",
                    "%(count)s probes, %(misses)s missed",
                    count=sum(t.tries for t in seen.tracks),
                    misses=sum(t.misses for t in seen.tracks),
                ),
                "probes",
            )
        )
    claims += [
        Claim(
            msg("%(peer)s was up under its Service name", peer=peer),
            msg("a real peer of the same application, not a stand-in"),
            "log",
        )
        for peer in seen.peers_up
    ]
    claims += [
        Claim(
            msg("Container %(name)s runs as %(user)s", name=name, user=user),
            msg("read from the running process"),
            "log",
        )
        for name, user in seen.users.items()
    ]
    claims += [
        Claim(
            msg("Container %(name)s stays within its memory limit", name=name),
            msg("peak %(peak)s Mi", peak=f"{peak['memory'] / 1024**2:.1f}"),
            "usage",
        )
        for name, peak in seen.peak.items()
        if peak.get("memory") and seen.failure is None
    ]
    if seen.stop_in_time:
        claims.append(
            Claim(
                msg("It stops within its grace period"),
                msg("SIGTERM to end in %(seconds)s s", seconds=f"{seen.stop_took or 0:.1f}"),
                "log",
            )
        )
    return claims


def _simulated(deviations: Sequence[Deviation]) -> list[Claim]:
    return [
        Claim(deviation.what, msg("manifest: %(text)s", text=deviation.manifest), f"deviation:{n}")
        for n, deviation in enumerate(deviations, start=1)
    ]


_ONLY_A_CLUSTER: dict[str, tuple[Message, str]] = {
    "NetworkPolicy": (msg("NetworkPolicy lets only the named peers in"), "gate:STG-07"),
    "Ingress": (msg("Ingress leads to the Service"), "gate:STG-03"),
    "HorizontalPodAutoscaler": (msg("Scaling follows the load"), "gate:PRD-04"),
    "PodDisruptionBudget": (msg("Disruptions are limited"), "gate:PRD-02"),
    "PersistentVolumeClaim": (
        msg("Storage class, size and access mode are available"),
        "gate:STG-04",
    ),
}


def _not_proven(
    objects: Sequence[Object], copy: RehearsalCopy | None, seen: Observations
) -> list[Claim]:
    podman = msg("Podman has nothing like it")
    claims = [
        Claim(
            msg("The cluster can pull the images"),
            msg("the host's own images were used, pull policy Never"),
            "gate:STG-05",
        ),
        Claim(
            msg("Admission, quota and scheduling accept it"),
            msg("only an API server can say"),
            "gate:STG-01",
        ),
    ]
    kinds = dict.fromkeys(str(body.get("kind")) for body in objects)
    for kind, (what, gate) in _ONLY_A_CLUSTER.items():
        if kind in kinds:
            claims.append(Claim(what, podman, gate))
    claims += [Claim(what, podman) for what in _unprovable_fields(objects)]
    for name in seen.unprobed:
        claims.append(
            Claim(
                msg("Probe of %(name)s answers", name=name),
                msg("the runner could not reach the pod's network"),
            )
        )
    if not any(t.plan.kind is ProbeKind.READINESS for t in seen.tracks):
        claims.append(Claim(msg("It says when it is ready"), msg("there is no readiness probe")))
    for reference in copy.missing if copy else ():
        claims.append(
            Claim(
                msg("%(reference)s exists in the cluster", reference=reference),
                msg("it is not among the objects of this application"),
                "gate:STG-04",
            )
        )
    for field_path in copy.substituted if copy else ():
        claims.append(
            Claim(
                msg("Field %(field)s is filled in", field=field_path),
                msg("only a cluster knows it"),
            )
        )
    return claims


_FIELDS: dict[str, Message] = {
    "nodeSelector": msg("Node selection finds a node"),
    "affinity": msg("Affinity finds a node"),
    "tolerations": msg("Tolerations match the nodes"),
    "topologySpreadConstraints": msg("Replicas are spread over nodes"),
    "priorityClassName": msg("The priority class exists"),
    "serviceAccountName": msg("The service account exists and may do what it must"),
    "imagePullSecrets": msg("The pull secrets open the registry"),
    "runtimeClassName": msg("The runtime class exists"),
}
_SECURITY: dict[str, Message] = {
    "fsGroup": msg("Volumes belong to the group given by fsGroup"),
    "seccompProfile": msg("The seccomp profile allows what the service does"),
    "runAsNonRoot": msg("The kubelet accepts the user as not root"),
}


def _unprovable_fields(objects: Sequence[Object]) -> list[Message]:
    found: dict[str, Message] = {}
    for body in objects:
        for _path, container in containers(body):
            _collect(container.get("securityContext"), _SECURITY, found)
            if container.get("lifecycle"):
                found["lifecycle"] = msg("Lifecycle hooks run")
        spec = _pod_level(body)
        _collect(spec, _FIELDS, found)
        _collect(spec.get("securityContext"), _SECURITY, found)
    return list(found.values())


def _pod_level(body: Object) -> Mapping[str, Any]:
    spec = pod_spec(body)
    return spec[1] if spec else {}


def _collect(holder: Any, table: Mapping[str, Message], found: dict[str, Message]) -> None:
    if isinstance(holder, dict):
        found.update({key: text for key, text in table.items() if holder.get(key)})

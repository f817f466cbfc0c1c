"""What keeps a service up while nodes, versions and load change."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from migrations_app.domain.bundle import SourceObject
from migrations_app.domain.checks.base import CheckContext, Rule, Workload
from migrations_app.domain.checks.selectors import Choosers
from migrations_app.domain.checks.staging import has_ports
from migrations_app.domain.findings import Finding, Severity
from migrations_app.domain.manifests.resources import get, mapping, namespace_of, sequence
from migrations_app.domain.messages import listed, msg

PRD_02 = Rule(
    "PRD-02",
    Severity.HIGH,
    msg("One host is up or down; a cluster drains its nodes one by one, and moves what is alone."),
    msg("Run two replicas or more on different nodes, and say how many may be gone at once."),
)
PRD_04 = Rule(
    "PRD-04",
    Severity.HIGH,
    msg("Podman never scales; an autoscaler measures against requests, and fights fixed replicas."),
    msg("Set requests, least and most replicas; leave spec.replicas to the autoscaler."),
)
PRD_05 = Rule(
    "PRD-05",
    Severity.HIGH,
    msg(
        "Podman replaces a pod at once and no rehearsal shows a roll-out; its pace must be written."
    ),
    msg("Set maxSurge, maxUnavailable, minReadySeconds, the deadline and the history."),
    fixable=True,
)
PRD_08 = Rule(
    "PRD-08",
    Severity.MEDIUM,
    msg("Podman stops what nobody asks any more; a balancer still sends for some seconds."),
    msg("Wait in preStop before the end, and give more grace than that takes."),
)

_SLEEP = re.compile(r"(?:^|[\s;&|/])sleep +(\d{1,6})s?(?![\w.])")
_SPREAD_KINDS = ("Deployment", "StatefulSet")


def alone(context: CheckContext) -> Iterator[Finding]:
    """PRD-02: one replica, no disruption budget, or nothing that keeps replicas apart.

    A workload with a claim for one node cannot have more replicas: it needs a person. The fix
    writes two replicas, a budget and a spread over nodes.
    """
    budgets = Choosers(
        (namespace_of(item.body), get(item.body, ("spec", "selector", "matchLabels")), item)
        for item in context.of_kind("PodDisruptionBudget")
    )
    for workload in context.workloads:
        if workload.kind not in _SPREAD_KINDS:
            continue
        missing = []
        if not _is_many(context, workload):
            missing.append(msg("fewer than two replicas"))
        if not budgets.of(namespace_of(workload.item.body), workload.labels):
            missing.append(msg("no disruption budget"))
        if not is_spread(workload.spec):
            missing.append(msg("no spread over nodes"))
        if missing:
            yield PRD_02.found(
                workload.item,
                ("spec",),
                msg(
                    "%(name)s has %(missing)s.",
                    name=workload.item.label,
                    missing=listed(missing),
                ),
                fixable=bool(workload.labels) and not holds_claim(workload.spec),
            )


def _is_many(context: CheckContext, workload: Workload) -> bool:
    scaler = context.scaler_of(workload)
    count = (
        get(scaler.body, ("spec", "minReplicas"))
        if scaler
        else get(workload.item.body, ("spec", "replicas"))
    )
    return isinstance(count, int) and count >= 2


def is_spread(spec: dict[str, Any]) -> bool:
    """Whether something keeps the replicas of a pod apart."""
    return bool(
        spec.get("topologySpreadConstraints")
        or mapping(spec.get("affinity")).get("podAntiAffinity")
    )


def holds_claim(spec: dict[str, Any]) -> bool:
    return any(
        "persistentVolumeClaim" in mapping(volume) for volume in sequence(spec.get("volumes"))
    )


def unsound_scaling(context: CheckContext) -> Iterator[Finding]:
    """PRD-04: an autoscaler without a target's requests or sound bounds, or beside fixed replicas.

    The fix takes ``spec.replicas`` out of the workload.
    """
    for workload in context.workloads:
        scaler = context.scaler_of(workload)
        if scaler is None:
            continue
        if get(workload.item.body, ("spec", "replicas")) is not None:
            yield PRD_04.found(
                workload.item,
                ("spec", "replicas"),
                msg("%(name)s fixes what its autoscaler decides.", name=workload.item.label),
                fixable=True,
            )
        yield from _bounds(scaler)
        for resource in _measured(scaler):
            for path, container in workload.running:
                if get(container, ("resources", "requests", resource)) is None:
                    yield PRD_04.found(
                        workload.item,
                        (*path, "resources"),
                        msg(
                            "Container %(name)s requests no %(resource)s to scale by.",
                            name=container.get("name"),
                            resource=resource,
                        ),
                        resource,
                    )


def _bounds(scaler: SourceObject) -> Iterator[Finding]:
    least = get(scaler.body, ("spec", "minReplicas"))
    most = get(scaler.body, ("spec", "maxReplicas"))
    least = 1 if least is None else least
    if isinstance(least, int) and isinstance(most, int) and (least < 2 or most <= least):
        yield PRD_04.found(
            scaler,
            ("spec",),
            msg(
                "%(name)s scales from %(least)s to %(most)s.",
                name=scaler.label,
                least=least,
                most=most,
            ),
        )


def _measured(scaler: SourceObject) -> Iterator[str]:
    if get(scaler.body, ("spec", "targetCPUUtilizationPercentage")) is not None:
        yield "cpu"
    for metric in sequence(get(scaler.body, ("spec", "metrics"))):
        resource = mapping(mapping(metric).get("resource"))
        if get(resource, ("target", "type")) == "Utilization":
            yield str(resource.get("name"))


def unpaced(context: CheckContext) -> Iterator[Finding]:
    """PRD-05: a Deployment does not say how a new version takes the place of the old one.

    ``maxSurge``, ``maxUnavailable``, ``minReadySeconds``, ``progressDeadlineSeconds`` and
    ``revisionHistoryLimit``. With ``Recreate`` the first three have no meaning. The fix writes
    sound values for those that are missing.
    """
    for item in context.of_kind("Deployment"):
        missing = unsaid_pace(mapping(item.body.get("spec")))
        if missing:
            yield PRD_05.found(
                item,
                ("spec",),
                msg(
                    "%(name)s does not say %(missing)s.",
                    name=item.label,
                    missing=", ".join(missing),
                ),
            )


def unsaid_pace(spec: dict[str, Any]) -> dict[str, Any]:
    """The fields of a roll-out that are not set, each with a sound value."""
    recreate = get(spec, ("strategy", "type")) == "Recreate"
    rolling = mapping(get(spec, ("strategy", "rollingUpdate")))
    sound: dict[str, Any] = {"progressDeadlineSeconds": 600, "revisionHistoryLimit": 10}
    if not recreate:
        sound["minReadySeconds"] = 10
    missing = {key: value for key, value in sound.items() if spec.get(key) is None}
    if not recreate:
        pace = {"maxSurge": 1, "maxUnavailable": 0}
        missing |= {key: value for key, value in pace.items() if rolling.get(key) is None}
    return missing


def abrupt_ends(context: CheckContext) -> Iterator[Finding]:
    """PRD-08: containers with ports end at once, or are given less time than their preStop takes.

    The fix waits five seconds in ``preStop``, by the kubelet itself.
    """
    for workload in context.workloads:
        if not workload.lasting or not has_ports(workload):
            continue
        grace = workload.spec.get("terminationGracePeriodSeconds")
        seconds = grace if isinstance(grace, int) else 30
        for path, container in workload.running:
            if not sequence(container.get("ports")):
                continue
            wait = get(container, ("lifecycle", "preStop"))
            slept = _slept(mapping(wait))
            if not wait:
                yield PRD_08.found(
                    workload.item,
                    path,
                    msg("Container %(name)s has no preStop.", name=container.get("name")),
                    fixable=seconds > 5 and _minor(context.version) >= 30,
                )
            elif isinstance(slept, int) and slept >= seconds:
                yield PRD_08.found(
                    workload.item,
                    (*path, "lifecycle", "preStop"),
                    msg(
                        "preStop takes %(slept)s s of a grace of %(seconds)s s.",
                        slept=slept,
                        seconds=seconds,
                    ),
                )


def _slept(wait: dict[str, Any]) -> int | None:
    """How long preStop waits, as far as it says so: by the kubelet, or by calling sleep."""
    seconds = get(wait, ("sleep", "seconds"))
    if isinstance(seconds, int):
        return seconds
    words = " ".join(str(word) for word in sequence(get(wait, ("exec", "command"))))
    found = _SLEEP.search(words)
    return int(found[1]) if found else None


def _minor(version: str) -> int:
    minor = version.partition(".")[2]
    return int(minor) if minor.isdigit() else 0

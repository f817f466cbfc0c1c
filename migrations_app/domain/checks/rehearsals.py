"""What a rehearsal showed, as findings beside those of the manifest."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from migrations_app.domain.bundle import Object, object_label
from migrations_app.domain.checks.base import Rule
from migrations_app.domain.checks.hardening import missing_restrictions
from migrations_app.domain.errors import InvalidInput
from migrations_app.domain.findings import Finding, Severity
from migrations_app.domain.manifests.resources import containers, get, mapping, pod_spec
from migrations_app.domain.messages import Message, listed, msg
from migrations_app.domain.places import Path, Place, pointer
from migrations_app.domain.quantities import Quantity
from migrations_app.domain.rehearsal.values import RehearsalOutcome
from migrations_app.domain.rehearsal.verdict import Observations, Verdict

REH_02 = Rule(
    "REH-02",
    Severity.BLOCKER,
    msg("What does not become ready in Podman will not become ready on a cluster either."),
    msg("Read the log of the rehearsal, correct what it shows, and rehearse again."),
)
REH_03 = Rule(
    "REH-03",
    Severity.MEDIUM,
    msg("Podman plays a part of what a manifest says; the rest is shown by a cluster alone."),
    msg("Watch for it in staging."),
)
REH_04 = Rule(
    "REH-04",
    Severity.MEDIUM,
    msg("A kubelet sends SIGTERM and kills after the grace period: open requests are cut off."),
    msg("End on SIGTERM, or set the stop signal of the image, or give more grace."),
)
REH_05 = Rule(
    "REH-05",
    Severity.LOW,
    msg("A failed play leaves pods, volumes and secrets behind, which the next one would meet."),
    msg("Remove them from the host by the names that are given."),
)
REH_06 = Rule(
    "REH-06",
    Severity.MEDIUM,
    msg("Podman's own checks run inside the container; Services and kubelets come from outside."),
    msg("Let the application listen on 0.0.0.0 or on all addresses."),
)
REH_07 = Rule(
    "REH-07",
    Severity.MEDIUM,
    msg("Podman gives more capabilities than clusters do; what worked with them proves little."),
    msg("Restrict the container (SEC-05, runAsNonRoot, a read-only root), and rehearse again."),
)
PRB_05 = Rule(
    "PRB-05",
    Severity.LOW,
    msg("Podman waits for ever; a kubelet restarts what is not up when its patience ends."),
    msg("Add a start-up probe that waits three times as long as the rehearsal took."),
)
RES_03 = Rule(
    "RES-03",
    Severity.MEDIUM,
    msg("A host has memory to spare; on a node a container over its limit is killed."),
    msg("Raise the limit above the measured peak, with room to grow."),
)


def rehearsal_finding(label: str, verdict: Verdict | None) -> Finding | None:
    """REH-02: no rehearsal of this very manifest has passed.

    The service did not become ready before the deadline, ended by itself, was restarted, or could
    not be rehearsed at all, for instance because its image is on no host at hand. Nothing is found
    once a rehearsal has passed.
    """
    if verdict is None:
        message = msg("%(object)s was not rehearsed yet.", object=label)
    elif verdict.outcome is RehearsalOutcome.PASSED:
        return None
    elif verdict.outcome is RehearsalOutcome.FAILED:
        message = verdict.reason
    else:
        message = msg(
            "The rehearsal of %(object)s showed nothing: %(reason)s",
            object=label,
            reason=verdict.reason,
        )
    return _found(REH_02, label, message)


def rehearsal_findings(
    verdict: Verdict, seen: Observations, objects: Sequence[Object]
) -> list[Finding]:
    """Everything that a rehearsal of a service's objects showed, worst first."""
    label = next((object_label(body) for body in objects if pod_spec(body) is not None), "")
    first = rehearsal_finding(label, verdict)
    found = [
        *([first] if first else []),
        *not_proven(label, verdict),
        *late_ends(label, seen),
        *loopback_only(label, seen),
        *generous_capabilities(objects),
        *tight_limits(objects, seen.peak),
        *slow_starts(objects, seen.ready_at),
        *left_over(label, seen),
    ]
    return sorted(found, key=lambda finding: finding.severity.rank)


def not_proven(label: str, verdict: Verdict) -> Iterator[Finding]:
    """REH-03: fields that this Podman cannot prove, counted; the rehearsal's page names them."""
    if verdict.not_proven:
        claims = [claim.what for claim in verdict.not_proven]
        yield _found(REH_03, label, msg("Not shown: %(claims)s.", claims=listed(claims)))


def late_ends(label: str, seen: Observations) -> Iterator[Finding]:
    """REH-04: the service did not end within its grace period after SIGTERM."""
    if seen.stop_in_time is False:
        yield _found(REH_04, label, msg("%(name)s had to be killed.", name=label))


def left_over(label: str, seen: Observations) -> Iterator[Finding]:
    """REH-05: something of the rehearsal is still on the host."""
    if seen.left_over:
        names = ", ".join(seen.left_over)
        yield _found(REH_05, label, msg("Left on the host: %(names)s.", names=names))


def loopback_only(label: str, seen: Observations) -> Iterator[Finding]:
    """REH-06: a container listens on 127.0.0.1 alone, where no Service can reach it."""
    for name in seen.loopback_only:
        yield _found(
            REH_06, label, msg("%(name)s listens on 127.0.0.1 only.", name=name), subject=name
        )


def generous_capabilities(objects: Sequence[Object]) -> Iterator[Finding]:
    """REH-07: it was rehearsed with more than a restricted pod has.

    With Podman's capabilities instead of none, perhaps as root, with a root that can be written.
    """
    for body in objects:
        found = pod_spec(body)
        pod = mapping(found[1].get("securityContext")) if found else {}
        for path, container in containers(body):
            own = mapping(container.get("securityContext"))
            missing = missing_restrictions(container, pod)
            if own.get("runAsNonRoot", pod.get("runAsNonRoot")) is not True:
                missing.append("runAsNonRoot: true")
            if own.get("readOnlyRootFilesystem") is not True:
                missing.append("readOnlyRootFilesystem: true")
            if missing:
                message = msg(
                    "Container %(name)s was rehearsed without %(missing)s.",
                    name=container.get("name"),
                    missing=listed(missing),
                )
                yield _found(REH_07, object_label(body), message, path)


def tight_limits(
    objects: Sequence[Object], peak: Mapping[str, Mapping[str, int]]
) -> Iterator[Finding]:
    """RES-03: the memory limit of a container is below the peak that was measured, or close to it.

    Close is less than a tenth above it. A request above its limit is SCH-06: no cluster takes it.
    It is for a person: a fix is applied whenever the service is rendered, from what is known then,
    and a peak belongs to the one manifest that was rehearsed.
    """
    for body in objects:
        for path, container in containers(body):
            used = peak.get(str(container.get("name")), {}).get("memory", 0)
            limit = _bytes(get(container, ("resources", "limits", "memory")))
            if used and limit and limit < used * 1.1:
                message = msg(
                    "Container %(name)s used %(used)s MiB of %(limit)s MiB.",
                    name=container.get("name"),
                    used=round(used / 1024**2, 1),
                    limit=round(limit / 1024**2, 1),
                )
                where: Path = (*path, "resources", "limits", "memory")
                yield _found(RES_03, object_label(body), message, where)


def slow_starts(objects: Sequence[Object], ready_at: float | None) -> Iterator[Finding]:
    """PRB-05: the start took longer than the liveness probe waits before it restarts.

    Measured in the rehearsal. A start-up probe takes the place of that wait. It is for a person: a
    fix is applied whenever the service is rendered, from what is known then, and how long a start
    took belongs to the one manifest that was rehearsed.
    """
    if ready_at is None:
        return
    for body in objects:
        for path, container in containers(body):
            live, start = container.get("livenessProbe"), container.get("startupProbe")
            waits = patience(mapping(start)) if start else patience(mapping(live))
            if (live or start) and waits < ready_at:
                message = msg(
                    "The start took %(took)s s, and the probes of %(name)s wait %(waits)s s.",
                    took=round(ready_at, 1),
                    name=container.get("name"),
                    waits=waits,
                )
                yield _found(PRB_05, object_label(body), message, path)


def patience(probe: Mapping[str, Any]) -> int:
    """Seconds from the start to a restart."""

    def number(key: str, default: int) -> int:
        value = probe.get(key)
        return value if isinstance(value, int) else default

    return number("initialDelaySeconds", 0) + number("periodSeconds", 10) * number(
        "failureThreshold", 3
    )


def _bytes(amount: Any) -> int:
    try:
        return int(Quantity.parse(str(amount)).amount)
    except InvalidInput:
        return 0


def _found(rule: Rule, label: str, message: Message, path: Path = (), subject: str = "") -> Finding:
    return Finding(
        code=rule.code,
        severity=rule.severity,
        place=Place(object=label, path=pointer(path)),
        message=message,
        why=rule.why,
        fix=rule.fix,
        subject=subject,
    )

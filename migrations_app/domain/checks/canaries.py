"""Canaries: steps that can be reached, and a sign to stop at."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from migrations_app.domain.bundle import SourceObject
from migrations_app.domain.checks.base import CheckContext, Rule
from migrations_app.domain.checks.production import holds_claim
from migrations_app.domain.findings import Finding, Severity
from migrations_app.domain.manifests.resources import (
    get,
    group,
    mapping,
    name_of,
    namespace_of,
    sequence,
)
from migrations_app.domain.messages import counted, msg

PRD_03 = Rule(
    "PRD-03",
    Severity.BLOCKER,
    msg("Podman has no canaries; without a traffic router a share is a number of whole pods."),
    msg("Run enough replicas for the smallest share, or let a traffic router divide requests."),
)
PRD_07 = Rule(
    "PRD-07",
    Severity.HIGH,
    msg("On one host somebody watches; a canary that nothing measures goes on whatever happens."),
    msg("Name an analysis: error rate, latency and restarts, each with the value to stop at."),
)

NEAR = 10
"""How far a step may be from its share, in percent."""
_SCALERS = ("HorizontalPodAutoscaler", "ScaledObject")


def canaries(context: CheckContext) -> Iterator[tuple[SourceObject, dict[str, Any]]]:
    """Argo Rollouts that are rolled out as canaries."""
    for item in context.of_kind("Rollout"):
        canary = mapping(get(item.body, ("spec", "strategy", "canary")))
        if group(item.body) == "argoproj.io" and canary:
            yield item, canary


def unreachable_steps(context: CheckContext) -> Iterator[Finding]:
    """PRD-03: a step of a canary asks for a share of requests that so few pods cannot give.

    Two pods make 50 %, whatever the step says; one pod makes none. With a traffic router any share
    can be had. The fix runs the least number of pods with which every step comes near its share,
    unless an autoscaler counts them or a volume is for one of them only.
    """
    for item, canary in canaries(context):
        if canary.get("trafficRouting"):
            continue
        count = replicas_of(item.body)
        if count < 1:
            continue
        for index, weight in weights(canary):
            real = reached(count, weight)
            if abs(real - weight) > NEAR:
                yield PRD_03.found(
                    item,
                    ("spec", "strategy", "canary", "steps", index, "setWeight"),
                    counted(
                        "With %(count)s replica a step of %(weight)s %% is one of %(real)s %%.",
                        "With %(count)s replicas a step of %(weight)s %% is one of %(real)s %%.",
                        count=count,
                        weight=weight,
                        real=real,
                    ),
                    fixable=not _is_counted_elsewhere(context, item),
                )


def replicas_of(body: Mapping[str, Any]) -> int:
    """How many pods run, as far as the object says so."""
    replicas = get(body, ("spec", "replicas"))
    return replicas if isinstance(replicas, int) else 1


def weights(canary: Mapping[str, Any]) -> Iterator[tuple[int, int]]:
    """The steps that divide requests: position and share."""
    for index, step in enumerate(sequence(canary.get("steps"))):
        weight = mapping(step).get("setWeight")
        if isinstance(weight, int) and 0 < weight < 100:
            yield index, weight


def reached(count: int, weight: int) -> int:
    """The share that a step comes to, in whole pods."""
    pods = max(1, round(count * weight / 100))
    return 100 if count == 1 else round(pods * 100 / count)


def _is_counted_elsewhere(context: CheckContext, item: SourceObject) -> bool:
    """Whether an autoscaler decides the number, or a claim keeps it at one."""
    if holds_claim(mapping(get(item.body, ("spec", "template", "spec")))):
        return True
    return any(
        get(other.body, ("spec", "scaleTargetRef", "name")) == name_of(item.body)
        and get(other.body, ("spec", "scaleTargetRef", "kind")) in ("Rollout", None)
        and namespace_of(other.body) == namespace_of(item.body)
        for kind in _SCALERS
        for other in context.of_kind(kind)
    )


def unmeasured(context: CheckContext) -> Iterator[Finding]:
    """PRD-07: a canary without an analysis that could stop it."""
    for item, canary in canaries(context):
        steps = [mapping(step) for step in sequence(canary.get("steps"))]
        if not canary.get("analysis") and not any("analysis" in step for step in steps):
            yield PRD_07.found(
                item,
                ("spec", "strategy", "canary"),
                msg("Nothing can stop the canary of %(name)s.", name=item.label),
            )

"""Canaries: steps that can be reached, and a sign to stop at."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from migrations_app.domain.bundle import SourceObject
from migrations_app.domain.checks.base import CheckContext, Rule
from migrations_app.domain.findings import Finding, Severity
from migrations_app.domain.manifests.resources import get, group, mapping, sequence
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


def canaries(context: CheckContext) -> Iterator[tuple[SourceObject, dict[str, Any]]]:
    """Argo Rollouts that are rolled out as canaries."""
    for item in context.of_kind("Rollout"):
        canary = mapping(get(item.body, ("spec", "strategy", "canary")))
        if group(item.body) == "argoproj.io" and canary:
            yield item, canary


def unreachable_steps(context: CheckContext) -> Iterator[Finding]:
    """PRD-03: a step of a canary asks for a share of requests that so few pods cannot give.

    Two pods make 50 %, whatever the step says; one pod makes none. With a traffic router any share
    can be had.
    """
    for item, canary in canaries(context):
        if canary.get("trafficRouting"):
            continue
        replicas = get(item.body, ("spec", "replicas"))
        count = replicas if isinstance(replicas, int) else 1
        for index, step in enumerate(sequence(canary.get("steps"))):
            weight = mapping(step).get("setWeight")
            if not isinstance(weight, int) or not 0 < weight < 100:
                continue
            pods = max(1, round(count * weight / 100))
            real = 100 if count == 1 else round(pods * 100 / count)
            if abs(real - weight) > 10:
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

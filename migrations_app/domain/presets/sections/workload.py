"""``workload``: what runs a service's pods: its kind, how many there are, how they are replaced."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from migrations_app.domain.manifests.resources import mapping
from migrations_app.domain.messages import msg
from migrations_app.domain.names import is_key
from migrations_app.domain.places import Path
from migrations_app.domain.presets.sections.section import Complaint, Section
from migrations_app.domain.presets.shape import (
    HIGHEST,
    LABEL_KEY,
    PARAMETER,
    PARAMETER_TEXT,
    WORDS,
    Shape,
    by_name,
    flag,
    keys,
    listed,
    named,
    number,
    text,
)
from migrations_app.domain.server_rules.workloads import is_schedule

KINDS = ("Deployment", "StatefulSet", "DaemonSet", "Job", "CronJob")

_COUNT = Shape(
    ("integer", "string"),
    "A number of pods, or a share of them such as 25%.",
    pattern=rf"^[0-9]+%$|{PARAMETER_TEXT}",
    minimum=0,
    maximum=HIGHEST,
    right=msg("a number, or a share such as 25%"),
)
_LABELS = keys(
    "app.kubernetes.io/… on workloads and their pods; what the source has stays.",
    name=flag("Whether the workload's name is a label."),
    partOf=text("The application it belongs to."),
    component=text("Its part in the application."),
    version=text("Such as ${GIT_COMMIT}."),
    managedBy=text("Who looks after it."),
    more=by_name(text(), "Other labels, by their whole key."),
)
_OF_A_WORKLOAD = {
    "kind": text(
        "What a bare Pod or a ReplicaSet becomes; for a workload by name, what it becomes.", *KINDS
    ),
    "schedule": text("When a CronJob runs, as a cron line of five fields."),
    "replicas": number("How many pods; not for those that hold a claim, unless by name."),
    "strategy": keys(
        "How a Deployment replaces its pods; one that recreates them stays so, unless by name.",
        type=text("", "RollingUpdate", "Recreate"),
        maxSurge=_COUNT,
        maxUnavailable=_COUNT,
    ),
    "minReadySeconds": number("How long a new pod must be ready before the next one is replaced."),
    "progressDeadlineSeconds": number("After what time a rollout has failed.", 1),
    "revisionHistoryLimit": number("How many old revisions are kept."),
    "labels": _LABELS,
    "spread": keys(
        "Pods spread evenly over zones or nodes.",
        topologyKeys=listed(LABEL_KEY, "Such as topology.kubernetes.io/zone."),
        maxSkew=number(minimum=1),
        whenUnsatisfiable=text("", "ScheduleAnyway", "DoNotSchedule"),
    ),
    "antiAffinity": text("Whether two pods may be on one node.", "none", "preferred", "required"),
    "disruptionBudget": keys(
        "How many pods a drain of nodes leaves; for workloads of two pods or more.",
        minAvailable=_COUNT,
        maxUnavailable=_COUNT,
    ),
    "priorityClass": named("The name of a PriorityClass."),
    "serviceAccount": named("dedicated makes one for each workload; else the name of one."),
    "mountToken": flag("Whether pods get a token for the API of the cluster."),
    "terminationGracePeriodSeconds": number("How long a pod may take to stop."),
    "preStop": keys(
        "What a container does before it is told to stop, so that nobody asks it any more.",
        sleepSeconds=number("Wait; Kubernetes 1.30 or later.", 1),
        exec=replace(WORDS, about="Run a command."),
    ),
}

_SHAPE = keys(
    "What runs a service's pods.",
    split=Shape(
        ("object", "string"),
        "Whether containers of one pod become workloads of their own; for all, or by its name.",
        values=text("", "together", "apart"),
        choices=("together", "apart"),
    ),
    **_OF_A_WORKLOAD,
    workloads=by_name(keys(**_OF_A_WORKLOAD), "By the name of a workload; wins over the others."),
)


def _check(section: Mapping[str, Any]) -> Iterator[Complaint]:
    yield from _check_part(section, ())
    for name, own in mapping(section.get("workloads")).items():
        yield from _check_part(mapping(own), ("workloads", name))


def _check_part(part: Mapping[str, Any], at: Path) -> Iterator[Complaint]:
    """What excludes each other, lines that are no schedule, labels that are none."""
    budget = mapping(part.get("disruptionBudget"))
    if budget.get("minAvailable") is not None and budget.get("maxUnavailable") is not None:
        yield Complaint(
            (*at, "disruptionBudget"),
            msg("A budget has minAvailable or maxUnavailable; keep one of them."),
        )
    before = mapping(part.get("preStop"))
    if before.get("sleepSeconds") is not None and before.get("exec") is not None:
        yield Complaint(
            (*at, "preStop"), msg("Before it stops a container waits or runs a command; keep one.")
        )
    strategy = mapping(part.get("strategy"))
    if all(strategy.get(key) in (0, "0%") for key in ("maxSurge", "maxUnavailable")):
        yield Complaint(
            (*at, "strategy"),
            msg("With maxSurge and maxUnavailable both 0 no pod could be replaced."),
        )
    ready, deadline = part.get("minReadySeconds") or 0, part.get("progressDeadlineSeconds")
    if isinstance(ready, int) and isinstance(deadline, int) and deadline <= ready:
        yield Complaint(
            (*at, "progressDeadlineSeconds"),
            msg("It must be greater than minReadySeconds (%(seconds)s).", seconds=ready),
        )
    schedule = part.get("schedule")
    if isinstance(schedule, str) and not PARAMETER.search(schedule):
        if not is_schedule(schedule):
            yield Complaint(
                (*at, "schedule"),
                msg("%(line)s is no cron line of five fields.", line=repr(schedule)),
            )
    for key in mapping(mapping(part.get("labels")).get("more")):
        if not is_key(key):
            yield Complaint(
                (*at, "labels", "more", key), msg("%(key)s is no key of a label.", key=repr(key))
            )


SECTION = Section("workload", _SHAPE, _check)

"""The ``workload`` section of a preset: what runs a service's pods.

What is said for all fills in what the source leaves open, and sets what a house decides for
everybody (how many, how they are replaced). What is said by the name of a workload wins. Selectors
stay as they are: a cluster lets nobody change them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from operator import methodcaller
from typing import Any

from migrations_app.domain.bundle import Facts
from migrations_app.domain.presets.layering import Settings
from migrations_app.domain.transforms.aims import Aimed, aimed
from migrations_app.domain.transforms.base import Transform
from migrations_app.domain.transforms.workload_availability import (
    AddBudget,
    KeepApart,
    Spread,
)
from migrations_app.domain.transforms.workload_kinds import ChangeKind
from migrations_app.domain.transforms.workload_labels import AddLabels, labels
from migrations_app.domain.transforms.workload_pods import (
    SetPodField,
    StopGently,
    UseServiceAccount,
)
from migrations_app.domain.transforms.workload_rollouts import (
    ROLLOUT_FIELDS,
    SetReplicas,
    SetRolloutField,
    SetStrategy,
)

_POD_FIELDS = {
    "priorityClass": "priorityClassName",
    "mountToken": "automountServiceAccountToken",
    "terminationGracePeriodSeconds": "terminationGracePeriodSeconds",
}


def kinds(settings: Settings, _facts: Facts, _answers: Mapping[str, str]) -> Iterator[Transform]:
    """Workloads of another kind, before anybody asks what an object is called."""
    for found in _aimed(settings, "kind", "schedule", value=_kind):
        yield ChangeKind(found.step, found.aim, *found.value)


def transforms(
    settings: Settings, _facts: Facts, _answers: Mapping[str, str]
) -> Iterator[Transform]:
    """What the section ``workload`` asks for, but for kinds and budgets."""
    for found in _aimed(settings, "replicas"):
        yield SetReplicas(found.step, found.aim, found.value)
    for found in _aimed(settings, "strategy"):
        yield SetStrategy(found.step, found.aim, found.value)
    for key in ROLLOUT_FIELDS:
        for found in _aimed(settings, key):
            yield SetRolloutField(found.step, found.aim, key, found.value)
    for found in _aimed(settings, "labels"):
        yield AddLabels(found.step, found.aim, labels(found.value), bool(found.value.get("name")))
    for found in _aimed(settings, "spread"):
        yield Spread.of(found)
    for found in _aimed(settings, "antiAffinity"):
        if found.value != "none":
            yield KeepApart(found.step, found.aim, required=found.value == "required")
    for found in _aimed(settings, "serviceAccount"):
        yield UseServiceAccount(found.step, found.aim, found.value)
    for key, field in _POD_FIELDS.items():
        for found in _aimed(settings, key):
            yield SetPodField(found.step, found.aim, field, found.value)
    for found in _aimed(settings, "preStop"):
        yield StopGently(found.step, found.aim, found.value)


def budgets(settings: Settings, _facts: Facts, _answers: Mapping[str, str]) -> Iterator[Transform]:
    """Budgets for disruptions, once it is known how many pods there are."""
    for found in _aimed(settings, "disruptionBudget"):
        for field in ("minAvailable", "maxUnavailable"):
            if found.value.get(field) is not None:
                yield AddBudget(found.step, found.aim, field, found.value[field])


def _aimed(settings: Settings, key: str, *others: str, value: Any = None) -> Iterator[Aimed]:
    chosen = value or methodcaller("get", key)
    return aimed(settings, "workload", (key, *others), chosen, "workloads")


def _kind(section: Mapping[str, Any]) -> tuple[str, str] | None:
    kind = section.get("kind")
    return (kind, section.get("schedule") or "") if kind else None

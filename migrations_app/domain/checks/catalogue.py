"""Where each check is decided: all of them in one list, so that nobody has to wonder.

Most are decided by the manifest or its sources. What only a running rehearsal, the order of the
phases or a cluster can show is named as that.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class Decided(StrEnum):
    """By what a check is decided."""

    READING = "when a source is read"
    MANIFEST = "by the manifest"
    REHEARSAL = "by a rehearsal"
    GATE = "by a gate"
    CLUSTER = "by a cluster"


ELSEWHERE: Mapping[str, tuple[str, Decided, str]] = {
    "CAP-01": ("blocker", Decided.READING, "an inspection came without others that belong to it"),
    "CAP-03": (
        "medium",
        Decided.GATE,
        "the same service was captured again, and says something else: the gate `revision` closes "
        "and the page of the manifest shows the difference",
    ),
    "CAP-08": (
        "medium",
        Decided.READING,
        "a unit file and the running container of that unit say different things",
    ),
    "CAP-09": ("high", Decided.READING, "Podman's own generator would refuse the unit"),
    "YML-01": (
        "low",
        Decided.READING,
        "another YAML reader would take this value for something else than Kubernetes does",
    ),
    "STG-01": (
        "blocker",
        Decided.CLUSTER,
        "the server takes it in a dry run: admission, quota, Pod Security",
    ),
    "STG-04": (
        "high",
        Decided.CLUSTER,
        "storage class, ingress class, namespace and pull secret exist on the target",
    ),
    "STG-05": ("blocker", Decided.CLUSTER, "the image can be pulled from the cluster"),
    "STG-08": ("medium", Decided.CLUSTER, "what runs is what was approved"),
    "STG-10": ("high", Decided.CLUSTER, "pods are ready and stay so, without restarts"),
    "PRD-01": ("blocker", Decided.GATE, "another person has approved this very digest"),
    "PRD-06": ("blocker", Decided.CLUSTER, "there is a version to go back to, and it was tried"),
    "PRD-10": (
        "medium",
        Decided.GATE,
        "the move of the data is signed off, with the windows for cut-over and way back",
    ),
    "GOV-01": (
        "blocker",
        Decided.GATE,
        "phases were passed in order, each gate kept with digest and person: moves and audit trail",
    ),
    "GOV-02": ("medium", Decided.GATE, "owner, contributors, wave and ticket are set"),
}
"""Code → severity, by what it is decided, and what holds or is found."""

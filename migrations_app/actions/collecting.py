"""Whose the things in Podman are, and taking away what nobody is responsible for any more."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings

from migrations_app.actions import runs
from migrations_app.actions.runs import Claim
from migrations_app.domain.runs import RunKind, RunState
from migrations_app.models import Host, Run
from migrations_app.ports import PodmanEngine

INSTANCE = "io.kakehashi.instance"
RUN = "io.kakehashi.run"
ATTEMPT = "io.kakehashi.attempt"
MADE = "io.kakehashi.made"
"""Seconds since 1970, UTC: when the attempt began to make things."""


@dataclass(frozen=True, slots=True)
class Marks:
    """What everything that an attempt makes in Podman is called, and labelled with."""

    claim: Claim
    labels: Mapping[str, str]

    @classmethod
    def of(cls, claim: Claim, *, made: datetime) -> Marks:
        return cls(
            claim,
            {
                INSTANCE: settings.WORKBENCH_INSTANCE,
                RUN: str(claim.run_id),
                ATTEMPT: _attempt(claim.run_id, claim.attempt),
                MADE: str(int(made.timestamp())),
            },
        )

    @property
    def prefix(self) -> str:
        """Begins every name; two attempts never share it."""
        return (
            f"kk-{settings.WORKBENCH_INSTANCE}-{self.claim.run_id.hex[-8:]}-{self.claim.attempt}-"
        )

    @property
    def network(self) -> str:
        return f"{self.prefix}net"

    @property
    def mine(self) -> tuple[str, str]:
        """The label, and its value, of this very attempt."""
        return ATTEMPT, self.labels[ATTEMPT]

    def older_attempts(self) -> Iterator[tuple[str, str]]:
        """The labels of the attempts of this run that came before."""
        for number in range(1, self.claim.attempt):
            yield ATTEMPT, _attempt(self.claim.run_id, number)


def _attempt(run_id: object, number: int) -> str:
    return f"{run_id}.{number}"


def collect(*, engine: PodmanEngine, now: datetime) -> list[str]:
    """Remove what attempts left that nobody works on any more. Returns what was removed.

    Only what carries this installation's label, belongs to no running attempt, and is older than
    a lease: a worker that is just taking up a run is not disturbed.
    """
    found = engine.labelled(INSTANCE)
    ours = [
        labels
        for labels in found.values()
        if labels.get(INSTANCE) == settings.WORKBENCH_INSTANCE and _is_old(labels, now)
    ]
    attempts = {labels[ATTEMPT] for labels in ours if labels.get(ATTEMPT)}
    removed: list[str] = []
    for attempt in sorted(attempts - _live(attempts)):
        removed += engine.remove_labelled(ATTEMPT, attempt)
    return removed


def hosts_to_sweep() -> list[Host]:
    """The hosts on which anything was ever rehearsed; no other is woken up for this."""
    rows = Host.objects.filter(runs__kind=RunKind.REHEARSAL.value, runs__attempt__gt=0)
    return list(rows.distinct())


def _is_old(labels: Mapping[str, str], now: datetime) -> bool:
    made = labels.get(MADE, "")
    age = now.timestamp() - int(made) if made.isdigit() else float("inf")
    return timedelta(seconds=min(age, 1e6)) > runs.lease()


def _live(attempts: Iterable[str]) -> set[str]:
    """Those of the attempts that a worker holds now."""
    wanted = {attempt.rpartition(".")[0] for attempt in attempts}
    rows = Run.objects.filter(state=RunState.RUNNING.value, pk__in=wanted)
    return {_attempt(*row) for row in rows.values_list("pk", "attempt")}

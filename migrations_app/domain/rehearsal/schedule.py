"""When a probe is due and what its results mean, as the kubelet does it.

Source: Kubernetes documentation, "Configure Liveness, Readiness and Startup Probes", and the
kubelet's prober worker: a startup probe holds back the others until it has succeeded; a state
changes only after ``successThreshold`` or ``failureThreshold`` results in a row.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from migrations_app.domain.rehearsal.values import ProbeKind, ProbePlan


@dataclass(slots=True)
class ProbeTrack:
    """The running count of one probe. ``now`` and all times are seconds since the pod started."""

    plan: ProbePlan
    due_at: float = 0.0
    in_a_row: int = 0
    last_ok: bool | None = None
    succeeded: bool = False
    failed: bool = False
    passed_once: bool = False
    tries: int = 0
    misses: int = 0

    def __post_init__(self) -> None:
        self.due_at = self.plan.initial_delay

    def record(self, *, ok: bool, now: float) -> None:
        """Take one result and decide what state the probe is in."""
        self.tries += 1
        self.misses += not ok
        self.in_a_row = self.in_a_row + 1 if ok == self.last_ok else 1
        self.last_ok = ok
        self.due_at = now + self.plan.period
        if ok and self.in_a_row >= self.plan.success_threshold:
            self.succeeded, self.failed, self.passed_once = True, False, True
        if not ok and self.in_a_row >= self.plan.failure_threshold:
            self.succeeded, self.failed = False, True


@dataclass(slots=True)
class ProbeBoard:
    """All probes of one pod. Give it results; ask it what is due and how the pod stands."""

    tracks: list[ProbeTrack] = field(default_factory=list)

    @classmethod
    def of(cls, plans: tuple[ProbePlan, ...]) -> ProbeBoard:
        return cls([ProbeTrack(plan) for plan in plans])

    def due(self, now: float) -> list[ProbeTrack]:
        """The probes to run at ``now``, start-up probes holding back their container's others."""
        return [
            track
            for track in self.tracks
            if track.due_at <= now and not self._held_back(track) and not self._done(track)
        ]

    def _held_back(self, track: ProbeTrack) -> bool:
        if track.plan.kind is ProbeKind.STARTUP:
            return False
        return any(
            other.plan.kind is ProbeKind.STARTUP
            and other.plan.container == track.plan.container
            and not other.passed_once
            for other in self.tracks
        )

    @staticmethod
    def _done(track: ProbeTrack) -> bool:
        return track.plan.kind is ProbeKind.STARTUP and track.passed_once

    @property
    def ready(self) -> bool:
        """Every start-up and readiness probe stands at success."""
        return all(
            track.passed_once if track.plan.kind is ProbeKind.STARTUP else track.succeeded
            for track in self.tracks
            if track.plan.kind is not ProbeKind.LIVENESS
        )

    @property
    def would_restart(self) -> ProbeTrack | None:
        """The start-up or liveness probe over which a kubelet would restart its container now."""
        for track in self.tracks:
            if track.plan.kind is not ProbeKind.READINESS and track.failed:
                return track
        return None

    @property
    def gave_up(self) -> bool:
        return self.would_restart is not None

"""Runs: what kinds of background work there are, and which steps each goes through."""

from __future__ import annotations

from enum import StrEnum


class RunKind(StrEnum):
    CAPTURE = "capture"
    REVISION = "revision"
    REHEARSAL = "rehearsal"


class RunState(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"


ACTIVE_STATES = (RunState.QUEUED, RunState.RUNNING)
ENDED_STATES = (RunState.SUCCEEDED, RunState.FAILED, RunState.CANCELLED)


class StepState(StrEnum):
    WAITING = "waiting"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    SKIPPED = "skipped"


STEPS: dict[RunKind, tuple[str, ...]] = {
    RunKind.CAPTURE: ("connect", "inspect", "store"),
    RunKind.REVISION: ("render", "store"),
    RunKind.REHEARSAL: ("prepare", "play", "probe", "measure", "clean_up"),
}
"""The steps of each kind of run, in order; a step may be skipped, never reordered."""

"""What a container should ask for, going by what a rehearsal measured."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

MEBI = 1024**2
_ROOM = 1.15
_MEMORY_STEP = 16
_CPU_STEP = 10


@dataclass(frozen=True, slots=True)
class Sample:
    """One look at a container: seconds since the start, bytes, millicores."""

    at: float
    memory: int
    cpu: int


@dataclass(frozen=True, slots=True)
class RightSize:
    """Requests in Mi and millicores, and the peaks they go by."""

    memory: int
    cpu: int
    peak_memory: int
    peak_cpu: int


def right_size(samples: Sequence[Sample], ready_at: float | None) -> RightSize | None:
    """The requests that would have been enough; None where nothing was measured.

    Memory goes by the peak and 15 % of room, for what does not fit is killed. CPU goes by the
    ninetieth percentile once the container was ready: at the start it may borrow.
    """
    if not any(sample.memory for sample in samples):
        return None
    peak = max(sample.memory for sample in samples)
    steady = sorted(s.cpu for s in samples if ready_at is None or s.at >= ready_at) or [0]
    usual = steady[min(len(steady) * 9 // 10, len(steady) - 1)]
    return RightSize(
        memory=_rounded(peak * _ROOM / MEBI, _MEMORY_STEP),
        cpu=_rounded(usual * _ROOM, _CPU_STEP),
        peak_memory=peak,
        peak_cpu=max(sample.cpu for sample in samples),
    )


def _rounded(value: float, step: int) -> int:
    """Up to the next step, and never less than one."""
    return max(-(-int(value + 0.999) // step), 1) * step

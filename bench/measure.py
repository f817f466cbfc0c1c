"""Timing, and what a row tells."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass


class NotHere(Exception):
    """A row cannot be measured on this machine; the text says what is missing."""


@dataclass(frozen=True, slots=True)
class Result:
    """Seconds of ours and theirs. ``aim`` is the ratio to stay under, 0 if there is none.

    ``per`` divides the ratio: 100 for work that is a hundred times as much.
    """

    name: str
    what: str
    ours: float
    theirs: float
    aim: float = 0.0
    per: int = 1

    @property
    def ratio(self) -> float:
        return self.ours / self.theirs / self.per

    @property
    def reached(self) -> bool:
        return not self.aim or self.ratio <= self.aim


def measured(
    ours: Callable[[], object], theirs: Callable[[], object], *, rounds: int, warm: bool = True
) -> tuple[float, float]:
    """The best time of each in seconds, the two taking turns, after one round to ``warm`` up."""
    if warm:
        ours()
        theirs()
    pairs = [(_seconds(ours), _seconds(theirs)) for _ in range(rounds)]
    return min(pair[0] for pair in pairs), min(pair[1] for pair in pairs)


def _seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start

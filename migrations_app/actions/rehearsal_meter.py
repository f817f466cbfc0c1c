"""Measuring what played containers use."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from migrations_app.ports import Clock, PodmanEngine, Usage


@dataclass(slots=True)
class Meter:
    """Takes samples, not more often than ``every`` seconds, and remembers all of them."""

    engine: PodmanEngine
    clock: Clock
    every: float
    samples: list[dict[str, object]] = field(default_factory=list)
    _taken: float | None = None
    _last: dict[str, tuple[float, int]] = field(default_factory=dict)

    def sample(self, pod: str, names: Mapping[str, str], now: float) -> None:
        """Measure containers (id → name); ``now`` is what the samples are dated with."""
        moment = self.clock.monotonic()
        if not names or (self._taken is not None and moment - self._taken < self.every):
            return
        self._taken = moment
        for usage in self.engine.usage(list(names)):
            self.samples.append(
                {
                    "at": round(now, 2),
                    "container": names.get(usage.container, usage.container),
                    "memory": usage.memory,
                    "cpu": self._millicores(usage, moment),
                    "pod": pod,
                }
            )

    def peak(self, pods: set[str]) -> dict[str, dict[str, int]]:
        """The highest samples of each container: memory in bytes, CPU in millicores."""
        peak: dict[str, dict[str, int]] = {}
        for sample in self.samples:
            if sample["pod"] in pods:
                top = peak.setdefault(str(sample["container"]), {"memory": 0, "cpu": 0})
                for key in top:
                    top[key] = max(top[key], int(str(sample[key])))
        return peak

    def _millicores(self, usage: Usage, moment: float) -> int:
        before = self._last.get(usage.container)
        self._last[usage.container] = (moment, usage.cpu_nanoseconds)
        if before is None or moment <= before[0]:
            return 0
        return max(round((usage.cpu_nanoseconds - before[1]) / (moment - before[0]) / 1e6), 0)

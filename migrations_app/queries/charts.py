"""The geometry of a rehearsal's chart: probe lanes, memory and CPU over one time axis.

Everything is reckoned here, in the units of the drawing, so that the template only writes it down.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any

from migrations_app.domain.rehearsal.right_size import MEBI, Sample

Record = Mapping[str, Any]
LEFT, RIGHT, TOP = 64.0, 556.0, 30.0
LANE, CURVE, GAP = 18.0, 104.0, 22.0
WIDTH = 570.0
_WORDS = 13.0
_STEPS = (1, 2, 5, 10, 20, 30, 60, 120, 300, 600)
_KINDS = ("startup", "readiness", "liveness")


@dataclass(frozen=True, slots=True)
class Tick:
    at: float
    x: float


@dataclass(frozen=True, slots=True)
class Shot:
    """One probe: a dot or a cross. ``last`` of the misses carries the words beside it."""

    at: float
    x: float
    ok: bool


@dataclass(frozen=True, slots=True)
class Lane:
    kind: str
    y: float
    shots: tuple[Shot, ...]

    @property
    def misses(self) -> int:
        return sum(not shot.ok for shot in self.shots)


@dataclass(frozen=True, slots=True)
class Mark:
    """A line across a curve (``request``, ``limit`` or ``both``), and how high its words stand."""

    name: str
    text: str
    y: float
    words: float


@dataclass(frozen=True, slots=True)
class Curve:
    """One measure over time. ``line`` and ``area`` are SVG paths; the peak has place and words."""

    name: str
    top: float
    bottom: float
    line: str
    area: str
    marks: tuple[Mark, ...]
    peak_x: float
    peak_y: float
    peak_at: float
    peak_text: str

    @property
    def peak_at_end(self) -> bool:
        """Whether the words beside the peak have to stand on its left."""
        return self.peak_x > RIGHT - 130

    @property
    def peak_shift(self) -> int:
        return -9 if self.peak_at_end else 9

    @property
    def peak_drop(self) -> int:
        """The words go below the peak, so that they keep clear of the lines above it."""
        return 16 if self.peak_y < self.bottom - 24 else -8


@dataclass(frozen=True, slots=True)
class Chart:
    container: str
    height: float
    axis: float
    ticks: tuple[Tick, ...]
    lanes: tuple[Lane, ...]
    curves: tuple[Curve, ...]
    ready_x: float | None
    ready_at: float | None
    end: float
    samples: tuple[Sample, ...]
    width: float = WIDTH
    left: float = LEFT
    right: float = RIGHT
    top: float = TOP


def containers(probes: Iterable[Record], usage: Iterable[Record], subject: set[str]) -> list[str]:
    """The containers that something is known about, those of the rehearsed service first."""
    seen = dict.fromkeys(
        (str(record["container"]), str(record.get("pod", ""))) for record in [*probes, *usage]
    )
    return list(
        dict.fromkeys(name for name, pod in sorted(seen, key=lambda pair: pair[1] not in subject))
    )


def samples_of(usage: Iterable[Record], container: str) -> tuple[Sample, ...]:
    return tuple(
        Sample(float(record["at"]), int(record["memory"]), int(record["cpu"]))
        for record in usage
        if record["container"] == container
    )


def chart(
    *,
    container: str,
    probes: Iterable[Record],
    usage: Iterable[Record],
    ready_at: float | None,
    resources: Mapping[str, Mapping[str, int]],
) -> Chart:
    """The chart of one container. ``resources``: ``{"memory": {"request": bytes, "limit": …},
    "cpu": {"request": millicores, …}}``, with what is not set left out."""
    mine = [record for record in probes if record["container"] == container]
    samples = samples_of(usage, container)
    last = max([*(float(r["at"]) for r in mine), *(s.at for s in samples), ready_at or 0, 1.0])
    ticks, end = _axis(last)

    def x(at: float) -> float:
        return round(LEFT + (RIGHT - LEFT) * at / end, 1)

    lanes, y = [], TOP + 14
    for kind in _KINDS:
        shots = tuple(
            Shot(float(r["at"]), x(float(r["at"])), bool(r["ok"]))
            for r in mine
            if r["kind"] == kind
        )
        if shots:
            lanes.append(Lane(kind, y, shots))
            y += LANE
    curves = []
    for name, values in (
        ("memory", [(s.at, s.memory) for s in samples]),
        ("cpu", [(s.at, s.cpu) for s in samples]),
    ):
        if values:
            top = y + GAP
            curves.append(_curve(name, values, resources.get(name, {}), top, x))
            y = top + CURVE
    return Chart(
        container=container,
        height=y + 34,
        axis=y + 4,
        ticks=tuple(Tick(at, x(at)) for at in ticks),
        lanes=tuple(lanes),
        curves=tuple(curves),
        ready_x=None if ready_at is None else x(ready_at),
        ready_at=ready_at,
        end=end,
        samples=samples,
    )


def _axis(last: float) -> tuple[list[float], float]:
    step = next((step for step in _STEPS if last / step <= 6), _STEPS[-1])
    count = max(ceil(last / step), 1)
    return [float(step * index) for index in range(count + 1)], float(step * count)


def _curve(
    name: str,
    values: Sequence[tuple[float, int]],
    wanted: Mapping[str, int],
    top: float,
    x: Any,
) -> Curve:
    bottom = top + CURVE
    peak_at, peak = max(values, key=lambda pair: pair[1])
    near = [value for value in wanted.values() if value <= max(peak, 1) * 6]
    highest = max([peak, *near, 1]) * 1.12

    def y(value: float) -> float:
        return round(bottom - CURVE * min(value / highest, 1.0), 1)

    points = [f"{x(at)} {y(value)}" for at, value in values]
    line = "M" + "L".join(points)
    area = f"{line}L{x(values[-1][0])} {bottom}L{x(values[0][0])} {bottom}Z"
    marks = _marks(name, wanted, near, y, top)
    return Curve(
        name, top, bottom, line, area, marks, x(peak_at), y(peak), peak_at, amount(name, peak)
    )


def _marks(
    name: str,
    wanted: Mapping[str, int],
    near: Sequence[int],
    y: Callable[[float], float],
    top: float,
) -> tuple[Mark, ...]:
    """Request and limit; where they are the same, one line says both. Words keep their distance."""
    if len(wanted) > 1 and len(set(wanted.values())) == 1:
        wanted = {"both": next(iter(wanted.values()))}
    marks: list[Mark] = []
    for kind, value in sorted(wanted.items(), key=lambda pair: -pair[1]):
        at = y(value) if value in near else top
        words = at - 4
        if marks and words - marks[-1].words < _WORDS:
            words = marks[-1].words + _WORDS
        marks.append(Mark(kind, amount(name, value), at, words))
    return tuple(marks)


def amount(name: str, value: int) -> str:
    """A quantity as Kubernetes writes it."""
    if name == "cpu":
        return f"{value}m"
    return f"{value / MEBI:.0f}Mi" if value >= MEBI else f"{value / 1024:.0f}Ki"

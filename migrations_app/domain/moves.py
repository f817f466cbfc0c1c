"""What is known about containers of a pod that was split, for the workloads they are in now."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from migrations_app.domain.bundle import Facts
from migrations_app.domain.loss import LossRow
from migrations_app.domain.presets.layering import Settings
from migrations_app.domain.transforms.base import Running
from migrations_app.domain.transforms.splitting import transforms


@dataclass(frozen=True, slots=True)
class Moves:
    """parts: label of a workload that was split off → label of the one it belongs to.

    containers: label and container → the label of the workload that has the container now.
    places:     where a container stood → where it stands.
    """

    parts: dict[str, str] = field(default_factory=dict)
    containers: dict[tuple[str, str], str] = field(default_factory=dict)
    places: dict[str, str] = field(default_factory=dict)

    @classmethod
    def by_splitting(
        cls, running: Running, settings: Settings, answers: Mapping[str, str]
    ) -> Moves:
        """Split pods, and remember what went where."""
        moves = cls()
        for transform in transforms(settings, answers):
            division = transform.split(running.bodies)
            moves.parts.update(division.parts)
            moves.containers.update(division.moved)
            moves.places.update(division.places)
            running.run([transform])
        return moves

    def facts(self, facts: Facts) -> Facts:
        """Facts about containers and workloads, under the workloads of now."""
        if not self.parts:
            return facts
        return replace(
            facts,
            healthchecks={
                (self.containers.get((label, name), label), name): check
                for (label, name), check in facts.healthchecks.items()
            },
            networks={**facts.networks, **self._inherited(facts.networks)},
            published={**facts.published, **self._inherited(facts.published)},
            parts={**facts.parts, **self.parts},
        )

    def loss(self, rows: Iterable[LossRow]) -> tuple[LossRow, ...]:
        """Rows of built objects, whose targets were named before their pods were split."""
        if not self.places:
            return tuple(rows)
        return tuple(replace(row, target=self._target(row.target)) for row in rows)

    def _target(self, target: str) -> str:
        parts = target.split(", ")
        for index, part in enumerate(parts):
            steps = part.split("/")
            for length in range(len(steps), 0, -1):
                place = self.places.get("/".join(steps[:length]))
                if place is not None:
                    parts[index] = "/".join([place, *steps[length:]])
                    break
        return ", ".join(parts)

    def _inherited(self, values: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
        return {part: values[main] for part, main in self.parts.items() if main in values}

"""The shape of a mend: a transform that is always applied, and why."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from migrations_app.domain.bundle import Object, Objects
from migrations_app.domain.messages import Message
from migrations_app.domain.provenance import Step, StepKind


@dataclass(frozen=True, slots=True)
class Mend:
    """Puts right what a cluster would refuse. ``code`` is the check that would have found it."""

    code: str
    why: Message
    change: Callable[[Objects], Sequence[Object | None]]

    @property
    def step(self) -> Step:
        return Step(StepKind.MENDED, self.code, self.why)

    def __call__(self, objects: Objects) -> Sequence[Object | None]:
        return self.change(objects)


def each(change: Callable[[Object], Object | None]) -> Callable[[Objects], list[Object | None]]:
    """A change of single objects as a change of all of them."""

    def change_all(objects: Objects) -> list[Object | None]:
        return [change(body) for body in objects]

    return change_all

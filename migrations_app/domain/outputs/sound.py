"""Objects whose values have the types that writing them as something else relies on."""

from __future__ import annotations

from migrations_app.domain.bundle import Objects
from migrations_app.domain.outputs.base import Losses
from migrations_app.domain.rehearsal.shape import misshapen


def sound(objects: Objects, losses: Losses) -> Objects:
    """The objects without those that no cluster would take; each of these is named."""
    kept = []
    for body in objects:
        problems = list(misshapen(body))
        for problem in problems:
            losses.dropped(f"{problem.place.object}{problem.place.path}", problem.message)
        if not problems:
            kept.append(body)
    return tuple(kept)

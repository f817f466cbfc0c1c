"""The four phases of a service, and the only legal ways between them."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from migrations_app.domain.errors import IllegalMove, InvalidInput
from migrations_app.domain.messages import listed, msg
from migrations_app.domain.words import word


class Phase(StrEnum):
    """In the order in which a service passes through them."""

    LOCAL = "local"
    COMPATIBLE = "compatible"
    STAGING = "staging"
    PRODUCTION = "production"

    @property
    def rank(self) -> int:
        """1 for the first phase."""
        return list(Phase).index(self) + 1


class Direction(StrEnum):
    FORWARD = "forward"
    BACK = "back"


MOVES: Mapping[tuple[Phase, Phase], Direction] = {
    (Phase.LOCAL, Phase.COMPATIBLE): Direction.FORWARD,
    (Phase.COMPATIBLE, Phase.STAGING): Direction.FORWARD,
    (Phase.STAGING, Phase.PRODUCTION): Direction.FORWARD,
    (Phase.COMPATIBLE, Phase.LOCAL): Direction.BACK,
    (Phase.STAGING, Phase.COMPATIBLE): Direction.BACK,
    (Phase.STAGING, Phase.LOCAL): Direction.BACK,
    (Phase.PRODUCTION, Phase.STAGING): Direction.BACK,
    (Phase.PRODUCTION, Phase.COMPATIBLE): Direction.BACK,
    (Phase.PRODUCTION, Phase.LOCAL): Direction.BACK,
}
"""Forward one phase at a time, through its gates; back to any earlier phase, with a reason."""


def next_phase(phase: Phase) -> Phase | None:
    """The phase after this one, None after the last."""
    return next(
        (to for (start, to), way in MOVES.items() if start is phase and way == "forward"), None
    )


def require_move(start: Phase, to: Phase, reason: str) -> Direction:
    """The direction of a legal move.

    Raises:
        IllegalMove: there is no way from one phase to the other.
        InvalidInput: a move back without a reason.
    """
    direction = MOVES.get((start, to))
    if direction is None:
        raise IllegalMove(
            msg(
                "A service in phase %(start)s cannot move to %(to)s. It can move to %(ways)s.",
                start=word("phase", start),
                to=word("phase", to),
                ways=listed(word("phase", end) for begin, end in MOVES if begin is start),
            )
        )
    if direction is Direction.BACK and not reason.strip():
        raise InvalidInput(msg("A move back needs a reason. Say why the service goes back."))
    return direction

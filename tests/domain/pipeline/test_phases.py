"""Every pair of phases, one by one."""

from __future__ import annotations

import itertools

import pytest

from migrations_app.domain.errors import IllegalMove, InvalidInput
from migrations_app.domain.pipeline.phases import (
    MOVES,
    Direction,
    Phase,
    next_phase,
    require_move,
)

PAIRS = list(itertools.product(Phase, Phase))


def expected(start: Phase, to: Phase) -> Direction | None:
    """Forward by one, back by any number, never on the spot."""
    if to.rank == start.rank + 1:
        return Direction.FORWARD
    return Direction.BACK if to.rank < start.rank else None


@pytest.mark.parametrize(("start", "to"), PAIRS, ids=lambda phase: phase.value)
def test_the_table_holds_for_every_pair(start: Phase, to: Phase) -> None:
    assert MOVES.get((start, to)) == expected(start, to)
    if expected(start, to) is None:
        with pytest.raises(IllegalMove):
            require_move(start, to, "because")
    else:
        assert require_move(start, to, "because") is expected(start, to)


@pytest.mark.parametrize("reason", ["", "  \n"])
def test_a_way_back_needs_a_reason(reason: str) -> None:
    with pytest.raises(InvalidInput):
        require_move(Phase.STAGING, Phase.COMPATIBLE, reason)


def test_the_last_phase_has_no_next_one() -> None:
    assert [next_phase(phase) for phase in Phase] == [
        Phase.COMPATIBLE,
        Phase.STAGING,
        Phase.PRODUCTION,
        None,
    ]

"""One group on one Podman: made, captured, rendered, played, and captured again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tests.live.option_groups.all_groups import GROUPS
from tests.live.option_groups.group import Group
from tests.live.option_groups.playing import Difference, differences, wrongly_lost
from tests.live.option_groups.workplace import Result, Workplace, variant


@dataclass(frozen=True, slots=True)
class Trial:
    """What came of a group. ``lost_but_there`` are facts that are reported lost and are not."""

    result: Result
    differences: tuple[Difference, ...]
    lost_but_there: tuple[str, ...]

    @property
    def group(self) -> Group:
        return self.result.group

    @property
    def faults(self) -> list[str]:
        """Everything that is not as it should be."""
        untold = [f"nobody tells that {item}" for item in self.differences if not item.told]
        lost = [f"{name} is reported lost and is there" for name in self.lost_but_there]
        return [*(f"missing: {item}" for item in self.result.wanting), *untold, *lost]


def try_out(place: Workplace, group: Group) -> Trial:
    """All of it for one group."""
    result = place.try_out(group)
    written = variant(result.made)
    [before] = result.bundle.specs
    [after] = place.played(written)
    return Trial(
        result,
        tuple(differences(before, after, result.made, written)),
        tuple(wrongly_lost(before, after, result.made)),
    )


def trials(place: Workplace) -> Iterator[Trial]:
    """Every group that this Podman knows."""
    return (try_out(place, group) for group in GROUPS if place.has(group))

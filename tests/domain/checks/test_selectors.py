"""Who chooses whom is found without comparing everything with everything."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from migrations_app.domain.checks.selectors import Choosers, Chosen, selected_by

LABELS = st.dictionaries(st.sampled_from("abc"), st.sampled_from("xyz"), max_size=3)
SPACED = st.lists(st.tuples(st.sampled_from(["", "bank"]), LABELS), max_size=6)


@given(SPACED, SPACED)
def test_both_ways_find_what_a_comparison_of_all_finds(
    selectors: list[tuple[str, Any]], pods: list[tuple[str, Any]]
) -> None:
    choosers = Choosers((*one, index) for index, one in enumerate(selectors))
    chosen = Chosen((*one, index) for index, one in enumerate(pods))

    for index, (space, labels) in enumerate(pods):
        expected = {
            number
            for number, (other, wanted) in enumerate(selectors)
            if other == space and selected_by(wanted, labels)
        }
        assert set(choosers.of(space, labels)) == expected
        assert len(choosers.of(space, labels)) == len(expected)
        for number in expected:
            assert index in chosen.by(*selectors[number])
    for number, (space, wanted) in enumerate(selectors):
        found = [
            i
            for i, (other, labels) in enumerate(pods)
            if other == space and selected_by(wanted, labels)
        ]
        assert chosen.by(space, wanted) == found, number


class Counting(str):
    """A label that counts how often it is compared."""

    compared = 0
    __hash__ = str.__hash__

    def __eq__(self, other: object) -> bool:
        Counting.compared += 1
        return str.__eq__(self, other)


def test_labels_that_all_share_cost_nothing() -> None:
    def labelled() -> Iterator[tuple[str, dict[str, Any], int]]:
        for number in range(300):
            yield "", {"part-of": Counting("shop"), "app": f"a{number}"}, number

    choosers = Choosers(labelled())
    Counting.compared = 0
    for _space, labels, number in labelled():
        assert choosers.of("", labels) == (number,)

    assert Counting.compared < 300 * 10

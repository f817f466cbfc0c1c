"""Who chooses whom, without asking everybody about everybody.

A selector of plain labels is kept under the one of its pairs that the fewest others have: the pods
of a whole application share some labels, and nearly all differ in one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Generic, TypeVar

from migrations_app.domain.manifests.resources import mapping

_Chooser = TypeVar("_Chooser")
_Pair = tuple[str, str, str]
Labelled = tuple[str, Any, _Chooser]
"""A namespace, labels (or a selector of them), and what they belong to."""


def selected_by(selector: Any, labels: Any) -> bool:
    """Whether a selector of plain labels chooses a pod with these labels; an empty one does not."""
    wanted, present = mapping(selector), mapping(labels)
    return bool(wanted) and all(present.get(key) == value for key, value in wanted.items())


def _pairs(space: str, labels: Mapping[str, Any]) -> Iterator[_Pair]:
    for key, value in labels.items():
        yield space, str(key), str(value)


class Choosers(Generic[_Chooser]):
    """Selectors, to be found by the labels of a pod."""

    def __init__(self, selectors: Iterable[Labelled[_Chooser]]) -> None:
        listed = [(space, mapping(selector), it) for space, selector, it in selectors]
        counts = Counter(pair for space, wanted, _it in listed for pair in _pairs(space, wanted))
        self._under: dict[_Pair, list[tuple[dict[str, Any], _Chooser]]] = {}
        for space, wanted, it in listed:
            if wanted:
                rarest = min(_pairs(space, wanted), key=counts.__getitem__)
                self._under.setdefault(rarest, []).append((wanted, it))

    def of(self, space: str, labels: Any) -> tuple[_Chooser, ...]:
        """Everything whose selector chooses these labels, in order."""
        return tuple(
            it
            for pair in _pairs(space, mapping(labels))
            for wanted, it in self._under.get(pair, ())
            if selected_by(wanted, labels)
        )


class Chosen(Generic[_Chooser]):
    """Pods, to be found by a selector."""

    def __init__(self, pods: Iterable[Labelled[_Chooser]]) -> None:
        self._with: dict[_Pair, list[tuple[dict[str, Any], _Chooser]]] = {}
        self.spaces: set[str] = set()
        for space, labels, it in pods:
            self.spaces.add(space)
            for pair in _pairs(space, mapping(labels)):
                self._with.setdefault(pair, []).append((mapping(labels), it))

    def by(self, space: str, selector: Any) -> list[_Chooser]:
        """Every pod that a selector chooses, in order."""
        wanted = mapping(selector)
        candidates = [self._with.get(pair, []) for pair in _pairs(space, wanted)]
        if not candidates:
            return []
        fewest = min(candidates, key=len)
        return [it for labels, it in fewest if selected_by(wanted, labels)]

"""Files that were written before, edited by a person since, and are written anew.

YAML is merged value by value; other text line by line. A file that only one side changed keeps
its bytes, comments included.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from migrations_app.domain.manifests.render import to_yaml
from migrations_app.domain.manifests.resources import name_of
from migrations_app.domain.manifests.three_way import (
    Conflict,
    MergedValue,
    merge,
    merge_values,
)
from migrations_app.domain.reading.limits import WIDE
from migrations_app.domain.reading.yaml_reader import read_yaml
from migrations_app.domain.same import same

_YAML = (".yaml", ".yml")


@dataclass(frozen=True, slots=True)
class MergedFile:
    text: str
    conflicts: tuple[Conflict, ...] = ()


def merge_file(path: str, base: str, theirs: str, ours: str) -> MergedFile:
    """One file of three sides: as generated before, as it stands, as generated now.

    Raises:
        UnreadableSource: what stands there is no YAML any more.
    """
    if ours in (base, theirs):
        return MergedFile(theirs)
    if theirs == base:
        return MergedFile(ours)
    if path.endswith(_YAML) and "{{" not in base + ours:
        return _merged_yaml(path, base, theirs, ours)
    return _merged_lines(path, base, theirs, ours)


def _merged_yaml(path: str, base: str, theirs: str, ours: str) -> MergedFile:
    before, edited, made = (_documents(path, text) for text in (base, theirs, ours))
    if all(map(_are_objects, (before, edited, made))):
        merged = merge(before, edited, made)
        return MergedFile(to_yaml(merged.objects), merged.conflicts)
    if max(map(len, (before, edited, made))) == 1:
        one: MergedValue = merge_values(
            path, *(side[0] if side else {} for side in (before, edited, made))
        )
        if isinstance(one.value, dict):
            return MergedFile(to_yaml([one.value]), one.conflicts)
    return _merged_lines(path, base, theirs, ours)


def _documents(path: str, text: str) -> list[Any]:
    documents, _findings = read_yaml(text, path, WIDE)
    return [document.value for document in documents if document.value is not None]


def _are_objects(documents: list[Any]) -> bool:
    return all(
        isinstance(body, dict) and isinstance(body.get("kind"), str) and name_of(body)
        for body in documents
    )


def _merged_lines(path: str, base: str, theirs: str, ours: str) -> MergedFile:
    """Lines that one side changed; where both changed the same ones a person's lines stay."""
    old, edited, made = (text.splitlines(keepends=True) for text in (base, theirs, ours))
    lines: list[str] = []
    conflicts: list[Conflict] = []
    for before, mine, new in _chunks(old, edited, made):
        if same(before, mine):
            lines += new
        else:
            lines += mine
            if not same(before, new) and not same(mine, new):
                number = f"/{len(lines) - len(mine) + 1}"
                conflicts.append(Conflict(path, number, *map("".join, (before, mine, new))))
    return MergedFile("".join(lines), tuple(conflicts))


def _chunks(
    base: list[str], theirs: list[str], ours: list[str]
) -> Iterator[tuple[list[str], list[str], list[str]]]:
    """The three texts in pieces: what all have alike, and what lies between."""
    at_base = at_theirs = at_ours = 0
    for start, end, in_theirs, in_ours in _common(base, theirs, ours):
        yield (
            base[at_base:start],
            theirs[at_theirs:in_theirs],
            ours[at_ours:in_ours],
        )
        length = end - start
        yield base[start:end], base[start:end], base[start:end]
        at_base, at_theirs, at_ours = end, in_theirs + length, in_ours + length
    yield base[at_base:], theirs[at_theirs:], ours[at_ours:]


def _common(
    base: list[str], theirs: list[str], ours: list[str]
) -> Iterator[tuple[int, int, int, int]]:
    """Pieces of the base that both others have: from, to, where in theirs, where in ours."""
    mine = SequenceMatcher(None, base, theirs, autojunk=False).get_matching_blocks()
    new = SequenceMatcher(None, base, ours, autojunk=False).get_matching_blocks()
    for one in mine:
        for other in new:
            start, end = max(one.a, other.a), min(one.a + one.size, other.a + other.size)
            if start < end:
                yield start, end, one.b + start - one.a, other.b + start - other.a

"""A manifest as a page shows it: line by line, with origins, findings and what was changed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from migrations_app.domain.findings import Severity
from migrations_app.domain.manifests.lines import Line, Lines, lines_of
from migrations_app.models import Assessment, Revision

Record = dict[str, Any]
_TOKENS = re.compile(
    r"(?P<lead>\s*(?:- )*)"
    r"(?P<key>[^\s'\"#][^'\"]*?:(?=\s|$)|'[^']*':(?=\s|$))?"
    r"(?P<gap>\s*)(?P<value>.*)"
)
_NUMBER = re.compile(r"[-+]?[0-9][0-9_.eE+-]*|true|false|null|~")
SOURCE = "source"


@dataclass(frozen=True, slots=True)
class Trail:
    """Where one value came from: a place in a source, and what was done to it since.

    ``kind`` is what decided the value: ``source`` or the kind of the last step; ``by`` its name.
    """

    kind: str
    by: str
    file: str
    line: int
    steps: tuple[Record, ...]

    @property
    def key(self) -> tuple[Any, ...]:
        """What tells it apart from its neighbours in the origin column."""
        return (self.kind, self.by, self.file, self.line if self.kind == SOURCE else 0)

    @property
    def version(self) -> str:
        return self.by.partition("@")[2]

    @property
    def name(self) -> str:
        return self.by.partition("@")[0]


@dataclass(frozen=True, slots=True)
class Card:
    """What is shown of a group of lines: their origin, and what was changed in them."""

    id: str
    first: int
    last: int
    trail: Trail
    changes: tuple[Record, ...]

    @property
    def span(self) -> str:
        return str(self.first) if self.first == self.last else f"{self.first}–{self.last}"


@dataclass(slots=True)
class Row:
    """One line of the code table. ``trail`` stands where the origin changes, else None."""

    line: Line
    tokens: Sequence[tuple[str, str]]
    trail: Trail | None = None
    card: str = ""
    findings: list[Record] = field(default_factory=list)

    @property
    def severity(self) -> str:
        """The worst of the line's findings."""
        return min(
            (record["severity"] for record in self.findings),
            key=lambda value: Severity(value).rank,
            default="",
        )


@dataclass(frozen=True, slots=True)
class Manifest:
    rows: tuple[Row, ...]
    objects: tuple[tuple[str, int], ...]
    cards: tuple[Card, ...]
    explained: int
    found_at: Mapping[str, int]


def manifest(content: Assessment | Revision, findings: Iterable[Record]) -> Manifest:
    """The lines of what an assessment or a revision holds."""
    text = content.text
    lines = lines_of(text)
    trails = _trails(content.provenance)
    rows = tuple(Row(line, tokens(line.text)) for line in lines.lines)
    found_at = _place(rows, lines, findings)
    cards = tuple(_group(rows, trails, _changes(content.trail)))
    explained = sum(1 for row in rows if row.card or row.line.document < 0)
    return Manifest(rows, lines.objects, cards, explained, found_at)


def tokens(text: str) -> list[tuple[str, str]]:
    """A line of canonical YAML in pieces: ``(kind, text)``, the kind empty for what is plain."""
    if text.lstrip().startswith("#"):
        return [("comment", text)]
    match = _TOKENS.fullmatch(text)
    if match is None:
        return [("", text)]
    pieces = [("", match["lead"])]
    if match["key"]:
        pieces.append(("key", match["key"]))
    pieces.append(("", match["gap"]))
    value = match["value"]
    if value:
        pieces.append(("number" if _NUMBER.fullmatch(value) else "string", value))
    return [piece for piece in pieces if piece[1]]


def _trails(provenance: Iterable[Record]) -> dict[tuple[str, str], Trail]:
    """By object and pointer; a field that holds others goes by the first of them."""
    found: dict[tuple[str, str], Trail] = {}
    for record in provenance:
        trail = _trail(record)
        path = record["path"]
        while (record["object"], path) not in found:
            found[record["object"], path] = trail
            if not path:
                break
            path = path.rpartition("/")[0]
    return found


def _trail(record: Record) -> Trail:
    steps = tuple(record["steps"])
    deciding = next((step for step in reversed(steps) if step["kind"] != "built"), None)
    if deciding is None and not record["line"] and steps:
        deciding = steps[-1]
    if deciding is None:
        return Trail(SOURCE, "", record["file"], record["line"], steps)
    return Trail(deciding["kind"], deciding["by"], record["file"], record["line"], steps)


def _changes(trail: Iterable[Record]) -> dict[tuple[str, str], list[Record]]:
    found: dict[tuple[str, str], list[Record]] = {}
    for record in trail:
        found.setdefault((record["object"], record["path"]), []).append(record)
    return found


def _place(rows: Sequence[Row], lines: Lines, findings: Iterable[Record]) -> dict[str, int]:
    """Put findings on their lines; returns the line of each fingerprint."""
    found: dict[str, int] = {}
    for record in findings:
        number = lines.find(record["place"]["object"], record["place"]["path"])
        if number:
            rows[number - 1].findings.append(record)
            found[record["fingerprint"]] = number
    return found


def _group(
    rows: Sequence[Row],
    trails: Mapping[tuple[str, str], Trail],
    changes: Mapping[tuple[str, str], list[Record]],
) -> Iterable[Card]:
    """Give each line the card of its group: neighbours of one object with the same origin."""
    start = 0
    while start < len(rows):
        line = rows[start].line
        trail = trails.get((line.object, line.path))
        end = start + 1
        while end < len(rows) and trail is not None:
            after = rows[end].line
            other = trails.get((after.object, after.path))
            if after.document != line.document or other is None or other.key != trail.key:
                break
            end += 1
        if trail is not None:
            group = rows[start:end]
            card = f"origin-{line.number}"
            rows[start].trail = trail
            for row in group:
                row.card = card
            made = _of_group(group, trail, changes)
            yield Card(card, line.number, rows[end - 1].line.number, trail, tuple(made[:6]))
        start = end


def _of_group(
    group: Sequence[Row], trail: Trail, changes: Mapping[tuple[str, str], list[Record]]
) -> list[Record]:
    """What was changed in a group, and what the same step took away beside it."""
    made = [c for row in group for c in changes.get((row.line.object, row.line.path), ())]
    label = group[0].line.object
    parents = {row.line.path.rpartition("/")[0] for row in group}
    gone = [
        record
        for (owner, path), records in changes.items()
        if owner == label and path.rpartition("/")[0] in parents
        for record in records
        if record["after"] is None and (record["kind"], record["by"]) == (trail.kind, trail.by)
    ]
    return [*gone, *(record for record in made if record not in gone)]

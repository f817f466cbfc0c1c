"""Which field stands on which line of a rendered manifest.

Findings, origins and changes name fields by object and JSON pointer; people look at lines.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import yaml

from migrations_app.domain.places import Path, pointer


@dataclass(frozen=True, slots=True)
class Line:
    """One line. ``object`` is ``Kind/name``, ``document`` counts objects from 0.

    ``path`` points to the field that begins here or, within a long text, goes on here. The line
    between two documents belongs to neither and has document -1.
    """

    number: int
    text: str
    document: int = -1
    object: str = ""
    path: str = ""


@dataclass(frozen=True, slots=True)
class Lines:
    """All lines of a manifest, and where to find a field in them."""

    lines: tuple[Line, ...]
    objects: tuple[tuple[str, int], ...]
    _numbers: Mapping[tuple[str, str], int]

    def find(self, label: str, path: str) -> int:
        """The line of a field, else of its nearest ancestor that is there, else 0."""
        while True:
            found = self._numbers.get((label, path))
            if found is not None or not path:
                return found or 0
            path = path.rpartition("/")[0]


def lines_of(text: str) -> Lines:
    """Map the lines of a canonical manifest, as ``render.to_yaml`` writes it."""
    written = text.splitlines()
    owners: dict[int, tuple[int, str]] = {}
    numbers: dict[tuple[str, str], int] = {}
    objects: list[tuple[str, int]] = []
    labels: list[str] = []
    for document, node in enumerate(yaml.compose_all(text, Loader=yaml.CSafeLoader)):
        label = _label(node)
        labels.append(label)
        first = node.start_mark.line
        objects.append((label, first + 1))
        numbers.setdefault((label, ""), first + 1)
        owners[first] = (document, "")
        for number, last, path in _fields(node, ()):
            where = pointer(path)
            numbers.setdefault((label, where), number + 1)
            owners.update(dict.fromkeys(range(number, last), (document, where)))
    made = []
    for index, line in enumerate(written):
        document, at = owners.get(index, (-1, ""))
        label = labels[document] if document >= 0 else ""
        made.append(Line(index + 1, line, document, label, at))
    return Lines(tuple(made), tuple(objects), numbers)


def _fields(node: yaml.Node, path: Path) -> Iterator[tuple[int, int, Path]]:
    """First line, the line after the last, and path; outer fields before inner ones."""
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            inner = (*path, str(key.value))
            first = key.start_mark.line
            yield first, max(_last(value), first) + 1, inner
            yield from _fields(value, inner)
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            first = value.start_mark.line
            yield first, max(_last(value), first) + 1, (*path, index)
            yield from _fields(value, (*path, index))


def _last(node: yaml.Node) -> int:
    """The last line that a value takes; an end at a line's beginning belongs to the line before."""
    end: yaml.Mark = node.end_mark
    return int(end.line if end.column else end.line - 1)


def _label(node: yaml.Node | None) -> str:
    kind = name = "?"
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == "kind":
                kind = str(value.value)
            if key.value == "metadata" and isinstance(value, yaml.MappingNode):
                names = [str(v.value) for k, v in value.value if k.value == "name"]
                name = names[0] if names else "?"
    return f"{kind}/{name}"

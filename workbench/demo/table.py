"""The table at the end: cells of several lines in columns that fit the width of a terminal."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

from workbench.demo.screen import columns, fitted

GAP = 2
Cell = Sequence[str]
"""The lines of one cell; the first is the one that matters."""


def table(head: Sequence[str], rows: Sequence[Sequence[Cell]], *, width: int) -> list[str]:
    """The lines of a table. What is too wide is wrapped in the widest column."""
    widths = _widths(head, rows, width)
    lines = [_join([fitted(title, w) for title, w in zip(head, widths, strict=True)])]
    lines.append("─" * min(width, sum(widths) + GAP * (len(widths) - 1)))
    for row in rows:
        cells = [_wrapped(cell, w) for cell, w in zip(row, widths, strict=True)]
        for number in range(max(len(cell) for cell in cells)):
            texts = [cell[number] if number < len(cell) else "" for cell in cells]
            lines.append(_join([fitted(text, w) for text, w in zip(texts, widths, strict=True)]))
    return lines


def _widths(head: Sequence[str], rows: Sequence[Sequence[Cell]], width: int) -> list[int]:
    widths = [columns(title) for title in head]
    for row in rows:
        for column, cell in enumerate(row):
            widths[column] = max(widths[column], *(columns(line) for line in cell), 0)
    room = width - GAP * (len(widths) - 1)
    while sum(widths) > room:
        widest = widths.index(max(widths))
        widths[widest] -= 1
    return widths


def _wrapped(cell: Cell, width: int) -> list[str]:
    return [part for line in cell for part in textwrap.wrap(line, width) or [""]]


def _join(texts: Sequence[str]) -> str:
    return (" " * GAP).join(texts).rstrip()

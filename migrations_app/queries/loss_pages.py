"""The loss report as pages show it: what needs a look first, what nobody set last and apart."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from migrations_app.domain.loss_kinds import is_setting

Record = dict[str, Any]
ASIDE = "aside"
ORDER = ("question", "dropped", "converted", "kept")
"""A person decides the first, looks at the second, and believes the others."""


@dataclass(frozen=True, slots=True)
class LossReport:
    """``settings`` in the order of :data:`ORDER`; ``aside`` are fields that nobody set."""

    settings: tuple[Record, ...]
    aside: tuple[Record, ...]

    @property
    def all(self) -> int:
        return len(self.settings) + len(self.aside)

    @property
    def counts(self) -> list[tuple[str, int]]:
        found = Counter(row["outcome"] for row in self.settings)
        return [(outcome, found[outcome]) for outcome in ORDER]

    @property
    def carried(self) -> int:
        return sum(row["outcome"] in ("kept", "converted") for row in self.settings)

    @property
    def coverage(self) -> float | None:
        """The share of settings that came over, in per cent."""
        return round(self.carried * 100 / len(self.settings), 1) if self.settings else None

    def narrowed(self, outcome: str, q: str) -> list[Record]:
        """The rows of one outcome (all settings without one) whose path or target holds ``q``."""
        rows = self.aside if outcome == ASIDE else self.settings
        wanted = q.strip().lower()
        return [
            row
            for row in rows
            if outcome in ("", ASIDE, row["outcome"])
            and (wanted in row["path"].lower() or wanted in row["target"].lower())
        ]


def loss_report(rows: Iterable[Record]) -> LossReport:
    """Tell settings from the rest and put them in order."""
    shown = [_shown(row) for row in rows]
    settings = [row for row in shown if row["setting"]]
    places = list(dict.fromkeys(row["group"][1:] for row in shown))
    settings.sort(key=lambda row: (ORDER.index(row["outcome"]), places.index(row["group"][1:])))
    return LossReport(tuple(settings), tuple(row for row in shown if not row["setting"]))


def _shown(row: Record) -> Record:
    """The row with what groups it (outcome, object and file) and its path within the object."""
    parts = row["path"].split("/", 2)
    label = "/".join(parts[:2])
    short = parts[2] if len(parts) > 2 else row["path"]
    setting = is_setting(row)
    group = (row["outcome"] if setting else ASIDE, label, row["place"]["file"])
    target = row["target"] if row["target"].strip("/") else ""
    return {**row, "target": target, "setting": setting, "short": short, "group": group}

"""Several units in one text, as tools print them, told apart by the lines between them.

``podman generate systemd`` and podlet put a comment with the name before each unit, ``quadlet
-dryrun`` a line ``---name.service---``, podlet a line ``---`` between two units. In files that
``podman quadlet install`` takes, ``# FileName=name`` says the name without its ending.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

_RULE = re.compile(r"-{3,}\s*(?P<name>[^\s-][^\s]*?)?\s*-*\s*")
_FILE_NAME = re.compile(r"#\s*FileName=\s*(?P<name>\S+)\s*")
_NAMING = re.compile(r"[#;]\s*(?P<name>[A-Za-z0-9@:_.\\/-]+)\s*")


@dataclass(frozen=True, slots=True)
class UnitText:
    """One unit of a text: ``name`` is ``""`` if nothing says it; ``first_line`` counts from 1."""

    name: str
    text: str
    first_line: int = 1


@dataclass(slots=True)
class _Cut:
    name: str
    first_line: int
    lines: list[str] = field(default_factory=list)

    @property
    def says_something(self) -> bool:
        return any(line.strip() and line.strip()[0] not in "#;" for line in self.lines)

    def done(self) -> UnitText:
        return UnitText(self.name, "\n".join(self.lines), self.first_line)


def split_units(text: str, endings: Collection[str]) -> tuple[UnitText, ...]:
    """The units of a text; ``endings`` are those that make a comment a name (``.service``)."""
    cuts = [_Cut("", 1)]
    lines = text.split("\n")
    for number, line in enumerate(lines, 1):
        here = cuts[-1]
        rule = _RULE.fullmatch(line.strip())
        if rule:
            name = (rule["name"] or "").rpartition("/")[2]
            cuts.append(_Cut(name, number + 1))
            continue
        declared = _FILE_NAME.fullmatch(line.strip())
        naming = declared or _NAMING.fullmatch(line.strip())
        if naming and (declared or naming["name"].endswith(tuple(endings))):
            name = naming["name"].rpartition("/")[2]
            if here.says_something and _opens_section(lines[number:]):
                cuts.append(here := _Cut(name, number))
            elif not here.name and not here.says_something:
                here.name = name
        here.lines.append(line)
    return tuple(cut.done() for cut in cuts if cut.says_something) or (UnitText("", text),)


def _opens_section(lines: Sequence[str]) -> bool:
    """Whether a section is the first thing these lines say."""
    said = (line.strip() for line in lines)
    return next((line[0] == "[" for line in said if line and line[0] not in "#;"), False)

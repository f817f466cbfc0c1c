"""Where in a text commands stand: all of a script, the fenced or indented blocks of a page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_FENCE = re.compile(r"^[ >]*(```+|~~~+)\s*\{?\.?([\w-]*)")
_SHELLS = frozenset(
    {"", "sh", "bash", "shell", "zsh", "console", "shell-session", "terminal", "text"}
)
_PROMPT = re.compile(
    r"^(\s*)(?:\[[^\]]*\]|[\w.-]+@[\w.-]+(?::\S*)?)?"
    r"(?:[$%❯]\s+|[#>]\s+(?=(?:sudo )?(?:podman|docker)\b))"
)
_ENGINE = re.compile(r"\s*(?:sudo\s+)?(?:podman|docker)\s+\w")


@dataclass(frozen=True, slots=True)
class Region:
    text: str
    first_line: int


def regions(text: str) -> Iterator[Region]:
    """The parts of a text that are shell; line numbers stay those of the text."""
    lines = text.splitlines()
    fences = [i for i, line in enumerate(lines) if _FENCE.match(line)]
    if (lines and lines[0].startswith("#!")) or not fences:
        script = bool(lines) and lines[0].startswith("#!")
        yield Region("\n".join(lines if script else _without_prompts(lines, "$%❯")) + "\n", 1)
        return
    opened: int | None = None
    for index in fences:
        if opened is None:
            opened = index
            continue
        match = _FENCE.match(lines[opened])
        if match is not None and match[2].lower() in _SHELLS:
            block = [_unquoted(line) for line in lines[opened + 1 : index]]
            yield Region("\n".join(_without_prompts(block)) + "\n", opened + 2)
        opened = None


def _unquoted(line: str) -> str:
    """A line of a block within a quotation, with the mark of that replaced by blanks."""
    match = re.match(r"^(?:>\s?)+", line)
    return line if match is None else " " * match.end() + line[match.end() :]


def _without_prompts(lines: list[str], marks: str = "$%❯#>") -> list[str]:
    """A session as typed: if prompts mark what was typed, all other lines are its output."""
    matches = [_PROMPT.match(line) for line in lines]
    prompts = [m if m is not None and m[0].rstrip()[-1:] in marks else None for m in matches]
    plain = (line for line, match in zip(lines, prompts, strict=True) if match is None)
    if not any(prompts) or any(_ENGINE.match(line) for line in plain):
        return lines
    made: list[str] = []
    continues = False
    for line, match in zip(lines, prompts, strict=True):
        if match is not None:
            typed = " " * match.end() + line[match.end() :]
        else:
            typed = re.sub(r"^> ", "  ", line) if continues else ""
        continues = typed.rstrip().endswith("\\")
        made.append(typed)
    return made

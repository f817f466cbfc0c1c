"""Where in a text commands stand: all of a script, the blocks of a page that are shell."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from migrations_app.domain.reading.run_lines.makefiles import as_shell, is_makefile

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
    """A part of a text; what is not shell is looked through for what is lost with it."""

    text: str
    first_line: int
    is_shell: bool = True
    starts_anew: bool = False
    """Whether a shell of its own begins here, in the folder of the file."""


def regions(text: str, given: Collection[str] = ()) -> Iterator[Region]:
    """The parts of a text, in order; line numbers stay those of the text."""
    lines = text.splitlines()
    blocks = list(_blocks(lines))
    if not blocks and is_makefile(text):
        yield from _recipes(as_shell("\n".join(lines), given))
        return
    if (lines and lines[0].startswith("#!")) or not blocks:
        script = bool(lines) and lines[0].startswith("#!")
        yield Region("\n".join(lines if script else _without_prompts(lines, "$%❯")) + "\n", 1)
        return
    before = 0
    for opened, closed, language in blocks:
        yield _other(lines, before, opened)
        block = [_unquoted(line) for line in lines[opened + 1 : closed]]
        if language in _SHELLS:
            yield Region("\n".join(_without_prompts(block)) + "\n", opened + 2)
        else:
            yield Region(textwrap.dedent("\n".join(block)) + "\n", opened + 2, is_shell=False)
        before = closed + 1
    yield _other(lines, before, len(lines))


def _recipes(text: str) -> Iterator[Region]:
    """The lines of a Makefile: each has a shell of its own."""
    lines = text.split("\n")
    start = 0
    for index, line in enumerate(lines):
        if not line.endswith("\\"):
            part = "\n".join(lines[start : index + 1]) + "\n"
            yield Region(part, start + 1, starts_anew=True)
            start = index + 1


def _other(lines: list[str], start: int, end: int) -> Region:
    return Region("\n".join(lines[start:end]) + "\n", start + 1, is_shell=False)


def _blocks(lines: list[str]) -> Iterator[tuple[int, int, str]]:
    """The fenced blocks: the lines of both fences, and the language. One that is never closed
    goes on to the end, as pages are shown."""
    opened: tuple[int, str, str] | None = None
    for index, line in enumerate(lines):
        match = _FENCE.match(line)
        if match is None:
            continue
        if opened is None:
            opened = index, match[1], match[2].lower()
        elif match[1].startswith(opened[1]) and not line[match.end(1) :].strip():
            yield opened[0], index, opened[2]
            opened = None
    if opened is not None:
        yield opened[0], len(lines), opened[2]


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

"""The instructions of a Containerfile, in their stages.

After the Dockerfile reference: parser directives, continued lines, comments within them, here
documents, arguments before the first stage.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from difflib import get_close_matches

from migrations_app.domain.errors import InvalidInput, Problem
from migrations_app.domain.images import ImageRef
from migrations_app.domain.messages import msg
from migrations_app.domain.places import Place

_WORDS = """
ADD ARG CMD COPY ENTRYPOINT ENV EXPOSE FROM HEALTHCHECK LABEL MAINTAINER ONBUILD RUN SHELL
STOPSIGNAL USER VOLUME WORKDIR
"""
KEYWORDS = frozenset(_WORDS.split())
_DIRECTIVE = re.compile(r"#\s*(\w+)\s*=\s*(\S+)\s*")
_HEREDOC = re.compile(r"<<(-?)(['\"]?)([A-Za-z_][A-Za-z0-9_]*)\2")
_WITH_HEREDOC = frozenset({"RUN", "COPY", "ADD"})
_FLAG = re.compile(r"--([a-z-]+)(?:=(\S*))?\s*")
_LONGEST = 1024
_VARIABLE = re.compile(r"\$(?:\{(\w+)(?:(:?[-+])([^}]*))?\}|(\w+))")
_ASSIGNMENT = re.compile(r"([\w.-]+)=((?:\"(?:[^\"\\]|\\.)*\"|'[^']*'|\\.|[^\s\"'\\])*)")


@dataclass(frozen=True, slots=True)
class Instruction:
    """One instruction; ``value`` is what stands behind keyword and flags, on one line."""

    keyword: str
    value: str
    line: int
    flags: Mapping[str, str] = field(default_factory=dict)

    @property
    def words(self) -> tuple[str, ...]:
        """The items of a JSON array, or the words between blanks."""
        if self.value.startswith("["):
            try:
                items = json.loads(self.value)
            except ValueError:
                items = None
            if isinstance(items, list) and all(isinstance(item, str) for item in items):
                return tuple(items)
        return tuple(self.value.split())

    @property
    def is_array(self) -> bool:
        return self.value.startswith("[") and self.words != tuple(self.value.split())

    @property
    def pairs(self) -> tuple[tuple[str, str], ...]:
        """The names and values of ``ENV``, ``ARG`` and ``LABEL``, in the old form too."""
        found = tuple((key, _unquoted(value)) for key, value in _ASSIGNMENT.findall(self.value))
        if found and _ASSIGNMENT.match(self.value):
            return found
        key, _blank, value = self.value.partition(" ")
        return ((key, value.strip()),) if key else ()


@dataclass(frozen=True, slots=True)
class Stage:
    """From one ``FROM`` to the next: the base as it is written with its arguments put in."""

    base: str
    name: str
    instructions: tuple[Instruction, ...]
    line: int

    def all(self, *keywords: str) -> tuple[Instruction, ...]:
        return tuple(item for item in self.instructions if item.keyword in keywords)

    def last(self, keyword: str) -> Instruction | None:
        found = self.all(keyword)
        return found[-1] if found else None


@dataclass(frozen=True, slots=True)
class Containerfile:
    """A file with its stages; ``arguments`` are those before the first of them."""

    file: str
    stages: tuple[Stage, ...] = ()
    arguments: tuple[Instruction, ...] = ()
    problems: tuple[Problem, ...] = ()

    def place(self, line: int, path: str = "") -> Place:
        return Place(self.file, line, 1, self.file, path)

    def stage(self, target: str = "") -> Stage | None:
        """The stage that is built: the one asked for by name or number, else the last."""
        if target:
            named = [stage for stage in self.stages if stage.name.lower() == target.lower()]
            if named:
                return named[-1]
            if target.isdigit() and int(target) < len(self.stages):
                return self.stages[int(target)]
        return self.stages[-1] if self.stages else None

    def lineage(self, stage: Stage) -> tuple[Stage, ...]:
        """The stage and those of the file it builds on, from the first to itself."""
        found = [stage]
        at = self.stages.index(stage)
        for earlier in reversed(self.stages[:at]):
            if earlier.name and earlier.name.lower() == found[-1].base.lower():
                found.append(earlier)
        return tuple(reversed(found))


def parse(text: str, file: str) -> Containerfile:
    """The stages of a file; what is no instruction is a problem with its line."""
    instructions, problems = _instructions(text, file)
    arguments: dict[str, str] = {}
    before: list[Instruction] = []
    stages: list[Stage] = []
    within: list[list[Instruction]] = []
    names: set[str] = set()
    for item in instructions:
        if item.keyword == "FROM":
            stages.append(_stage(item, arguments))
            within.append([])
            names.add(stages[-1].name.lower())
            problems += _bad_base(stages[-1], names, file)
        elif stages:
            within[-1].append(item)
        elif item.keyword == "ARG":
            before.append(item)
            for key, value in item.pairs:
                arguments[key] = _within_bounds(value, arguments)
        else:
            message = msg(
                "%(keyword)s stands before the first FROM. Begin with FROM.", keyword=item.keyword
            )
            problems.append(Problem("containerfile_no_from", message, Place(file, item.line, 1)))
    if not stages and not problems:
        message = msg("There is no FROM: nothing says what the image is built on.")
        problems.append(Problem("containerfile_no_from", message, Place(file, 1, 1)))
    filled = (
        replace(stage, instructions=tuple(items))
        for stage, items in zip(stages, within, strict=True)
    )
    return Containerfile(file, tuple(filled), tuple(before), tuple(problems))


def _stage(item: Instruction, arguments: Mapping[str, str]) -> Stage:
    words = item.value.split()
    name = words[2] if len(words) >= 3 and words[1].upper() == "AS" else ""
    return Stage(substitute(words[0] if words else "", arguments), name, (), item.line)


def _within_bounds(value: str, arguments: Mapping[str, str]) -> str:
    """The value of an argument; what doubles with each line is the name of no image."""
    made = substitute(value, arguments) if len(value) < _LONGEST else value
    return made[:_LONGEST]


def _bad_base(stage: Stage, names: Set[str], file: str) -> list[Problem]:
    """A base that can be no image: nothing at all, or what no reference looks like."""
    known = stage.base.lower()
    if "$" in known or known == "scratch" or (known and known in names):
        return []
    try:
        ImageRef.parse(stage.base)
    except InvalidInput as error:
        return [Problem("containerfile_base", error.message, Place(file, stage.line, 1))]
    return []


def substitute(text: str, values: Mapping[str, str]) -> str:
    """``$NAME``, ``${NAME}`` and ``${NAME:-default}`` with their values; unknown ones stay."""

    def value(match: re.Match[str]) -> str:
        name, operator, operand = match[1] or match[4], match[2] or "", match[3] or ""
        known = values.get(name, "")
        if operator.endswith("-"):
            return known or operand
        if operator.endswith("+"):
            return operand if known else ""
        return known or match[0]

    return _VARIABLE.sub(value, text)


def _instructions(text: str, file: str) -> tuple[list[Instruction], list[Problem]]:
    lines = text.splitlines()
    escape = _escape(lines)
    found: list[Instruction] = []
    problems: list[Problem] = []
    index = 0
    while index < len(lines):
        stripped = lines[index].strip()
        if not stripped or stripped.startswith("#"):
            index += 1
            continue
        start = index
        joined, index = _joined(lines, index, escape)
        instruction = _instruction(joined, start + 1)
        if instruction is None:
            problems.append(_unknown(joined, start + 1, file))
            continue
        if instruction.keyword in _WITH_HEREDOC:
            index, problem = _after_documents(lines, index, joined, start + 1, file)
            problems += [problem] if problem else []
        found.append(instruction)
    return found, problems


def _escape(lines: Sequence[str]) -> str:
    """The character that continues lines, which a directive may set."""
    for line in lines:
        match = _DIRECTIVE.fullmatch(line.strip())
        if match is None:
            break
        if match[1].lower() == "escape":
            return match[2]
    return "\\"


def _joined(lines: Sequence[str], index: int, escape: str) -> tuple[str, int]:
    """A line with those that continue it; comments and empty lines among them do not count."""
    parts: list[str] = []
    while index < len(lines):
        line = lines[index].strip()
        index += 1
        if parts and (not line or line.startswith("#")):
            continue
        if not line.endswith(escape):
            parts.append(line)
            break
        parts.append(line.removesuffix(escape).rstrip())
    return " ".join(part for part in parts if part), index


def _instruction(text: str, line: int) -> Instruction | None:
    keyword, _blank, rest = text.partition(" ")
    keyword = keyword.upper()
    if keyword not in KEYWORDS:
        return None
    flags: dict[str, str] = {}
    rest = rest.strip()
    while match := _FLAG.match(rest):
        flags[match[1]] = match[2] or ""
        rest = rest[match.end() :]
    return Instruction(keyword, rest, line, flags)


def _unknown(text: str, line: int, file: str) -> Problem:
    word = text.split()[0]
    near = get_close_matches(word.upper(), sorted(KEYWORDS), n=1)
    message = msg("%(word)s is no instruction of a Containerfile.", word=word[:60])
    if near:
        message = msg(
            "%(word)s is no instruction of a Containerfile; is %(near)s meant?",
            word=word[:60],
            near=near[0],
        )
    return Problem("containerfile_instruction", message, Place(file, line, 1))


def _after_documents(
    lines: Sequence[str], index: int, text: str, line: int, file: str
) -> tuple[int, Problem | None]:
    """Where reading goes on behind the here-documents of an instruction."""
    for match in _HEREDOC.finditer(text):
        while index < len(lines):
            here = lines[index].lstrip("\t") if match[1] else lines[index]
            index += 1
            if here == match[3]:
                break
        else:
            message = msg("What opens here with %(opened)s is never closed. Close it.")
            opened = message.about(opened=f"<<{match[3]}")
            return index, Problem("cut_off", opened, Place(file, line, 1))
    return index, None


def _unquoted(text: str) -> str:
    if len(text) >= 2 and text[0] == text[-1] and text[0] in "\"'":
        return text[1:-1]
    return text

"""The recipes of a Makefile as the shell text that make would run, line by line where it stood.

Variables of make are put in as make does it, as text; those it does not set become variables of the
shell, which are asked about. Functions other than ``shell`` stay: what they come to is asked, too.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

_RULE = re.compile(r"^(?![\t #])([^\n:=#]+?)\s*::?(?![=:])([^\n=]*)$")
_SET = re.compile(
    r"^(?:export\s+|override\s+|private\s+)*([A-Za-z_.][\w.-]*)\s*(\?|\+|:{1,3}|!)?=[ \t]*(.*)$",
    re.DOTALL,
)
_CONDITION = re.compile(r"^ *(ifeq|ifneq|ifdef|ifndef|else|endif)\b")
_REFERENCE = re.compile(r"\$(?:\$|([@<^*])|\(([\w.-]+)\)|\{([\w.-]+)\}|\(shell\s|([A-Za-z_]))")
_RECIPES = re.compile(
    r"^(?![\t #])[^\n:=#]+:(?!=)[^\n=]*\n(?:[ \t]*(?:#[^\n]*)?\n)*\t[ \t]*\S", re.MULTILINE
)
_MOST_DEPTH = 8
_MOST_TEXT = 1024 * 1024
_OWN = {"MAKE": "make", "CURDIR": "$PWD", "PWD": "$PWD"}


def is_makefile(text: str) -> bool:
    """Whether a text has rules with recipes, and is not a script that says so of itself."""
    first = text.partition("\n")[0]
    if first.startswith("#!") and "make" not in first:
        return False
    return bool(_RECIPES.search(text))


def as_shell(text: str, given: Collection[str]) -> str:
    """A Makefile as shell text of as many lines. Variables in ``given`` stay for their values."""
    lines = text.split("\n")
    make = _Make(frozenset(given))
    make.gather(lines)
    return "\n".join(make.shell(lines))


@dataclass(slots=True)
class _Make:
    given: frozenset[str]
    values: dict[str, str] = field(default_factory=dict)
    written: int = 0

    def gather(self, lines: list[str]) -> None:
        """All variables, since make reads the whole file before it runs a recipe."""
        for index, line in enumerate(lines):
            continues = index > 0 and lines[index - 1].endswith("\\")
            if continues or line.startswith("\t"):
                continue
            match = _SET.match(_whole(lines, index))
            if match is None or match[1] in self.given:
                continue
            name, kind, value = match[1], match[2], match[3].partition(" #")[0].strip()
            if kind == "+":
                value = f"{self.values.get(name, '')} {value}".strip()
            if kind != "?" or name not in self.values:
                self.values[name] = value

    def shell(self, lines: list[str]) -> list[str]:
        made: list[str] = []
        automatic: Mapping[str, str] = {}
        continues = False
        for index, line in enumerate(lines):
            is_recipe = line.startswith("\t")
            if continues:
                made.append(self._put_in(line, automatic) if made[-1].endswith("\\") else "")
            elif is_recipe:
                marks = re.match(r"[\t ]*[@+-]*", line)
                start = marks.end() if marks else 0
                made.append(" " * start + self._put_in(line[start:], automatic))
            else:
                rule = _RULE.match(line)
                if rule and not _SET.match(line):
                    before = rule[2].split("#")[0].split()
                    automatic = {
                        "@": rule[1].split()[0],
                        "<": " ".join(before[:1]),
                        "^": " ".join(before),
                    }
                made.append(_plain(line, _whole(lines, index), self.given))
            continues = line.endswith("\\")
        return made

    def _put_in(self, text: str, automatic: Mapping[str, str], depth: int = 0) -> str:
        def value(match: re.Match[str]) -> str:
            if match[0] == "$$":
                return "$"
            if match[0].startswith("$(shell"):
                return "$("
            if match[1]:
                return automatic.get(match[1], match[0])
            name = match[2] or match[3] or match[4]
            if name in self.values and depth < _MOST_DEPTH and self.written < _MOST_TEXT:
                self.written += len(self.values[name]) + 1
                return self._put_in(self.values[name], automatic, depth + 1)
            return _OWN.get(name) or "${" + _name(name) + "}"

        return _REFERENCE.sub(value, text)


def _whole(lines: list[str], index: int) -> str:
    """A line with those that continue it."""
    parts = [lines[index]]
    while parts[-1].endswith("\\") and index + 1 < len(lines):
        parts[-1] = parts[-1][:-1]
        index += 1
        parts.append(lines[index].strip())
    return " ".join(parts)


def _name(name: str) -> str:
    """A name as the shell takes it; make allows dots and dashes."""
    return re.sub(r"\W", "_", name)


def _plain(line: str, whole: str, given: Collection[str]) -> str:
    """What is not a recipe, as a command that says as much of it: it is accounted for, not run."""
    stripped = line.strip()
    if not stripped or stripped.startswith("#"):
        return ""
    match = _SET.match(whole)
    if match is not None and match[1] not in given:
        return f"{_name(match[1])}={shlex.quote(match[3].strip())}"
    condition = _CONDITION.match(line)
    if condition is not None:
        return {"else": "else", "endif": "fi"}.get(condition[1], "if")
    return ":" if match is not None or _RULE.match(line) else shlex.quote(stripped.split()[0])

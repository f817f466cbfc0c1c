"""Specifiers of unit files: what ``%n`` and its kin stand for.

What follows from the unit's name is known. What depends on the machine, its user or its manager is
not: whoever reads a unit is told which, and decides what stands for it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from migrations_app.domain.messages import Message, msg

_SPECIFIER = re.compile(r"%(.)", re.DOTALL)
_ESCAPED = re.compile(r"\\x([0-9a-fA-F]{2})")

OF_THE_MACHINE: Mapping[str, tuple[Message, str]] = {
    "a": (msg("the architecture"), "x86-64"),
    "A": (msg("the version of the system's image"), ""),
    "b": (msg("the boot ID"), ""),
    "B": (msg("the build ID of the system"), ""),
    "C": (msg("the folder for caches"), "/var/cache"),
    "d": (msg("the folder of the unit's credentials"), ""),
    "D": (msg("the folder for shared data"), "/usr/share"),
    "E": (msg("the folder for configuration"), "/etc"),
    "g": (msg("the group of the user"), "root"),
    "G": (msg("the number of the user's group"), "0"),
    "h": (msg("the home folder of the user"), "/root"),
    "H": (msg("the name of the host"), "localhost"),
    "l": (msg("the short name of the host"), "localhost"),
    "L": (msg("the folder for logs"), "/var/log"),
    "m": (msg("the machine ID"), ""),
    "M": (msg("the system's image"), ""),
    "o": (msg("the name of the system"), ""),
    "q": (msg("the pretty name of the host"), "localhost"),
    "s": (msg("the shell of the user"), "/bin/sh"),
    "S": (msg("the folder for state"), "/var/lib"),
    "t": (msg("the folder for runtime files"), "/run"),
    "u": (msg("the name of the user"), "root"),
    "U": (msg("the number of the user"), "0"),
    "v": (msg("the kernel release"), ""),
    "w": (msg("the version of the system"), ""),
    "W": (msg("the variant of the system"), ""),
    "y": (msg("the path of the unit's file"), ""),
    "Y": (msg("the folder of the unit's file"), ""),
}
"""Specifiers that the unit does not tell: what each is, and what it is for the system's manager."""


@dataclass(frozen=True, slots=True)
class UnitName:
    """The name of a unit taken apart: ``app-web@blue.service``. ``instance`` is None without @."""

    full: str
    prefix: str
    instance: str | None

    @classmethod
    def of(cls, full: str) -> UnitName:
        stem = full.rpartition(".")[0] or full
        prefix, at, instance = stem.partition("@")
        return cls(full, prefix, instance if at else None)

    @property
    def is_template(self) -> bool:
        """Whether it names no instance yet: ``app@.service``."""
        return self.instance == ""

    def specifiers(self) -> dict[str, str]:
        """What the name alone tells."""
        instance = self.instance or ""
        last = self.prefix.rpartition("-")[2]
        return {
            "n": self.full,
            "N": self.full.rpartition(".")[0] or self.full,
            "p": self.prefix,
            "P": unescaped(self.prefix),
            "i": instance,
            "I": unescaped(instance),
            "j": last,
            "J": unescaped(last),
            "f": "/" + unescaped(instance or self.prefix),
            "T": "/tmp",  # noqa: S108 - what systemd says
            "V": "/var/tmp",  # noqa: S108 - what systemd says
            "%": "%",
        }


@dataclass(frozen=True, slots=True)
class Expanded:
    """A text with its specifiers expanded. ``unknown`` are those that nobody could tell."""

    text: str
    unknown: tuple[str, ...] = ()


def expand(text: str, known: Mapping[str, str]) -> Expanded:
    """Put values for the specifiers of a text; an unknown one stays as it is written."""
    unknown: list[str] = []

    def value(match: re.Match[str]) -> str:
        letter = match[1]
        if letter in known:
            return known[letter]
        unknown.append(letter)
        return match[0]

    return Expanded(_SPECIFIER.sub(value, text), tuple(unknown))


def specifiers_in(text: str) -> tuple[str, ...]:
    """The letters of the specifiers of a text, in order."""
    return tuple(_SPECIFIER.findall(text))


def unescaped(name: str) -> str:
    """What a part of a unit's name stands for: ``a-b\\x2dc`` is ``a/b-c``."""
    return _ESCAPED.sub(lambda match: chr(int(match[1], 16)), name.replace("-", "/"))

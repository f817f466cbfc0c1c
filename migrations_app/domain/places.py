"""Where something stands: in a file that was read, in an object that was made, or in both."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

Path = tuple[str | int, ...]
"""Keys and list positions from the root of an object down to one of its fields."""


def pointer(path: Path) -> str:
    """The path as a JSON pointer (RFC 6901): ``("a", 0, "b/c")`` is ``/a/0/b~1c``."""
    return "".join([_pointed(step) for step in path])


@lru_cache(maxsize=16384)
def _pointed(step: str | int) -> str:
    return "/" + str(step).replace("~", "~0").replace("/", "~1")


def parse_pointer(text: str) -> Path:
    """The reverse of :func:`pointer`; digits become list positions."""
    steps = text.split("/")[1:]
    return tuple(
        int(step) if step.isdigit() else step.replace("~1", "/").replace("~0", "~")
        for step in steps
    )


@dataclass(frozen=True, slots=True)
class Place:
    """A spot a person can go to. Lines and columns count from 1; 0 means unknown."""

    file: str = ""
    line: int = 0
    column: int = 0
    object: str = ""
    path: str = ""

    def __str__(self) -> str:
        spot = ":".join(str(part) for part in (self.file, self.line, self.column) if part)
        named = self.object if self.object != self.file else ""
        return " ".join(part for part in (spot, named, self.path) if part)

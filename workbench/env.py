"""Typed readers of environment variables. A wrong value is a refusal to start, with the remedy.

Every reader registers what it reads in :data:`READ`, so that a test can hold the documentation
against the code.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")

READ: set[str] = set()

_TRUE = frozenset({"1", "true", "yes", "on"})
_FALSE = frozenset({"0", "false", "no", "off", ""})


class WrongSetting(SystemExit):
    """A setting that cannot be used; the process ends with EX_CONFIG (78)."""

    def __init__(self, name: str, problem: str, example: str) -> None:
        super().__init__(78)
        self.text = f"{name}: {problem} Example: {name}={example}"

    def __str__(self) -> str:
        return self.text


def env_text(name: str, default: str = "") -> str:
    """A text, stripped; empty counts as not set."""
    READ.add(name)
    return os.environ.get(name, "").strip() or default


def env_bool(name: str, *, default: bool = False) -> bool:
    """1/0, true/false, yes/no or on/off."""
    text = env_text(name).lower()
    if not text:
        return default
    if text in _TRUE:
        return True
    if text in _FALSE:
        return False
    raise WrongSetting(name, f"{text!r} is neither true nor false.", "true")


def env_int(name: str, default: int, *, low: int = 0, high: int = 2**31) -> int:
    """A whole number within bounds."""
    text = env_text(name)
    if not text:
        return default
    return _within(name, _convert(name, text, int, "a whole number", str(default)), low, high)


def _within(name: str, value: int, low: int, high: int) -> int:
    if not low <= value <= high:
        raise WrongSetting(name, f"{value} is not between {low} and {high}.", str(low))
    return value


def _convert(name: str, text: str, kind: Callable[[str], T], what: str, example: str) -> T:
    try:
        return kind(text)
    except ValueError:
        raise WrongSetting(name, f"{text!r} is not {what}.", example) from None


def env_list(name: str, default: tuple[str, ...] = ()) -> list[str]:
    """Items separated by commas."""
    text = env_text(name)
    return [item.strip() for item in text.split(",") if item.strip()] if text else list(default)


def env_secret(name: str, default: str = "") -> str:
    """A secret from ``NAME``, or from the file that ``NAME_FILE`` names (not both)."""
    READ.add(f"{name}_FILE")
    value, path = env_text(name), os.environ.get(f"{name}_FILE", "").strip()
    if value and path:
        raise WrongSetting(name, f"both {name} and {name}_FILE are set; keep one.", "…")
    if not path:
        return value or default
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise WrongSetting(
            f"{name}_FILE", f"{path} cannot be read ({error.strerror}).", "/run/secrets/name"
        ) from None

"""Typed readers of environment variables. A wrong value is a refusal to start, with the remedy.

Every variable that is read anywhere is described in docs/settings.md; a test holds the two against
each other.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Collection
from pathlib import Path
from typing import NoReturn
from urllib.parse import urlsplit

EX_CONFIG = 78

_TRUE = frozenset({"1", "true", "yes", "on"})
_FALSE = frozenset({"0", "false", "no", "off"})


def refuse(name: str, problem: str, example: str) -> NoReturn:
    """Say what is wrong with a setting and end the process.

    The text is printed here because the settings are read by programs of others too (uvicorn,
    Celery, Django's own commands), which would show a traceback or nothing.
    """
    print(f"{name}: {problem} Example: {name}={example}", file=sys.stderr)
    raise SystemExit(EX_CONFIG)


def env_text(name: str, default: str = "") -> str:
    """A text, stripped; empty counts as not set."""
    return os.environ.get(name, "").strip() or default


def env_bool(name: str, *, default: bool = False) -> bool:
    """1/0, true/false, yes/no or on/off."""
    text = env_text(name).lower()
    if not text:
        return default
    if text not in _TRUE | _FALSE:
        refuse(name, f"{text!r} is neither true nor false.", "true")
    return text in _TRUE


def env_int(name: str, default: int, *, low: int = 0, high: int = 2**31 - 1) -> int:
    """A whole number within bounds."""
    text = env_text(name)
    if not text:
        return default
    # int() would also take "1_000" and full-width digits.
    if not (text.removeprefix("-").isdecimal() and text.isascii()):
        refuse(name, f"{text!r} is not a whole number.", str(default))
    if not low <= int(text) <= high:
        refuse(name, f"{text} is not between {low} and {high}.", str(default))
    return int(text)


def env_choice(name: str, choices: Collection[str], default: str) -> str:
    """One of a few words, in the case they are listed in."""
    text = env_text(name, default)
    for choice in choices:
        if text.lower() == choice.lower():
            return choice
    refuse(name, f"{text!r} is none of {', '.join(choices)}.", default)


def env_list(name: str, default: tuple[str, ...] = ()) -> list[str]:
    """Items separated by commas."""
    text = env_text(name)
    return [item.strip() for item in text.split(",") if item.strip()] if text else list(default)


def env_secret(name: str, default: str = "") -> str:
    """A secret from ``NAME``, or from the file that ``NAME_FILE`` names (not both)."""
    value, path = env_text(name), env_text(f"{name}_FILE")
    if value and path:
        refuse(f"{name}_FILE", f"{name} is set as well; keep one of the two.", "/run/secrets/name")
    if not path:
        return value or default
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "not UTF-8 text"
        refuse(f"{name}_FILE", f"{path} cannot be read ({why}).", "/run/secrets/name")


def checked_url(name: str, url: str, schemes: Collection[str], example: str) -> str:
    """The URL as given, if its scheme is one of these. It may carry a password: never shown."""
    try:
        scheme = urlsplit(url).scheme
    except ValueError:
        scheme = ""
    if url and scheme not in schemes:
        problem = f"the URL begins with {scheme}:// and" if scheme else "this is not a URL; it"
        refuse(name, f"{problem} must begin with {', '.join(f'{s}://' for s in schemes)}.", example)
    return url

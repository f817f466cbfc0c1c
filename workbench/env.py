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

from migrations_app.domain.messages import Message, either, listed, msg
from workbench.language import say

EX_CONFIG = 78

_TRUE = frozenset({"1", "true", "yes", "on"})
_FALSE = frozenset({"0", "false", "no", "off"})


def refuse(name: str, problem: Message, example: str) -> NoReturn:
    """Say what is wrong with a setting and end the process.

    The text is printed here because the settings are read by programs of others too (uvicorn,
    Celery, Django's own commands), which would show a traceback or nothing.
    """
    sample = say(msg("Example: %(example)s", example=f"{name}={example}"))
    print(f"{name}: {say(problem)} {sample}", file=sys.stderr)
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
        refuse(name, msg("%(text)s is neither true nor false.", text=repr(text)), "true")
    return text in _TRUE


def env_int(name: str, default: int, *, low: int = 0, high: int = 2**31 - 1) -> int:
    """A whole number within bounds."""
    text = env_text(name)
    if not text:
        return default
    # int() would also take "1_000" and full-width digits.
    if not (text.removeprefix("-").isdecimal() and text.isascii()):
        refuse(name, msg("%(text)s is not a whole number.", text=repr(text)), str(default))
    if not low <= int(text) <= high:
        problem = msg(
            "%(text)s is not between %(low)s and %(high)s.", text=text, low=low, high=high
        )
        refuse(name, problem, str(default))
    return int(text)


def env_choice(name: str, choices: Collection[str], default: str) -> str:
    """One of a few words, in the case they are listed in."""
    text = env_text(name, default)
    for choice in choices:
        if text.lower() == choice.lower():
            return choice
    problem = msg("%(text)s is none of %(choices)s.", text=repr(text), choices=listed(choices))
    refuse(name, problem, default)


def env_list(name: str, default: tuple[str, ...] = ()) -> list[str]:
    """Items separated by commas."""
    text = env_text(name)
    return [item.strip() for item in text.split(",") if item.strip()] if text else list(default)


def env_secret(name: str, default: str = "") -> str:
    """A secret from ``NAME``, or from the file that ``NAME_FILE`` names (not both)."""
    value, path = env_text(name), env_text(f"{name}_FILE")
    if value and path:
        problem = msg("%(name)s is set as well; keep one of the two.", name=name)
        refuse(f"{name}_FILE", problem, "/run/secrets/name")
    if not path:
        return value or default
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or msg("not UTF-8 text")
        problem = msg("%(path)s cannot be read (%(why)s).", path=path, why=why)
        refuse(f"{name}_FILE", problem, "/run/secrets/name")


def checked_url(name: str, url: str, schemes: Collection[str], example: str) -> str:
    """The URL as given, if its scheme is one of these. It may carry a password: never shown."""
    try:
        scheme = urlsplit(url).scheme
    except ValueError:
        scheme = ""
    if url and scheme not in schemes:
        wanted = either(f"{one}://" for one in schemes)
        problem = (
            msg(
                "the URL begins with %(scheme)s:// and must begin with %(wanted)s.",
                scheme=scheme,
                wanted=wanted,
            )
            if scheme
            else msg("this is not a URL; it must begin with %(wanted)s.", wanted=wanted)
        )
        refuse(name, problem, example)
    return url

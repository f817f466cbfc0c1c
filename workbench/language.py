"""The language of the command line: ``WORKBENCH_LANGUAGE``, else that of the terminal.

Sentences about what a command did or could not do are in that language. Manifests, ``report.json``
and the reports for machines are the same in every language, and so are options and their help.
This works without Django: ``render`` and ``check`` never load it.
"""

from __future__ import annotations

import gettext
import os
from functools import cache
from pathlib import Path

from migrations_app.domain.messages import Catalogue, Message

LOCALE = Path(__file__).resolve().parent.parent / "locale"
LANGUAGES = ("en", "ja")
AUTO = "auto"


def language() -> str:
    """The language that was asked for; English where none of ours was."""
    asked = os.environ.get("WORKBENCH_LANGUAGE", "").strip().lower()
    if asked in LANGUAGES:
        return asked
    names = (os.environ.get(name) for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
    terminal = next((name for name in names if name), "")
    return next((known for known in LANGUAGES if terminal.startswith(known)), "en")


def say(message: Message) -> str:
    """The sentence in the language of the command line."""
    return message.said_with(_catalogue(language()))


@cache
def _catalogue(name: str) -> Catalogue:
    return gettext.translation("django", LOCALE, [name], fallback=True)

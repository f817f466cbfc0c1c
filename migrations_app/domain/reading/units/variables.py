"""Variables in the words of a command line of systemd: ``$NAME``, ``${NAME}``, ``$$``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from migrations_app.domain.secrets import looks_secret

_BRACED = re.compile(r"\$(?:\$|\{([A-Za-z_][A-Za-z0-9_]*)\})")
_WHOLE = re.compile(r"\$([A-Za-z_][A-Za-z0-9_]*)")


@dataclass(frozen=True, slots=True)
class Substituted:
    """What became of a word: none, one or more words, and the variables without a value.

    ``secret``: the value of a variable that is called so was put in.
    """

    words: tuple[str, ...]
    unset: tuple[str, ...] = ()
    secret: bool = False


def substitute(word: str, values: Mapping[str, str]) -> Substituted:
    """The words that systemd makes of one word of a command line.

    ``$NAME`` as a whole word is split at spaces; ``${NAME}`` stays inside its word; ``$$`` is a
    dollar sign; any other dollar sign stays. A variable without a value is empty.
    """
    whole = _WHOLE.fullmatch(word)
    if whole:
        name = whole[1]
        text = values.get(name, "")
        unset = () if name in values else (name,)
        return Substituted(tuple(text.split()), unset, looks_secret(name, text))
    unset_names: list[str] = []

    def value(match: re.Match[str]) -> str:
        name = match[1]
        if name is None:
            return "$"
        if name not in values:
            unset_names.append(name)
        return values.get(name, "")

    names = [match[1] for match in _BRACED.finditer(word) if match[1]]
    secret = any(looks_secret(name, values.get(name, "")) for name in names)
    return Substituted((_BRACED.sub(value, word),), tuple(unset_names), secret)


def read_environment(text: str) -> dict[str, str]:
    """The variables of a file of systemd's ``EnvironmentFile=``: ``NAME=value`` lines.

    Nothing is put in for variables; quotes around a value are taken off, and a backslash at the
    end of a line continues it.
    """
    found: dict[str, str] = {}
    for raw in text.replace("\\\n", "").splitlines():
        line = raw.strip()
        name, equals, value = line.partition("=")
        if equals and line[0] not in "#;" and name.strip():
            value = value.strip()
            if len(value) >= 2 and value[0] == value[-1] and value[0] in "'\"":
                value = value[1:-1]
            found[name.strip()] = value
    return found

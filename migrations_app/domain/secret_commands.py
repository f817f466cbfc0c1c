"""Secret words inside one command line: what is set before it, its options, its headers.

``sh -c "PGPASSWORD=… psql --password …"`` stands in one argument, one probe or one line, and so
does ``["serve", "--password", "…"]``: the word before tells that the next one is secret.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from migrations_app.domain.secret_text import BY_FORM, with_markers
from migrations_app.domain.secrets import looks_secret

_VALUE = r"""(?P<value>"[^"]*"|'[^']*'|[^\s"'`;&|()<>]+)"""
_QUOTED = r"""(?=(?P<quoted>"[^"]*"|'[^']*'))"""
"""Looked at, not passed over: within quotes a command may stand (``-c "x --password …"``)."""
_ASSIGNED = re.compile(
    r"(?<![\w.\-$])(?P<name>[A-Za-z_][\w.\-]*)="
    rf"""(?:{_QUOTED}|(?P<value>(?:(?!,[\w.\-]+=)[^\s"'`;&|()<>])+))"""
)
_OPTION = re.compile(
    r"(?<![\w\-])--?(?P<name>[A-Za-z][\w.\-]*)(?:=|(?:[\"']?[ \t]*,[ \t]*|[ \t]+)(?![\"']?-))"
    rf"""(?:{_QUOTED}|(?P<value>[^\s"'`;&|()<>]+))"""
)
_HEADER = re.compile(
    r"\b(?:proxy-)?authorization[\"']?(?:[ \t]*:[ \t]*(?:(?:bearer|basic|token)[ \t]+)?|"
    r"[ \t]+[\"']?(?:bearer|basic)[ \t]+)(?P<value>[^\s\"']+)",
    re.IGNORECASE,
)
_BEARER = re.compile(
    r"(?:^|[\"'])(?:bearer|basic)[ \t]+(?P<value>(?=[^\s\"']*\d)[^\s\"']{12,})(?=[\"']|$)",
    re.IGNORECASE,
)
_LOGIN = re.compile(r"(?<![\w\-])(?:-u|--user)(?:[ \t]*|=)[\"']?[^\s:\"'/]+:(?P<value>[^\s\"']+)")
_WITH_LOGIN = re.compile(r"\bcurl\b")
_REGISTRY_LOGIN = re.compile(r"(?<![\w\-])-p(?:[ \t]+|=)?(?!assword)" + _VALUE)
_WITH_REGISTRY = re.compile(r"\b(?:podman|docker|buildah|skopeo)[ \t]+login\b")
_PRINTED = re.compile(
    r"\b(?:echo|printf)(?:[ \t]+-\w+)*(?:[ \t]+[\"']?%[^\s\"']*[\"']?)?[ \t]+" + _VALUE
)
_HERE_STRING = re.compile(r"<<<[ \t]*" + _VALUE)
_WITH_PASSWORD_TOOL = re.compile(r"\bsshpass\b")
_WITH_CREATION = re.compile(r"\b(?:podman|docker)[ \t]+(?:secret[ \t]+create|login)\b")
_MYSQL = re.compile(r"\b(?:mysql|mariadb)(?:-?(?:admin|dump|check|import|show))?\b")
_MYSQL_LOGIN = re.compile(rf"(?<![\w\-])-p{_VALUE}")
_REDIS = re.compile(r"\b(?:redis|valkey)-cli\b")
_REDIS_LOGIN = re.compile(rf"(?<![\w\-])-a(?:[\"']?[ \t]*,[ \t]*[\"']?|[ \t]+){_VALUE}")
_BY_COMMAND = (
    (None, _HEADER),
    (None, _BEARER),
    *((None, form) for form in BY_FORM),
    (_WITH_LOGIN, _LOGIN),
    (_WITH_REGISTRY, _REGISTRY_LOGIN),
    (_WITH_PASSWORD_TOOL, _REGISTRY_LOGIN),
    (_MYSQL, _MYSQL_LOGIN),
    (_REDIS, _REDIS_LOGIN),
    (_WITH_CREATION, _PRINTED),
    (_WITH_CREATION, _HERE_STRING),
)
"""What is secret by its place alone, each with the command that makes it so."""
_HEADERS = frozenset({"authorization", "proxy-authorization", "cookie"})
_NAMES_ONLY = frozenset({"secret", "Secret", "tls-verify"})
"""Options, and keys of units, whose word is the name of something secret, not the secret."""


ALWAYS = frozenset({"creds", "decryption-key"})
"""Options whose word is a name, or a file, with its password."""


def is_login_word(tool: str, before: str, word: str) -> bool:
    """Whether an argument of a client is its password by its place: ``-pX``, ``-a X``."""
    if word.startswith(("$", "-p$")):
        return False
    if _MYSQL.fullmatch(tool):
        return word.startswith("-p") and len(word) > len("-p")
    return bool(_REDIS.fullmatch(tool)) and before == "-a" and not word.startswith("-")


def is_secret_header(name: str, value: str) -> bool:
    """Whether a header of a request carries what lets its sender in."""
    return bool(value) and (name.lower() in _HEADERS or looks_secret(name, value))


def value_with_markers(text: str, marker: str) -> str:
    """The same for the value of a setting, which may be JSON, options or a connection string."""
    return command_with_markers(with_markers(text, marker), marker)


def holds_secrets(value: str) -> bool:
    """Whether a part of a value on one line is secret, by whatever name the whole goes."""
    return "\n" not in value and value_with_markers(value, "") != value


def command_with_markers(text: str, marker: str) -> str:
    """The command with a marker in place of every secret word; itself without any."""
    parts: list[str] = []
    at = 0
    for start, end in sorted(_spans(text)):
        if start >= at:
            parts += [text[at:start], marker]
            at = end
    return "".join([*parts, text[at:]]) if parts else text


def _spans(text: str) -> Iterator[tuple[int, int]]:
    for pattern in (_ASSIGNED, _OPTION):
        for match in pattern.finditer(text):
            quoted = match["quoted"] is not None
            value = match["quoted"][1:-1] if quoted else match["value"]
            if match["name"] in _NAMES_ONLY:
                continue
            if match["name"] in ALWAYS or looks_secret(match["name"], value):
                start, end = match.span("quoted" if quoted else "value")
                yield (start + 1, end - 1) if quoted else (start, end)
    for needed, pattern in _BY_COMMAND:
        if needed is None or needed.search(text):
            for match in pattern.finditer(text):
                if not match["value"].strip("\"'").startswith(("$", "{")):
                    yield match.span("value")

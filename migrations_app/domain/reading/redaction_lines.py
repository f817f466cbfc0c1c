"""The text of units, scripts, Containerfiles and env files as it may be shown.

These are words on lines and no YAML. A word is hidden where its name says that it is secret
(``NAME=value``, ``--name value``, ``ENV NAME value``), or where it is a key or an address with a
password by itself. Lines keep their numbers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from migrations_app.domain.bundle import SourceKind
from migrations_app.domain.manifests.secret_markers import MARKER
from migrations_app.domain.secret_commands import ALWAYS, command_with_markers
from migrations_app.domain.secrets import looks_secret

LINE_KINDS = frozenset(
    {
        SourceKind.QUADLET,
        SourceKind.SYSTEMD,
        SourceKind.RUN_LINES,
        SourceKind.CONTAINERFILE,
        SourceKind.ENV_FILE,
    }
)
_UNITS = frozenset({SourceKind.QUADLET, SourceKind.SYSTEMD})

_PRIVATE_KEY = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*-----|\Z)", re.S
)
_UNIT_KEY = re.compile(r"^[ \t]*[A-Za-z][\w\-]*[ \t]*=", re.M)
_VARIABLE = re.compile(
    r"^(?P<before>[ \t]*(?:export[ \t]+)?(?P<name>[A-Za-z_][\w.]*)[ \t]*=[ \t]*)(?P<value>.*)$",
    re.M,
)
_SET = re.compile(
    r"^(?P<before>[ \t]*(?:(?:export|local|readonly)[ \t]+)?(?P<name>[A-Za-z_]\w*)=)"
    r"""(?P<value>"[^"\n$`]+"|'[^'\n]+'|[^\s"'$`;&|()]+)(?=[ \t]*(?:;|$|\#))""",
    re.M,
)
"""A variable that is set on a line of its own, and to what the line says."""
_PUT_IN = re.compile(
    r"""\b(?P<name>[A-Za-z_]\w*)=["']?\$\{?(?P<other>[A-Za-z_]\w*)\}?["']?(?=\s|$)"""
)
_INSTRUCTION = re.compile(
    r"^(?P<before>[ \t]*(?:ENV|ARG)[ \t]+(?P<name>[A-Za-z_]\w*)[ \t]+)(?P<value>[^=\s].*)$",
    re.M | re.I,
)
_WORD = re.compile(
    r"""\\\r?\n|\n|(?:"(?:\\.|[^"\\])*"|'[^']*'|\\[^\n]|[^\s"'\\]|["'\\](?!\n))+""", re.S
)
_ASSIGNED = re.compile(
    r"""(?P<before>["']?-{0,2}(?:env=|label=|annotation=)?["']?(?P<name>[A-Za-z_][\w.\-]*)=)"""
    r"""(?P<value>.+)""",
    re.S,
)
_OPTION = re.compile(r"--?[A-Za-z][\w\-]*")
_NAMES_ONLY = frozenset({"secret", "authfile", "tls-verify"})
"""Options whose word is the name of something secret, not the secret."""
_ALWAYS = frozenset({*ALWAYS, "decryptionkey"})
"""Options, and keys of units, whose word is a name with its password."""
_GIVEN_HERE = re.compile(
    r"(?P<before>\b(?:podman|docker)[ \t]+(?:secret[ \t]+create|login)\b[^\n]*"
    r"<<-?[ \t]*[\"']?(?P<end>\w+)[\"']?[^\n]*\n)(?P<value>.*?)(?=^[ \t]*(?P=end)[ \t]*$|\Z)",
    re.S | re.M,
)
"""A here-document that is a secret, or the password of a login."""
_LONG = 12
"""A secret of this length is hidden wherever else it stands in the text."""


def redact_lines(text: str, kind: SourceKind, names: frozenset[str] = frozenset()) -> str:
    """The text with a marker in place of every secret word, and of the values of ``names``."""
    secrets: set[str] = set()
    names = names | _put_into_secrets(text)
    text = _PRIVATE_KEY.sub(lambda match: MARKER + "\n" * match[0].count("\n"), text)
    if kind is SourceKind.ENV_FILE:
        text = _VARIABLE.sub(lambda match: _variable(match, secrets, names), text)
    elif kind is SourceKind.CONTAINERFILE:
        text = _INSTRUCTION.sub(lambda match: _variable(match, secrets), text)
    elif kind is SourceKind.RUN_LINES:
        text = _SET.sub(lambda match: _named(match, secrets, names), text)
        text = _GIVEN_HERE.sub(_hidden_document, text)
    text = "".join(_words(text, kind, secrets))
    text = "\n".join(command_with_markers(line, MARKER) for line in text.split("\n"))
    for secret in sorted(secrets, key=len, reverse=True):
        if len(secret) >= _LONG:
            text = text.replace(secret, MARKER)
    return text


def _hidden_document(match: re.Match[str]) -> str:
    """As many lines as the document has, so that those after it keep their numbers."""
    lines = match["value"].count("\n")
    return match["before"] + (MARKER + "\n" * lines if match["value"] else "")


def _put_into_secrets(text: str) -> frozenset[str]:
    """Variables whose value a variable gets that is called secret: ``-e API_TOKEN=$TOK``."""
    found = (match for match in _PUT_IN.finditer(text) if looks_secret(match["name"], "x-y-z"))
    return frozenset(match["other"] for match in found)


def _variable(match: re.Match[str], secrets: set[str], names: frozenset[str] = frozenset()) -> str:
    value = match["value"].strip().strip("\"'")
    if not looks_secret(match["name"], value):
        return _named(match, secrets, names)
    secrets.add(value)
    return match["before"] + MARKER


def _named(match: re.Match[str], secrets: set[str], names: frozenset[str]) -> str:
    value = match["value"].strip().strip("\"'")
    if match["name"] not in names or not looks_secret("password", value):
        return match[0]
    secrets.add(value)
    return match["before"] + MARKER


def _words(text: str, kind: SourceKind, secrets: set[str]) -> Iterator[str]:
    """The text in pieces. ``before`` is the word before on the same (continued) line."""
    keys = {match.start(): match.end() for match in _UNIT_KEY.finditer(text)}
    at, before, line_start = 0, "", 0
    while at < len(text):
        if kind in _UNITS and at == line_start and at in keys:
            yield text[at : keys[at]]
            name = text[at : keys[at]].strip(" \t=").lower()
            at, before = keys[at], f"--{name}" if name in _ALWAYS else ""
            continue
        match = _WORD.search(text, at)
        if match is None:
            break
        word = match[0]
        yield text[at : match.start()]
        at = match.end()
        if word == "\n":
            before, line_start = "", at
            yield word
        elif word.startswith("\\") and word.endswith("\n"):
            yield word
        else:
            yield _shown(word, before, secrets)
            before = word
    yield text[at:]


def _shown(word: str, before: str, secrets: set[str]) -> str:
    bare = word.strip("\"'")
    assigned = _ASSIGNED.fullmatch(word)
    if assigned:
        value = assigned["value"].strip("\"'")
        names = (assigned["name"], assigned["name"][1:] if word.startswith("-e") else "")
        if names[0] in _ALWAYS or any(name and looks_secret(name, value) for name in names):
            return _hide(word, assigned["before"], value, secrets)
        if not looks_secret("", value):
            return command_with_markers(word, MARKER)
        return _hide(word, assigned["before"], value, secrets)
    if looks_secret("", bare):
        return _hide(word, "", bare, secrets)
    option = before.lstrip("-") if _OPTION.fullmatch(before) else ""
    if option and option not in _NAMES_ONLY and not bare.startswith("-"):
        if option in _ALWAYS or looks_secret(option, bare):
            return _hide(word, "", bare, secrets)
    return command_with_markers(word, MARKER)


def _hide(word: str, before: str, value: str, secrets: set[str]) -> str:
    """The word with a marker for its value, within the quotes it stands in."""
    secrets.add(value)
    quoted = word[0] in "\"'" and word[-1] == word[0]
    if before and quoted:
        return before + MARKER + word[-1]
    return before + MARKER

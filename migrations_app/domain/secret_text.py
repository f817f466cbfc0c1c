"""Secret words inside a longer text: a configuration file, a script, a template.

Line by line, whatever the format: ``password = …`` of INI files and properties, ``KEY=value`` of
env files, ``key: value`` of YAML and JSON, ``<password>…</password>``, and by themselves addresses
with a password, private keys and tokens. What names a variable or calls a function is no value.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from migrations_app.domain.secrets import secret_reason, tokens, url_password_spans

_PRIVATE_KEY = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)", re.S
)
_SETTING = re.compile(
    r"""(?P<before>(?:^|[{,])[ \t]*(?:-[ \t]+)?(?:export[ \t]+|set[ \t]+|ENV[ \t]+)?"""
    r"""(?P<quote>["']?)(?P<name>[A-Za-z_][\w.\-]*)(?P=quote)[ \t]*(?::=|:-|=>|[=:])[ \t]*)"""
    r"""(?P<value>"(?:\\.|[^"\\])*+"|'[^']*+'|"""
    r"""(?>[^\s"'{}\[\],#;][^\s{}\[\],;]*(?:[ \t]+[^\s{}\[\],#;][^\s{}\[\],;]*)*))"""
    r"""(?=[ \t]*(?:$|[,;}\]]|[ \t]#))"""
)
_BLOCK = re.compile(
    r"^(?P<indent>[ \t]*)(?:-[ \t]+)?[\"']?(?P<name>[A-Za-z_][\w.\-]*)[\"']?[ \t]*:[ \t]*[|>][-+]?$"
)
_ELEMENT = re.compile(r"<(?P<name>[A-Za-z_][\w.\-]*)>(?P<value>[^<>]+)</(?P=name)>")
_KNOWN_WORDS = {"requirepass": "password", "masterauth": "password"}
_WORDS = re.compile(
    r"(?:^|[ \t])(?P<name>requirepass|masterauth|--?[A-Za-z][\w\-]*)[ \t]+(?P<value>[^\s\"'-]\S*)"
)
BY_FORM = (
    re.compile(r"\bmachine[ \t]+\S+[ \t]+login[ \t]+\S+[ \t]+password[ \t]+(?P<value>[^\s\"']+)"),
    re.compile(r"""\\?["']auth\\?["'][ \t]*:[ \t]*\\?["'](?P<value>[A-Za-z0-9+/=]{8,})"""),
    re.compile(
        r"^[\w.\-*]+:(?:\d{2,5}|\*):[^:\s/]+:[^:\s/]+:(?P<value>[^:\s/]+)$",
    ),
)
"""What tells by its form alone: ``.netrc``, the logins of registries, ``.pgpass``."""
_COMMENT = re.compile(r"[ \t]*(?:#|;|//|--[ \t])")
_CODE = re.compile(r"[(){}\[\]<>|&`]|\$[A-Za-z_({]|%\(|@[A-Z_]+@")
_MOST_WORDS = 3


@dataclass(frozen=True, slots=True)
class SecretWord:
    """Where a secret stands in a text, on which line (from 1), and what it goes by."""

    start: int
    end: int
    line: int
    name: str

    def of(self, text: str) -> str:
        return text[self.start : self.end]


def secret_words(text: str) -> list[SecretWord]:
    """Every secret word of a text in order; none of them overlaps another."""
    found: list[SecretWord] = []
    if not _may_hold_any(text):
        return found
    for word in sorted(_all(text), key=lambda word: (word.start, -word.end)):
        if not found or word.start >= found[-1].end:
            found.append(word)
    return found


def with_markers(text: str, marker: str) -> str:
    """The text with a marker in place of every secret word; it keeps its lines."""
    parts: list[str] = []
    at = 0
    for word in secret_words(text):
        parts += [text[at : word.start], marker, "\n" * text.count("\n", word.start, word.end)]
        at = word.end
    return "".join([*parts, text[at:]]) if parts else text


def shown(name: str, value: str, marker: str) -> str:
    """What may be shown of a value: all of it, the text around its secrets, or the marker alone.

    A text of several lines is hidden as a whole only where its name says that all of it is secret.
    """
    reason = secret_reason(name, value)
    if reason and (reason == "name" or "\n" not in value.strip()):
        return marker
    inside = with_markers(value, marker)
    return marker if reason and inside == value and marker not in value else inside


_HINT = re.compile(
    r"pass|pwd|secret|token|key|credential|dsn|salt|jwt|bearer|auth|://|-----BEGIN|eyJ|"
    r"[A-Za-z0-9+/=_\-]{20}",
    re.IGNORECASE,
)


def _may_hold_any(text: str) -> bool:
    """Most texts hold none, and this is quick to see."""
    return _HINT.search(text) is not None


def _all(text: str) -> Iterator[SecretWord]:
    for match in _PRIVATE_KEY.finditer(text):
        line = text.count("\n", 0, match.start()) + 1
        yield SecretWord(match.start(), match.end(), line, "private key")
    start = 0
    block: tuple[int, str] | None = None
    for number, written in enumerate(text.split("\n"), start=1):
        body = written.rstrip("\r")
        for begin, end, name in _of_line(body):
            yield SecretWord(start + begin, start + end, number, name)
        indent = len(body) - len(body.lstrip())
        if block is not None and body.strip():
            if indent > block[0]:
                yield SecretWord(start + indent, start + len(body.rstrip()), number, block[1])
            else:
                block = None
        opened = _BLOCK.match(body)
        if opened is not None and secret_reason(opened["name"], "x-y-z") == "name":
            block = (len(opened["indent"]), opened["name"])
        start += len(written) + 1


def _of_line(line: str) -> Iterator[tuple[int, int, str]]:
    for begin, end in url_password_spans(line):
        yield begin, end, "address"
    for begin, end in tokens(line):
        yield begin, end, "token"
    if _COMMENT.match(line):
        return
    for form in BY_FORM:
        for match in form.finditer(line):
            if not _CODE.search(match["value"]):
                yield (*match.span("value"), "login")
    for pattern in (_SETTING, _ELEMENT, _WORDS):
        for match in pattern.finditer(line):
            value, begin, end = _unquoted(match)
            name = match["name"].lstrip("-")
            reason = secret_reason(_KNOWN_WORDS.get(name, name), value)
            if reason in ("name", "entropy") and _is_value(match["value"], value):
                yield begin, end, name


def _unquoted(match: re.Match[str]) -> tuple[str, int, int]:
    value, (begin, end) = match["value"], match.span("value")
    if value[:1] in "\"'" and len(value) > 1:
        return value[1:-1], begin + 1, end - 1
    plain = value.rstrip()
    return plain, begin, begin + len(plain)


def _is_value(written: str, value: str) -> bool:
    """Whether it is a value and no code, no reference and no sentence."""
    if written[:1] in "\"'":
        return not re.match(r"\$|\{\{|%\(", value)
    return not _CODE.search(value) and len(value.split()) <= _MOST_WORDS

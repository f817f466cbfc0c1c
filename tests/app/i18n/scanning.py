"""Finds text that people would read and that nobody could translate."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

ROOT = Path(__file__).parents[3]

TRANSLATED = re.compile(
    r"{%-?\s*(?:blocktranslate|blocktrans)\b.*?{%-?\s*end(?:blocktranslate|blocktrans)\s*%}", re.S
)
COMMENT = re.compile(r"{#.*?#}|{%\s*comment\b.*?{%\s*endcomment\s*%}", re.S)
TAG = re.compile(r"{%.*?%}|{{.*?}}", re.S)
WORD = re.compile(r"[^\W\d_]{2,}")

READ_OUT = frozenset({"alt", "aria-label", "aria-description", "placeholder", "title"})
NOT_READ = frozenset({"script", "style", "kbd", "code", "svg"})
NAMES = frozenset(
    {"Kakehashi", "架け橋", "Podman", "Kubernetes", "YAML", "JSON", "UTC", "Mi", "cgroup", "sha"}
)
"""Words that are the same in every language."""

FILE_NAME = re.compile(r"\w*\.(?:yaml|json)\b")


class _Texts(HTMLParser):
    """Collects what a page shows or reads out, with the line it stands in."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[int, str]] = []
        self._inside: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in NOT_READ:
            self._inside.append(tag)
        for name, value in attrs:
            if name in READ_OUT and value:
                self._note(value)

    def handle_endtag(self, tag: str) -> None:
        if self._inside and self._inside[-1] == tag:
            self._inside.pop()

    def handle_data(self, data: str) -> None:
        if not self._inside:
            self._note(data)

    def _note(self, text: str) -> None:
        if any(word not in NAMES for word in WORD.findall(FILE_NAME.sub("", text))):
            self.found.append((self.getpos()[0], " ".join(text.split())))


def texts_of_template(source: str) -> list[tuple[int, str]]:
    """Visible text that stands outside the translating tags, with its line."""
    for pattern in (COMMENT, TRANSLATED, TAG):
        source = pattern.sub(lambda match: "\n" * match.group().count("\n"), source)
    parser = _Texts()
    parser.feed(source)
    parser.close()
    return parser.found


SAYING = frozenset(
    {"msg", "msg_for", "counted", "_", "gettext", "gettext_lazy", "gettext_noop", "ngettext"}
    | {"ngettext_lazy", "pgettext", "pgettext_lazy", "npgettext", "say"}
)
SILENT = frozenset({"help_text", "description", "summary", "help"})
"""Keywords of the OpenAPI document and of the command line's help, which are in English."""

SENTENCE = re.compile(r"^[A-Z][^\n]*[a-z]{2,} [^\n]*[.?…]$|^[A-Z][a-z]+( [a-z]+){2,}$")


def sentences_of_code(source: str) -> Iterator[tuple[int, str]]:
    """Literals that read like sentences and go through none of the translating functions."""
    yield from _sentences(ast.parse(source))


def _sentences(node: ast.AST) -> Iterator[tuple[int, str]]:
    if isinstance(node, ast.Constant):
        if isinstance(node.value, str) and SENTENCE.match(node.value):
            yield node.lineno, node.value
        return
    if isinstance(node, ast.JoinedStr):
        text = "".join(
            part.value if isinstance(part, ast.Constant) else "X1" for part in node.values
        )
        if SENTENCE.match(text):
            yield node.lineno, text
        return
    if isinstance(node, ast.Call) and _name(node.func) in SAYING:
        return
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Expr) and isinstance(child.value, ast.Constant):
            continue  # a docstring
        if isinstance(child, ast.keyword) and child.arg in SILENT:
            continue
        if isinstance(child, ast.Assign) and getattr(child.targets[0], "id", "") in SILENT:
            continue
        yield from _sentences(child)


def _name(function: ast.expr) -> str:
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


def messages_of_code(source: str) -> Iterator[ast.Call]:
    """Every call that makes a message of the core."""
    if "domain.messages import" not in source:
        return  # functions of these names are others there
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and _name(node.func) in ("msg", "counted", "msg_for"):
            yield node


def python_files(*folders: str) -> list[Path]:
    return sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))

"""The text of a source as it may be shown: as it was written, but for secret values.

Values are replaced where they stand, so that lines keep their numbers. What counts as secret is
decided by :mod:`migrations_app.domain.secrets`, by everything in a Kubernetes Secret, and by
``KEY=VALUE`` words wherever they stand (environments, labels, commands).
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import yaml

from migrations_app.domain.bundle import SourceKind
from migrations_app.domain.manifests.secret_markers import MARKER
from migrations_app.domain.reading.redaction_lines import LINE_KINDS, redact_lines
from migrations_app.domain.secret_commands import ALWAYS, is_secret_header, value_with_markers
from migrations_app.domain.secret_text import secret_words, shown, with_markers
from migrations_app.domain.secrets import looks_secret, secret_reason

_ENCODED = base64.b64encode(MARKER.encode()).decode()
_ASSIGNMENT = re.compile(
    r"(?P<lead>-{0,2}(?:env=|label=)?)(?P<key>[A-Za-z_][\w.\-]*)=(?P<value>.+)", re.S
)
_SECRET_USE = re.compile(r"[\w.\-]+(?:,(?:type|target|mode|uid|gid)=[\w./\-]+)+")
"""``--secret NAME,type=env``: the name of a Podman secret, not its value."""
_OPTION = re.compile(r"--?[A-Za-z][\w\-]*")
_DEFAULT = re.compile(r"(\$\{(\w+):?[-+])([^{}$]+)(?=\})")
"""``${NAME:-default}`` of compose files; a marker in place of the default is one as well."""
_COMMANDS = frozenset({"command", "entrypoint", "test"})
"""Keys of compose files under which a whole command may stand in one text."""
_SECRET_SECTIONS = ("data", "stringData")
_CERTAIN = ("url", "key", "entropy")
_LONG = 12
"""A value that is secret in one place is hidden everywhere, if it is this long or surely a key."""


@dataclass(slots=True)
class _Scalar:
    """One scalar of the text, and what is to stand there instead (None: itself)."""

    event: Any
    key: str
    value: str
    instead: str | None = None


@dataclass(slots=True)
class _Collection:
    """A mapping or list that is being read. ``key`` None: a mapping waits for its next key."""

    is_mapping: bool
    path: tuple[str, ...]
    key: str | None = None
    scalars: dict[str, _Scalar] = field(default_factory=dict)
    before: str = ""


def redact(text: str, kind: SourceKind, names: frozenset[str] = frozenset()) -> str:
    """The text with a marker in place of every secret value.

    ``kind`` says how the text is to be read; of what is broken nothing can be shown and ``""``
    comes back. ``names`` are variables that are secret whatever they are called.
    """
    if kind in LINE_KINDS:
        return redact_lines(text, kind, names)
    try:
        scalars = _Walk().scalars(text)
    except yaml.YAMLError:
        return _redacted_json(text)
    _hide_repetitions(scalars)
    return _rewritten(text, scalars)


class _Walk:
    """Goes over the events of all documents and decides scalar by scalar."""

    def __init__(self) -> None:
        self.stack: list[_Collection] = []
        self.found: list[_Scalar] = []
        self.anchors: dict[str, _Scalar] = {}
        self.document: list[tuple[str, _Scalar]] = []
        self.kinds: set[str] = set()

    def scalars(self, text: str) -> list[_Scalar]:
        for event in yaml.parse(text, Loader=yaml.CSafeLoader):
            self._take(event)
        return self.found

    def _take(self, event: Any) -> None:
        if isinstance(event, yaml.MappingStartEvent):
            self._open(is_mapping=True)
        elif isinstance(event, yaml.SequenceStartEvent):
            self._open(is_mapping=False)
        elif isinstance(event, yaml.CollectionEndEvent):
            self._close()
        elif isinstance(event, yaml.ScalarEvent):
            self._scalar(event)
        elif isinstance(event, yaml.AliasEvent):
            self._alias(event)
        elif isinstance(event, yaml.DocumentEndEvent):
            self._end_document()

    def _open(self, *, is_mapping: bool) -> None:
        path: tuple[str, ...] = ()
        if self.stack:
            top = self.stack[-1]
            path = (*top.path, top.key or "") if top.is_mapping else top.path
            top.key = None
        self.stack.append(_Collection(is_mapping, path))

    def _close(self) -> None:
        """A mapping with ``name`` and ``value`` is a variable: the name decides about the value."""
        done = self.stack.pop()
        name, value = done.scalars.get("name"), done.scalars.get("value")
        if name is None or value is None:
            return
        if looks_secret(name.value, value.value) or is_secret_header(name.value, value.value):
            value.instead = MARKER

    def _scalar(self, event: Any) -> None:
        top = self.stack[-1] if self.stack else _Collection(is_mapping=False, path=())
        if top.is_mapping and top.key is None:
            top.key = event.value
            return
        scalar = _Scalar(event, top.key or "", event.value)
        self.found.append(scalar)
        if event.anchor:
            self.anchors[event.anchor] = scalar
        self._decide(scalar, top)

    def _alias(self, event: Any) -> None:
        top = self.stack[-1]
        if top.is_mapping and top.key is None:
            top.key = ""
            return
        known = self.anchors.get(event.anchor)
        if known is None:
            top.key = None
            return
        before = known.instead
        self._decide(known, top)
        known.instead = before if before is not None else known.instead

    def _decide(self, scalar: _Scalar, top: _Collection) -> None:
        key = top.key or "" if top.is_mapping else ""
        in_file = top.is_mapping and top.path[-1:] == ("data",)
        scalar.instead = _instead(key, scalar.value, top.before, in_file=in_file)
        if "content" in (key, *top.path[2:]) and top.path[:1] == ("secrets",) and scalar.value:
            scalar.instead = MARKER
        so_far = scalar.value if scalar.instead is None else scalar.instead
        without_defaults = _without_defaults(key, so_far)
        if without_defaults is not None:
            scalar.instead = without_defaults
        if top.is_mapping:
            top.scalars[key] = scalar
            if key == "kind" and not top.path:
                self.kinds.add(scalar.value)
            if key == "kind" and top.path[-1:] == ("items",):
                self.kinds.add(scalar.value)
            top.key = None
        top.before = scalar.value
        within = next((at for at in (*top.path, key) if at in _SECRET_SECTIONS), None)
        if within is not None:
            self.document.append((within, scalar))

    def _end_document(self) -> None:
        """Everything in the data of a document with a Secret is hidden: which one is not told."""
        if "Secret" in self.kinds:
            for section, scalar in self.document:
                scalar.instead = _ENCODED if section == "data" else MARKER
        self.document, self.kinds = [], set()


def _inside(key: str, value: str, *, in_file: bool) -> str:
    """A longer text, or one line of a file, keeps what stands around its secret words."""
    if in_file or "\n" in value.strip():
        return shown(key, value, MARKER)
    return MARKER if looks_secret(key, value) else value


def _instead(key: str, value: str, before: str, *, in_file: bool = False) -> str | None:
    """What is to stand in place of a value under a key (or behind another word of a list)."""
    if _SECRET_USE.fullmatch(value.removeprefix("--secret=")):
        return None
    match = _ASSIGNMENT.fullmatch(value)
    if match and "\n" not in value and looks_secret(match["key"], match["value"]):
        return f"{match['lead']}{match['key']}={MARKER}"
    inside = _inside(key, value, in_file=in_file)
    if inside != value:
        return inside
    option = before.lstrip("-") if _OPTION.fullmatch(before) else ""
    if match and looks_secret(match["key"], match["value"]):
        return f"{match['lead']}{match['key']}={MARKER}"
    if option and not value.startswith("-") and (option in ALWAYS or looks_secret(option, value)):
        return MARKER
    if key in _COMMANDS:
        shown = redact_lines(value, SourceKind.RUN_LINES)
        return None if shown == value else shown
    if key.endswith("last-applied-configuration"):
        return _redacted_json(value) or MARKER
    hidden = value if "\n" in value else value_with_markers(value, MARKER)
    return None if hidden == value else hidden


def _without_defaults(key: str, value: str) -> str | None:
    """The value with a marker for defaults of variables that look secret, None without any."""
    if "${" not in value:
        return None
    assigned = _ASSIGNMENT.fullmatch(value)
    names = (key, assigned["key"] if assigned else "")

    def hidden(match: re.Match[str]) -> str:
        secret = any(looks_secret(name, match[3]) for name in (match[2], *names) if name)
        return match[1] + (MARKER if secret else match[3])

    shown = _DEFAULT.sub(hidden, value)
    return None if shown == value else shown


def _hide_repetitions(scalars: Iterable[_Scalar]) -> None:
    """A password that stands under an innocent name once more is the same password."""
    every = list(scalars)
    secret = {
        item.value
        for item in every
        if item.instead in (MARKER, _ENCODED)
        and (len(item.value) >= _LONG or secret_reason(item.key, item.value) in _CERTAIN)
    }
    secret |= {
        word.of(item.value)
        for item in every
        if item.instead not in (None, MARKER, _ENCODED)
        for word in secret_words(item.value)
        if word.end - word.start >= _LONG
    }
    for item in every:
        if item.instead is None and item.value in secret:
            item.instead = MARKER


def _rewritten(text: str, scalars: Iterable[_Scalar]) -> str:
    parts: list[str] = []
    at = 0
    for item in scalars:
        if item.instead is None:
            continue
        start, end = item.event.start_mark.index, item.event.end_mark.index
        written = text[start:end]
        if item.event.style == "|" and item.instead == with_markers(item.value, MARKER):
            parts += [text[at:start], with_markers(written, MARKER)]
            at = end
            continue
        lines = text.count("\n", start, end)
        anchor = f"&{item.event.anchor} " if item.event.anchor else ""
        parts += [
            text[at:start],
            anchor,
            json.dumps(item.instead, ensure_ascii=False),
            "\n" * lines,
        ]
        at = end
    return "".join([*parts, text[at:]])


def _redacted_json(text: str) -> str:
    """JSON that a YAML reader cannot take (surrogate escapes), written anew without its secrets."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return ""
    return json.dumps(_hidden(value, "", secret=False), indent=1) + "\n"


def _hidden(value: Any, key: str, *, secret: bool) -> Any:
    if isinstance(value, dict):
        is_secret = value.get("kind") == "Secret"
        named = str(value.get("name", "")) if "value" in value else ""
        return {
            name: _hidden(
                item,
                named if name == "value" and named else str(name),
                secret=secret or (is_secret and name in _SECRET_SECTIONS),
            )
            for name, item in value.items()
        }
    if isinstance(value, list):
        words = [str(item) if isinstance(item, str) else "" for item in value]
        return [
            (_instead("", item, before) or item)
            if isinstance(item, str) and not secret
            else _hidden(item, key, secret=secret)
            for item, before in zip(value, ["", *words], strict=False)
        ]
    if isinstance(value, str):
        return MARKER if secret else (_instead(key, value, "") or value)
    return value

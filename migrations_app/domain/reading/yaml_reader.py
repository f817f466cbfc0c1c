"""YAML as Kubernetes reads it: values and their places, in one guarded pass.

libyaml's event stream is walked without recursion. Every bound is checked before a value is
built, so no file can exhaust the stack, the memory or the time: the composer of PyYAML, which
recurses and expands merges, is never reached.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NoReturn

import yaml
from yaml import events as ev

from migrations_app.domain.errors import Problem, UnreadableSource
from migrations_app.domain.findings import Finding, Severity
from migrations_app.domain.messages import Message, msg
from migrations_app.domain.places import Place
from migrations_app.domain.provenance import Origin
from migrations_app.domain.reading import scalars
from migrations_app.domain.reading.documents import Document
from migrations_app.domain.reading.limits import Limits

_CORE = "tag:yaml.org,2002:"
_STRING_TAGS = frozenset({"!", _CORE + "str"})
_PLAIN_TAGS = frozenset(_CORE + name for name in ("bool", "int", "float", "null"))
_COLLECTION_TAGS = frozenset({None, "!", _CORE + "map", _CORE + "seq"})
_MERGE = "<<"
_CONTROL = {chr(code) for code in range(32)} - {"\t", "\n", "\r"} | {"\x7f"}


@dataclass(slots=True)
class _Frame:
    """A collection under construction. ``key`` is None while a mapping waits for its next key.

    ``merging`` says that the value to come belongs to a merge key.
    """

    value: Any
    origin: Origin
    anchor: str | None
    key: str | None = None
    merging: bool = False
    nodes: int = 1
    merges: list[tuple[dict[str, Any], Origin]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Anchored:
    value: Any
    origin: Origin
    nodes: int


def read_yaml(text: str, file: str, limits: Limits) -> tuple[list[Document], list[Finding]]:
    """All documents of one file that are not empty, and what other YAML readers would see.

    Raises:
        UnreadableSource: with one problem that names document, line and column.
    """
    return _Reader(text, file, limits).read()


class _Reader:
    def __init__(self, text: str, file: str, limits: Limits) -> None:
        self.text = text
        self.file = file
        self.limits = limits
        self.documents: list[Document] = []
        self.findings: list[Finding] = []
        self.number = 0
        self.nodes = 0
        self.expanded = 0
        self.aliases = 0
        self.stack: list[_Frame] = []
        self.anchors: dict[str, _Anchored] = {}
        self.open_anchors: set[str] = set()
        self.root: tuple[Any, Origin] | None = None

    def read(self) -> tuple[list[Document], list[Finding]]:
        try:
            for event in yaml.parse(self.text, Loader=yaml.CSafeLoader):
                self._take(event)
        except yaml.MarkedYAMLError as error:
            self._refuse_syntax(error)
        except yaml.reader.ReaderError as error:
            self._refuse(
                "control_character",
                msg(
                    "The character %(character)s is not allowed in YAML.",
                    character=f"U+{int(error.character):04X}",
                ),
                self.text.count("\n", 0, error.position) + 1,
                0,
            )
        return self.documents, self.findings

    def _take(self, event: Any) -> None:
        kind = type(event)
        if kind is ev.ScalarEvent:
            self._scalar(event)
        elif kind is ev.MappingStartEvent:
            self._open(event, {})
        elif kind is ev.SequenceStartEvent:
            self._open(event, [])
        elif kind is ev.MappingEndEvent or kind is ev.SequenceEndEvent:
            self._close()
        elif kind is ev.AliasEvent:
            self._alias(event)
        elif kind is ev.DocumentStartEvent:
            self._start_document(event)
        elif kind is ev.DocumentEndEvent:
            self._end_document()

    def _start_document(self, event: Any) -> None:
        self.number += 1
        self.anchors.clear()
        self.root = None
        if self.number > self.limits.documents:
            self._refuse_at(
                "too_many_documents",
                msg("More than %(limit)s documents. Split the file.", limit=self.limits.documents),
                event,
            )

    def _end_document(self) -> None:
        if self.root is not None and self.root[0] is not None:
            value, origin = self.root
            self.documents.append(Document(self.file, self.number, value, origin))

    def _count(self, event: Any, weight: int = 1) -> None:
        self.nodes += 1
        self.expanded += weight
        if self.nodes > self.limits.nodes:
            self._refuse_at(
                "too_many_nodes",
                msg("More than %(limit)s values. Split the file.", limit=self.limits.nodes),
                event,
            )
        if self.expanded > self.limits.expanded:
            self._refuse_at(
                "yaml_alias_expansion",
                msg(
                    "Written out, the aliases come to more than %(limit)s values.",
                    limit=self.limits.expanded,
                ),
                event,
            )

    def _open(self, event: Any, value: Any) -> None:
        self._count(event)
        if event.tag not in _COLLECTION_TAGS:
            self._refuse_tag(event)
        if len(self.stack) >= self.limits.depth:
            self._refuse_at(
                "yaml_too_deep",
                msg("Nested deeper than %(limit)s levels.", limit=self.limits.depth),
                event,
            )
        if self.stack and self._is_waiting_for_key():
            self._refuse_at(
                "unsupported_type",
                msg("A mapping or list cannot be a key. Keys are plain text."),
                event,
            )
        if event.anchor:
            self.open_anchors.add(event.anchor)
        mark = event.start_mark
        origin = Origin(self.file, mark.line + 1, mark.column + 1)
        origin.children = {} if isinstance(value, dict) else []
        self.stack.append(_Frame(value, origin, event.anchor))

    def _is_waiting_for_key(self) -> bool:
        top = self.stack[-1]
        return isinstance(top.value, dict) and top.key is None

    def _close(self) -> None:
        frame = self.stack.pop()
        if frame.merges:
            self._merge(frame)
        if frame.anchor:
            self.open_anchors.discard(frame.anchor)
            self.anchors[frame.anchor] = _Anchored(frame.value, frame.origin, frame.nodes)
        self._put(frame.value, frame.origin, frame.nodes)

    def _scalar(self, event: Any) -> None:
        self._count(event)
        mark = event.start_mark
        if self.stack and self._is_waiting_for_key():
            self._key(event)
            return
        value = self._resolve(event)
        origin = Origin(self.file, mark.line + 1, mark.column + 1)
        if event.anchor:
            self.anchors[event.anchor] = _Anchored(value, origin, 1)
        self._put(value, origin, 1)

    def _resolve(self, event: Any) -> Any:
        text, tag = event.value, event.tag
        if not event.style and tag is None:
            return self._plain(event, text)
        if tag is None or tag in _STRING_TAGS:
            if not _CONTROL.isdisjoint(text):
                self._refuse_at(
                    "control_character",
                    msg("The text holds a control character, which no cluster stores."),
                    event,
                )
            return text
        if tag not in _PLAIN_TAGS:
            self._refuse_tag(event)
        return self._plain(event, text)

    def _plain(self, event: Any, text: str) -> Any:
        try:
            value = scalars.resolve(text)
        except scalars.NumberTooLarge:
            self._refuse_at("number_too_large", msg("No reader can hold this number."), event)
        except scalars.NotFinite:
            self._refuse_at(
                "unsupported_type",
                msg("%(text)s is not a number to Kubernetes. Quote it if it is text.", text=text),
                event,
            )
        other = scalars.other_reading(text)
        if other is not None:
            self._note_other_reading(event, text, other)
        return value

    def _note_other_reading(self, event: Any, text: str, other: Message) -> None:
        mark = event.start_mark
        self.findings.append(
            Finding(
                "YML-01",
                Severity.LOW,
                Place(self.file, mark.line + 1, mark.column + 1),
                other,
                why=msg("Kubernetes reads YAML 1.1; other tools read this file differently."),
                fix=msg("Quote the value, or write it as every reader understands it."),
                subject=f"{text}:{mark.line + 1}",
            )
        )

    def _key(self, event: Any) -> None:
        frame = self.stack[-1]
        key = self._key_text(event)
        if key in frame.value:
            first = frame.origin.children[key]  # type: ignore[index, call-overload]
            self._refuse_at(
                "yaml_duplicate_key",
                msg(
                    "The key %(key)s is set twice; the first time in line %(line)s. Keep one.",
                    key=key,
                    line=first.line,
                ),
                event,
            )
        frame.key = key
        frame.merging = key == _MERGE and not event.style

    def _key_text(self, event: Any) -> str:
        value = self._resolve(event)
        if value is None:
            self._refuse_at("unsupported_type", msg("An empty key means nothing here."), event)
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, float):
            return repr(value).replace("e+", "e+")
        return str(value)

    def _alias(self, event: Any) -> None:
        self.aliases += 1
        if self.aliases > self.limits.aliases:
            self._refuse_at(
                "yaml_alias_expansion",
                msg("More than %(limit)s aliases.", limit=self.limits.aliases),
                event,
            )
        if event.anchor in self.open_anchors:
            self._refuse_at(
                "yaml_recursive_alias",
                msg("The alias *%(name)s stands within what it names.", name=event.anchor),
                event,
            )
        anchored = self.anchors.get(event.anchor)
        if anchored is None:
            self._refuse_at(
                "yaml_syntax",
                msg("The alias *%(name)s names nothing that came before.", name=event.anchor),
                event,
            )
        self._count(event, anchored.nodes)
        if self.stack and self._is_waiting_for_key():
            self._refuse_at("unsupported_type", msg("An alias cannot be a key here."), event)
        self._put(anchored.value, anchored.origin, anchored.nodes)

    def _put(self, value: Any, origin: Origin, nodes: int) -> None:
        if not self.stack:
            self.root = (value, origin)
            return
        frame = self.stack[-1]
        frame.nodes += nodes
        if isinstance(frame.value, list):
            frame.value.append(value)
            frame.origin.children.append(origin)  # type: ignore[union-attr]
            return
        key, frame.key = frame.key, None
        if frame.merging:
            self._note_merge(frame, value, origin)
            return
        frame.value[key] = value
        frame.origin.children[key] = origin  # type: ignore[index, call-overload]

    def _note_merge(self, frame: _Frame, value: Any, origin: Origin) -> None:
        parts = value if isinstance(value, list) else [value]
        for part in parts:
            if not isinstance(part, dict):
                self._refuse(
                    "yaml_syntax",
                    msg("<< takes a mapping or a list of mappings."),
                    origin.line,
                    origin.column,
                )
            at = origin.children if isinstance(value, list) else [origin]
            frame.merges.append((part, at[parts.index(part)]))  # type: ignore[index]

    def _merge(self, frame: _Frame) -> None:
        """Add what ``<<`` brings; Kubernetes' reader refuses a merged key that is set again."""
        for part, origin in frame.merges:
            children = origin.children if isinstance(origin.children, dict) else {}
            for key, value in part.items():
                if key in frame.value:
                    first = frame.origin.children[key]  # type: ignore[index, call-overload]
                    self._refuse(
                        "yaml_duplicate_key",
                        msg(
                            "The key %(key)s comes with << and is set again; Kubernetes takes "
                            "that for a duplicate. Keep one.",
                            key=key,
                        ),
                        first.line,
                        first.column,
                    )
                frame.value[key] = value
                frame.origin.children[key] = children.get(key, origin)  # type: ignore[index, call-overload]

    def _refuse_tag(self, event: Any) -> NoReturn:
        self._refuse_at(
            "yaml_tag",
            msg(
                "The tag %(tag)s means nothing to Kubernetes. Take it away.",
                tag=str(event.tag).replace(_CORE, "!!"),
            ),
            event,
        )

    def _refuse_syntax(self, error: yaml.MarkedYAMLError) -> NoReturn:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (0, 0)
        lines = self.text.split("\n")
        source = lines[line - 1] if 0 < line <= len(lines) else ""
        indentation = source[: len(source) - len(source.lstrip())]
        if "\t" in indentation:
            text = msg("A tab stands in the indentation. YAML is indented with spaces only.")
        elif "{{" in source:
            text = msg(
                "This is a template (%(start)s), not YAML yet. Render it first, for example with "
                "helm template.",
                start="{{",
            )
        else:
            text = msg("Not YAML: %(problem)s.", problem=error.problem or "cannot be read")
        self._refuse("yaml_syntax", text, line, column)

    def _refuse_at(self, code: str, message: Message, event: Any) -> NoReturn:
        mark = event.start_mark
        self._refuse(code, message, mark.line + 1, mark.column + 1)

    def _refuse(self, code: str, message: Message, line: int, column: int) -> NoReturn:
        place = Place(self.file, line, column)
        raise UnreadableSource(
            msg("%(file)s cannot be read.", file=self.file or "-"),
            [Problem(code, message, place)],
        )

"""YAML as its reader to come reads it: values and their places, in one guarded pass.

libyaml's event stream is walked without recursion. Every bound is checked before a value is
built, so no file can exhaust the stack, the memory or the time: the composer of PyYAML, which
recurses and expands merges, is never reached.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NoReturn

import yaml
from yaml import events as ev

from migrations_app.domain.errors import Problem
from migrations_app.domain.findings import Finding, Severity
from migrations_app.domain.messages import Message, msg
from migrations_app.domain.places import Place
from migrations_app.domain.provenance import Origin
from migrations_app.domain.reading import scalars
from migrations_app.domain.reading.decoding import refuse
from migrations_app.domain.reading.dialects import KUBERNETES, Dialect, Tagged
from migrations_app.domain.reading.documents import Document
from migrations_app.domain.reading.limits import Limits
from migrations_app.domain.reading.yaml_errors import (
    syntax_problem,
    template_problem,
    unprintable,
)
from migrations_app.domain.reading.yaml_guard import Guard
from migrations_app.domain.reading.yaml_merge import Merge, merge_parts

_CORE = "tag:yaml.org,2002:"
_STRING_TAGS = frozenset({"!", _CORE + "str"})
_PLAIN_TAGS: dict[str, tuple[type, ...]] = {
    _CORE + "bool": (bool,),
    _CORE + "int": (int,),
    _CORE + "float": (int, float),
    _CORE + "null": (type(None),),
}
_COLLECTION_TAGS = frozenset({None, "!", _CORE + "map", _CORE + "seq"})
_MERGE = "<<"


@dataclass(slots=True)
class _Frame:
    """A collection under construction. ``key`` is None while a mapping waits for its next key.

    ``merging`` says that the value to come belongs to a merge key.
    """

    value: Any
    origin: Origin
    anchor: str | None
    children: Any
    is_mapping: bool
    key: str | None = None
    merging: bool = False
    nodes: int = 1
    tag: str = ""
    merges: list[Merge] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Anchored:
    value: Any
    origin: Origin
    nodes: int


def read_yaml(
    text: str, file: str, limits: Limits, dialect: Dialect = KUBERNETES
) -> tuple[list[Document], list[Finding]]:
    """All documents of one file that are not empty, and what other YAML readers would see.

    Raises:
        UnreadableSource: with one problem that names line and column.
    """
    return _Reader(text, file, limits, dialect).read()


class _Reader:
    def __init__(self, text: str, file: str, limits: Limits, dialect: Dialect) -> None:
        self.text = text
        self.file = file
        self.dialect = dialect
        self.guard = Guard(file, limits)
        self.documents: list[Document] = []
        self.findings: list[Finding] = []
        self.stack: list[_Frame] = []
        self.anchors: dict[str, _Anchored] = {}
        self.open_anchors: set[str] = set()
        self.root: tuple[Any, Origin] | None = None

    def read(self) -> tuple[list[Document], list[Finding]]:
        takers = {
            ev.ScalarEvent: self._scalar,
            ev.MappingStartEvent: self._open_mapping,
            ev.SequenceStartEvent: self._open_list,
            ev.MappingEndEvent: self._close,
            ev.SequenceEndEvent: self._close,
            ev.AliasEvent: self._alias,
            ev.DocumentStartEvent: self._start_document,
            ev.DocumentEndEvent: self._end_document,
        }
        try:
            for event in yaml.parse(self.text, Loader=yaml.CSafeLoader):
                take = takers.get(type(event))
                if take is not None:
                    take(event)
        except yaml.MarkedYAMLError as error:
            self._unreadable(syntax_problem(error, self.text, self.file))
        except yaml.reader.ReaderError:
            problem = unprintable(self.text, self.file)
            if problem is None:
                raise
            self._unreadable(problem)
        return self.documents, self.findings

    def _start_document(self, event: Any) -> None:
        self.guard.document(event)
        self.anchors.clear()
        self.root = None

    def _end_document(self, _event: Any) -> None:
        if self.root is not None and self.root[0] is not None:
            value, origin = self.root
            self.documents.append(Document(self.file, self.guard.documents, value, origin))

    def _open_mapping(self, event: Any) -> None:
        self._open(event, {}, {})

    def _open_list(self, event: Any) -> None:
        self._open(event, [], [])

    def _open(self, event: Any, value: Any, children: Any) -> None:
        self.guard.node(event)
        if event.tag not in _COLLECTION_TAGS and event.tag not in self.dialect.tags:
            self._refuse_tag(event)
        self.guard.depth(event, len(self.stack))
        if self._is_waiting_for_key():
            self._refuse_key(event)
        if event.anchor:
            self.open_anchors.add(event.anchor)
        origin = self._origin(event)
        origin.children = children
        frame = _Frame(value, origin, event.anchor, children, isinstance(value, dict))
        if event.tag in self.dialect.tags:
            frame.tag = event.tag
        self.stack.append(frame)

    def _is_waiting_for_key(self) -> bool:
        if not self.stack:
            return False
        top = self.stack[-1]
        return top.is_mapping and top.key is None

    def _close(self, _event: Any) -> None:
        frame = self.stack.pop()
        if frame.merges:
            self.dialect.merge(frame.merges, frame.value, frame.children)
        if frame.tag:
            frame.value = Tagged(frame.tag, frame.value)
        if frame.anchor:
            self.open_anchors.discard(frame.anchor)
            self.anchors[frame.anchor] = _Anchored(frame.value, frame.origin, frame.nodes)
        self._put(frame.value, frame.origin, frame.nodes)

    def _scalar(self, event: Any) -> None:
        self.guard.node(event)
        if self._is_waiting_for_key():
            self._key(event)
            return
        text = event.value
        if event.style or event.tag is not None:
            value = self._marked(event)
        else:
            value = self._plain(event, text)
        origin = self._origin(event)
        if event.anchor:
            self.anchors[event.anchor] = _Anchored(value, origin, 1)
        self._put(value, origin, 1)

    def _marked(self, event: Any) -> Any:
        """The value of a scalar that quotes or a tag say something about."""
        tag = event.tag
        if tag is None or tag in _STRING_TAGS:
            return self._checked(event)
        if tag in self.dialect.tags:
            return Tagged(tag, self._checked(event))
        if tag not in _PLAIN_TAGS:
            self._refuse_tag(event)
        value = self._plain(event, event.value)
        if type(value) not in _PLAIN_TAGS[tag]:
            self.guard.refuse_at(
                "yaml_tag",
                msg(
                    "%(text)s does not fit its tag %(tag)s.",
                    text=event.value,
                    tag=tag.replace(_CORE, "!!"),
                ),
                event,
            )
        return value

    def _checked(self, event: Any) -> str:
        text: str = event.value
        if "\0" in text:
            self.guard.refuse_at(
                "control_character",
                msg("The text holds a NUL character, which no program can be given."),
                event,
            )
        return text

    def _plain(self, event: Any, text: str) -> Any:
        try:
            value = self.dialect.resolve(text)
        except scalars.NumberTooLarge:
            self._refuse_number(event)
        except scalars.NotFinite:
            self.guard.refuse_at(
                "unsupported_type",
                msg("%(text)s is not a number to Kubernetes. Quote it if it is text.", text=text),
                event,
            )
        other = self.dialect.other_reading(text)
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
        is_merge = event.value == _MERGE and not event.style and event.tag is None
        key = self._key_text(event)
        if key in frame.value and not is_merge:
            self.guard.refuse_at(
                "yaml_duplicate_key",
                msg(
                    "The key %(key)s is set twice; the first time in line %(line)s. Keep one.",
                    key=key,
                    line=frame.children[key].line,
                ),
                event,
            )
        frame.key = key
        frame.merging = is_merge

    def _key_text(self, event: Any) -> str:
        text, tag = event.value, event.tag
        if tag is not None and tag not in _STRING_TAGS and tag not in _PLAIN_TAGS:
            self._refuse_tag(event)
        if tag in _STRING_TAGS or (tag is None and event.style):
            return self._checked(event)
        try:
            key = self.dialect.key(text)
        except scalars.NumberTooLarge:
            self._refuse_number(event)
        except scalars.NotAKey:
            self._refuse_key(event)
        if key != text:
            other = self.dialect.other_reading(text)
            if other is not None:
                self._note_other_reading(event, text, other)
        return key

    def _alias(self, event: Any) -> None:
        name = event.anchor
        if name in self.open_anchors:
            self.guard.refuse_at(
                "yaml_recursive_alias",
                msg("The alias *%(name)s stands within what it names.", name=name),
                event,
            )
        anchored = self.anchors.get(name)
        if anchored is None:
            self.guard.refuse_at(
                "yaml_syntax",
                msg("The alias *%(name)s names nothing that came before.", name=name),
                event,
            )
        self.guard.alias(event, anchored.nodes)
        if self._is_waiting_for_key():
            self._refuse_key(event)
        self._put(anchored.value, anchored.origin, anchored.nodes)

    def _put(self, value: Any, origin: Origin, nodes: int) -> None:
        if not self.stack:
            self.root = (value, origin)
            return
        frame = self.stack[-1]
        frame.nodes += nodes
        if not frame.is_mapping:
            frame.value.append(value)
            frame.children.append(origin)
            return
        key, frame.key = frame.key, None
        if frame.merging:
            frame.merges.extend(merge_parts(value, origin))
            return
        frame.value[key] = value
        frame.children[key] = origin

    def _origin(self, event: Any) -> Origin:
        mark = event.start_mark
        return Origin(self.file, mark.line + 1, mark.column + 1)

    def _refuse_key(self, event: Any) -> NoReturn:
        mark = event.start_mark
        template = template_problem(self.text, mark.line + 1, mark.column + 1, self.file)
        if template is not None:
            self._unreadable(template)
        self.guard.refuse_at(
            "unsupported_type",
            msg("A key must be plain text: no mapping, list, alias, null or huge number."),
            event,
        )

    def _refuse_number(self, event: Any) -> NoReturn:
        self.guard.refuse_at("number_too_large", msg("No reader can hold this number."), event)

    def _refuse_tag(self, event: Any) -> NoReturn:
        self.guard.refuse_at(
            "yaml_tag",
            self.dialect.unknown_tag.about(tag=str(event.tag).replace(_CORE, "!!")),
            event,
        )

    def _unreadable(self, problem: Problem) -> NoReturn:
        refuse(problem.code, problem.message, problem.place)

"""One member file: its text, what kind it is, or why it cannot be read."""

from __future__ import annotations

from typing import NoReturn

from migrations_app.domain.bundle import Member, Missing, SourceKind
from migrations_app.domain.errors import Problem, UnreadableSource
from migrations_app.domain.findings import Finding
from migrations_app.domain.messages import Message, msg
from migrations_app.domain.places import Place
from migrations_app.domain.reading import detect
from migrations_app.domain.reading.decoding import decode, with_joined_surrogates
from migrations_app.domain.reading.documents import Document
from migrations_app.domain.reading.kubernetes import read_objects
from migrations_app.domain.reading.limits import Limits
from migrations_app.domain.reading.reading import Desk, TextMember
from migrations_app.domain.reading.yaml_reader import read_yaml


def read_member(name: str, desk: Desk) -> tuple[Member, TextMember | None]:
    """A member and, if it can be read, its text."""
    try:
        text = _text_member(decode(desk.files.read(name), name, desk.limits), name, desk.limits)
    except Missing:
        problem = Problem("missing", msg("The file does not exist."), Place(name))
        return Member(name, SourceKind.OTHER, (problem,)), None
    except UnreadableSource as error:
        return Member(name, SourceKind.OTHER, error.problems), None
    return Member(name, text.kind), text


def is_generated(text: TextMember) -> bool:
    """Whether a member of a capture is what ``podman generate kube`` wrote."""
    return text.kind is SourceKind.KUBERNETES and text.name.endswith("generate-kube.yaml")


def is_note(text: TextMember) -> bool:
    """Whether a member of a capture is what it noted of mounted files."""
    return text.kind is SourceKind.OTHER


def _text_member(text: str, name: str, limits: Limits) -> TextMember:
    if not text.strip():
        _refuse(name, "empty", msg("The file is empty."))
    try:
        documents, findings = _values(text, name, limits)
    except UnreadableSource:
        other = detect.by_text(text)
        if other is None:
            raise
        return TextMember(name, text, other)
    kind = detect.by_values(documents) or detect.by_text(text)
    if kind is None and documents and name.endswith("mounts.json"):
        kind = SourceKind.OTHER
    if kind is None and not documents:
        _refuse(name, "empty", msg("The file holds comments only, no document."))
    if kind is None:
        problems: list[Problem] = []
        for document in documents:
            list(read_objects(document, problems))
        raise UnreadableSource(msg("%(file)s cannot be read.", file=name), problems)
    return TextMember(name, text, kind, tuple(documents), tuple(findings))


def _values(text: str, name: str, limits: Limits) -> tuple[list[Document], list[Finding]]:
    """The documents of a file; JSON is YAML but for one kind of escape."""
    is_json = text.lstrip()[:1] in ("{", "[")
    return read_yaml(with_joined_surrogates(text) if is_json else text, name, limits)


def _refuse(name: str, code: str, message: Message) -> NoReturn:
    raise UnreadableSource(
        msg("%(file)s cannot be read.", file=name), [Problem(code, message, Place(name))]
    )

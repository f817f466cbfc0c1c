"""From member files to one bundle: all of it, or every reason why not."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from migrations_app.domain.bundle import Bundle, Member, SourceFiles, SourceKind
from migrations_app.domain.errors import Problem, UnreadableSource
from migrations_app.domain.messages import msg
from migrations_app.domain.places import Place
from migrations_app.domain.reading.archived import companions
from migrations_app.domain.reading.compose import read_compose
from migrations_app.domain.reading.containerfile import read_containerfiles, with_built_images
from migrations_app.domain.reading.declared_and_live import pair
from migrations_app.domain.reading.inspect import read_inspect_members
from migrations_app.domain.reading.kubernetes import read_objects
from migrations_app.domain.reading.limits import Limits
from migrations_app.domain.reading.members import is_generated, is_note, read_member
from migrations_app.domain.reading.quadlet.reader import read_quadlet
from migrations_app.domain.reading.reading import (
    NOTHING_GIVEN,
    Desk,
    Given,
    Reader,
    Reading,
    TextMember,
    together,
)
from migrations_app.domain.reading.run_lines import read_run_lines
from migrations_app.domain.reading.systemd import read_systemd
from migrations_app.domain.words import word

READERS: Mapping[SourceKind, Reader] = {
    SourceKind.INSPECT: read_inspect_members,
    SourceKind.COMPOSE: read_compose,
    SourceKind.QUADLET: read_quadlet,
    SourceKind.SYSTEMD: read_systemd,
    SourceKind.RUN_LINES: read_run_lines,
    SourceKind.CONTAINERFILE: read_containerfiles,
}
"""Who reads which kind of Podman-like input; Kubernetes objects are read by this module."""

READABLE = (SourceKind.KUBERNETES, *READERS)
_COMPANIONS = (SourceKind.ENV_FILE,)
"""Kinds that mean something only where a member refers to them."""

_NOTHING = msg(
    "Nothing to read: give at least one file with Kubernetes YAML, podman inspect JSON, compose "
    "services, Quadlet or systemd units, or podman run lines."
)


@dataclass(slots=True)
class _Members:
    """The members of a bundle on their way: their texts, and what is wrong with each."""

    texts: dict[str, TextMember] = field(default_factory=dict)
    members: dict[str, Member] = field(default_factory=dict)

    def of(self, kind: SourceKind) -> list[TextMember]:
        return [text for text in self.texts.values() if text.kind is kind]

    def refuse(self, name: str, problems: Sequence[Problem]) -> None:
        """Note what is wrong with a member beside what is known already."""
        old = self.members[name]
        self.members[name] = replace(old, problems=(*old.problems, *problems))


def read_bundle(
    files: SourceFiles, limits: Limits, *, partial: bool = False, given: Given = NOTHING_GIVEN
) -> Bundle:
    """Read every member file.

    With ``partial`` a member that cannot be read is left out and its problems stay in
    ``Bundle.members``; without it one such member refuses the whole.

    Raises:
        UnreadableSource: with the problems of all members, or because nothing is there to read.
    """
    desk = Desk(files, limits, given)
    members = _read_members(desk)
    reading = together([_read_kubernetes(members), *_read_others(members, desk)])
    _settle_companions(members, desk)
    paired = pair(reading.specs, {text.name: text.kind for text in members.texts.values()})
    listed = tuple(members.members.values())
    _require_readable(listed, partial=partial)
    return Bundle(
        members=listed,
        objects=reading.objects,
        specs=paired.specs,
        questions=reading.questions,
        findings=(*reading.findings, *paired.findings),
        loss=(*reading.loss, *paired.loss),
        facts=reading.facts,
        drawn=frozenset(desk.drawn),
    )


def _read_members(desk: Desk) -> _Members:
    members = _Members()
    for name in desk.files.names():
        member, text = read_member(name, desk)
        members.members[name] = member
        if text is not None:
            members.texts[name] = text
    for name in companions(members.members):
        del members.members[name]
        members.texts.pop(name, None)
    return members


def _require_readable(members: Sequence[Member], *, partial: bool) -> None:
    bad = [member for member in members if member.problems]
    readable = any(not member.problems and member.kind in READABLE for member in members)
    if bad and (not partial or not readable):
        raise UnreadableSource(
            msg(
                "%(bad)s of %(all)s files cannot be read; nothing was taken.",
                bad=len(bad),
                all=len(members),
            ),
            [problem for member in bad for problem in member.problems],
        )
    if not readable:
        raise UnreadableSource(_NOTHING)


def _read_kubernetes(members: _Members) -> Reading:
    """The objects of Kubernetes members. What ``generate kube`` wrote is a cross-check of the
    inspections beside it; without any it is what there is to render."""
    readings: list[Reading] = []
    inspected = bool(members.of(SourceKind.INSPECT))
    for text in members.of(SourceKind.KUBERNETES):
        if is_generated(text) and inspected:
            members.members[text.name] = Member(text.name, SourceKind.OTHER)
            continue
        problems: list[Problem] = []
        objects = tuple(o for doc in text.documents for o in read_objects(doc, problems))
        if problems:
            members.refuse(text.name, problems)
        else:
            readings.append(Reading(objects=objects, findings=text.findings))
    return together(readings)


def _read_others(members: _Members, desk: Desk) -> Iterator[Reading]:
    for kind, reader in READERS.items():
        texts = members.of(kind)
        if not texts:
            continue
        reading = with_built_images(reader([*texts, *_notes(members, kind)], desk), desk)
        for problem in reading.problems:
            members.refuse(problem.place.file, [problem])
        yield reading


def _notes(members: _Members, kind: SourceKind) -> list[TextMember]:
    """What a capture keeps beside its inspections."""
    if kind is not SourceKind.INSPECT:
        return []
    return [text for text in members.texts.values() if is_note(text) or is_generated(text)]


def _settle_companions(members: _Members, desk: Desk) -> None:
    """A file that another one drew on needs no meaning of its own; any other one does."""
    meaningful = any(
        not member.problems and member.kind in READABLE for member in members.members.values()
    )
    for name, member in members.members.items():
        if posixpath.normpath(name) in desk.drawn:
            if member.kind not in READABLE:
                secret = posixpath.normpath(name) in desk.secret
                members.members[name] = Member(name, member.kind, secret=secret)
        elif member.problems or member.kind in READABLE or name not in members.texts:
            continue
        elif member.kind in _COMPANIONS:
            if not meaningful:
                members.refuse(name, [_alone(member)])
        elif member.kind is not SourceKind.OTHER:
            members.refuse(name, [_unsupported(member)])
    for name, member in members.members.items():
        if member.kind is SourceKind.ENV_FILE:
            names = frozenset(desk.secret_names)
            members.members[name] = replace(member, secret_names=names)


def _unsupported(member: Member) -> Problem:
    return Problem(
        "kind_not_supported",
        msg(
            "This version does not read this kind of file yet: %(kind)s. Give Kubernetes YAML or "
            "podman inspect JSON.",
            kind=word("source", member.kind),
        ),
        Place(member.path),
    )


def _alone(member: Member) -> Problem:
    return Problem(
        "companion_alone",
        msg(
            "This is %(kind)s, which means something only beside a file that refers to it. Give "
            "that file with it.",
            kind=word("source", member.kind),
        ),
        Place(member.path),
    )

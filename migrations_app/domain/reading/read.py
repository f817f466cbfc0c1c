"""From member files to one bundle: all of it, or every reason why not."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from migrations_app.domain.bundle import (
    Bundle,
    Facts,
    Member,
    Missing,
    SourceFiles,
    SourceKind,
    SourceObject,
)
from migrations_app.domain.errors import Problem, UnreadableSource
from migrations_app.domain.findings import Finding
from migrations_app.domain.messages import msg
from migrations_app.domain.places import Place
from migrations_app.domain.reading import detect
from migrations_app.domain.reading.decoding import decode, with_joined_surrogates
from migrations_app.domain.reading.documents import Document
from migrations_app.domain.reading.inspect import InspectReading, read_inspections
from migrations_app.domain.reading.kubernetes import read_objects
from migrations_app.domain.reading.limits import Limits
from migrations_app.domain.reading.yaml_reader import read_yaml
from migrations_app.domain.words import word

READABLE = (SourceKind.KUBERNETES, SourceKind.INSPECT)


@dataclass(slots=True)
class _Collected:
    members: list[Member] = field(default_factory=list)
    objects: list[SourceObject] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    inspections: list[Document] = field(default_factory=list)
    notes: list[Document] = field(default_factory=list)
    generated: dict[str, tuple[list[Document], list[Finding]]] = field(default_factory=dict)
    """What ``podman generate kube`` wrote, by member: a note beside inspections, else a source."""


def read_bundle(files: SourceFiles, limits: Limits, *, partial: bool = False) -> Bundle:
    """Read every member file.

    With ``partial`` a member that cannot be read is left out and its problems stay in
    ``Bundle.members``; without it one such member refuses the whole.

    Raises:
        UnreadableSource: with the problems of all members, or because nothing is there to read.
    """
    collected = _Collected()
    for name in files.names():
        collected.members.append(_read_member(files, name, limits, collected))
    _settle_generated(collected)
    problems = [problem for member in collected.members for problem in member.problems]
    readable = [m for m in collected.members if not m.problems and m.kind in READABLE]
    if problems and (not partial or not readable):
        bad = sum(bool(member.problems) for member in collected.members)
        raise UnreadableSource(
            msg(
                "%(bad)s of %(all)s files cannot be read; nothing was taken.",
                bad=bad,
                all=len(collected.members),
            ),
            problems,
        )
    if not readable:
        raise UnreadableSource(
            msg("Nothing to read: give at least one file with Kubernetes YAML or inspect JSON.")
        )
    inspected = (
        read_inspections(collected.inspections, collected.notes)
        if collected.inspections
        else InspectReading()
    )
    return Bundle(
        members=tuple(collected.members),
        objects=tuple(collected.objects),
        specs=inspected.specs,
        questions=inspected.questions,
        findings=(*collected.findings, *inspected.findings),
        loss=inspected.loss,
        facts=inspected.facts if collected.inspections else Facts(),
    )


def _read_member(files: SourceFiles, name: str, limits: Limits, collected: _Collected) -> Member:
    try:
        text = decode(files.read(name), name, limits)
        return _read_text(text, name, limits, collected)
    except Missing:
        return Member(
            name,
            SourceKind.OTHER,
            (Problem("missing", msg("The file does not exist."), Place(name)),),
        )
    except UnreadableSource as error:
        return Member(name, SourceKind.OTHER, error.problems)


def _read_text(text: str, name: str, limits: Limits, collected: _Collected) -> Member:
    if not text.strip():
        return _refused(name, SourceKind.OTHER, "empty", msg("The file is empty."))
    try:
        documents, findings = _values(text, name, limits)
    except UnreadableSource:
        other = detect.by_text(text)
        if other is None:
            raise
        return _unsupported(name, other)
    if not documents:
        return _refused(
            name, SourceKind.OTHER, "empty", msg("The file holds comments only, no document.")
        )
    kind = detect.by_values(documents) or detect.by_text(text)
    if kind is SourceKind.KUBERNETES:
        return _take_kubernetes(name, documents, findings, collected)
    if kind is SourceKind.INSPECT:
        collected.inspections.extend(documents)
        return Member(name, kind)
    if name.endswith("mounts.json"):
        collected.notes.extend(documents)
        return Member(name, SourceKind.OTHER)
    if kind is not None:
        return _unsupported(name, kind)
    problems: list[Problem] = []
    for document in documents:
        list(read_objects(document, problems))
    return Member(name, SourceKind.OTHER, tuple(problems))


def _take_kubernetes(
    name: str, documents: list[Document], findings: list[Finding], collected: _Collected
) -> Member:
    if name.endswith("generate-kube.yaml"):
        collected.generated[name] = documents, findings
        return Member(name, SourceKind.OTHER)
    return _take_objects(name, documents, findings, collected)


def _settle_generated(collected: _Collected) -> None:
    """A capture keeps ``generate kube`` as a cross-check; alone it is what there is to render."""
    order = {member.path: index for index, member in enumerate(collected.members)}
    for name, (documents, findings) in collected.generated.items():
        if collected.inspections:
            collected.notes.extend(documents)
        else:
            collected.members[order[name]] = _take_objects(name, documents, findings, collected)
    if collected.generated:
        collected.objects.sort(key=lambda item: order[item.file])


def _take_objects(
    name: str, documents: list[Document], findings: list[Finding], collected: _Collected
) -> Member:
    problems: list[Problem] = []
    objects = [o for document in documents for o in read_objects(document, problems)]
    if problems:
        return Member(name, SourceKind.KUBERNETES, tuple(problems))
    collected.objects.extend(objects)
    collected.findings.extend(findings)
    return Member(name, SourceKind.KUBERNETES)


def _values(text: str, name: str, limits: Limits) -> tuple[list[Document], list[Finding]]:
    """The documents of a file; JSON is YAML but for one kind of escape."""
    is_json = text.lstrip()[:1] in ("{", "[")
    return read_yaml(with_joined_surrogates(text) if is_json else text, name, limits)


def _unsupported(name: str, kind: SourceKind) -> Member:
    return _refused(
        name,
        kind,
        "kind_not_supported",
        msg(
            "This version does not read this kind of file yet: %(kind)s. Give Kubernetes YAML or "
            "podman inspect JSON.",
            kind=word("source", kind),
        ),
    )


def _refused(name: str, kind: SourceKind, code: str, message: Any) -> Member:
    return Member(name, kind, (Problem(code, message, Place(name)),))

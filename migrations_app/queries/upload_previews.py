"""What would come of some files before they are stored: each file, the result, what is unclear."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from migrations_app.domain import records
from migrations_app.domain.bundle import Bundle, MemoryFiles, SourceKind
from migrations_app.domain.engine import Options, render
from migrations_app.domain.errors import Problem, UnreadableSource
from migrations_app.domain.manifests.secret_markers import MARKER
from migrations_app.domain.reading.archives import expand
from migrations_app.domain.reading.limits import STRICT
from migrations_app.domain.reading.read import read_bundle
from migrations_app.domain.reading.redaction import redact
from migrations_app.domain.schemas import Schemas
from migrations_app.domain.secrets import secret_reason
from migrations_app.models import Answer, Application, Service
from migrations_app.queries.rendering import Rendered, hidden

Record = dict[str, Any]
_PAIR = re.compile(r"(?P<before>\s*(?:- )?[\"']?(?P<name>[\w.-]+)[\"']?\s*[:=]\s*)(?P<value>\S.*)")
_AROUND = 6


@dataclass(frozen=True, slots=True)
class PreviewedLine:
    number: int
    text: str
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class PreviewedFile:
    """One file: what it is, what is wrong with it, and its text as it may be shown.

    ``redacted`` counts the values that were taken out of the text. Of a file that cannot be read
    only the lines around its problems are there.
    """

    path: str
    kind: str
    problems: tuple[Problem, ...]
    lines: tuple[PreviewedLine, ...]
    redacted: int
    objects: int

    @property
    def readable(self) -> bool:
        return not self.problems

    @property
    def nowhere(self) -> tuple[Problem, ...]:
        """The problems that stand on no line."""
        return tuple(problem for problem in self.problems if not problem.place.line)


@dataclass(frozen=True, slots=True)
class PreviewedService:
    name: str
    kind: str
    match: str


@dataclass(frozen=True, slots=True)
class UploadPreview:
    """``whole``: everything can be stored. ``questions`` carry what was answered before."""

    files: tuple[PreviewedFile, ...]
    services: tuple[PreviewedService, ...] = ()
    text: str = ""
    loss: Sequence[Record] = ()
    findings: Sequence[Record] = ()
    questions: Sequence[Record] = ()
    answered: Mapping[str, Answer] = field(default_factory=dict)

    @property
    def unreadable(self) -> tuple[PreviewedFile, ...]:
        return tuple(file for file in self.files if file.problems)

    @property
    def readable(self) -> tuple[PreviewedFile, ...]:
        return tuple(file for file in self.files if not file.problems)

    @property
    def whole(self) -> bool:
        return bool(self.files) and not self.unreadable and bool(self.text)

    @property
    def partly(self) -> bool:
        """Some files cannot be read, and the others can be stored without them."""
        return bool(self.unreadable) and bool(self.text)

    @property
    def created(self) -> int:
        return sum(service.match == "created" for service in self.services)

    @property
    def updated(self) -> int:
        return len(self.services) - self.created

    @property
    def open_questions(self) -> list[Record]:
        return [q for q in self.questions if q["id"] not in self.answered]


def upload_preview(
    files: Mapping[str, bytes], application: Application | None, schemas: Schemas
) -> UploadPreview:
    """Look at files as storing them would, and keep nothing."""
    try:
        files = expand(files, STRICT)
        bundle = read_bundle(MemoryFiles(files), STRICT, partial=True)
    except UnreadableSource as error:
        return UploadPreview(_unread(files, error.problems))
    alone = hidden(render(bundle, Options(), schemas))
    shown = _shown(files, bundle)
    if not alone.made.objects:
        return UploadPreview(shown)
    plain = {
        "loss": [records.loss_row(row) for row in alone.made.loss],
        "findings": [records.finding(item) for item in alone.made.findings if not item.mended],
        "questions": [records.question(item) for item in alone.made.questions],
    }
    safe = {key: records.conceal(value, alone.secrets) for key, value in plain.items()}
    return UploadPreview(
        shown,
        _services(alone, application),
        alone.made.text,
        safe["loss"],
        safe["findings"],
        safe["questions"],
        _answered(application, safe["questions"]),
    )


def _services(alone: Rendered, application: Application | None) -> tuple[PreviewedService, ...]:
    known: set[tuple[str, str]] = set()
    if application is not None:
        rows = Service.objects.filter(application=application)
        known = set(rows.values_list("namespace", "name"))
    renamed = {(r["kind"], r["to"]): r["from"] for r in alone.made.renames if not r.get("object")}
    return tuple(
        PreviewedService(
            owned.name,
            owned.kind,
            "updated"
            if (owned.namespace, renamed.get((owned.kind, owned.name), owned.name)) in known
            else "created",
        )
        for owned in alone.ownership.services
    )


def _answered(application: Application | None, questions: Sequence[Record]) -> dict[str, Answer]:
    if application is None or not questions:
        return {}
    asked = [question["id"] for question in questions]
    rows = Answer.objects.filter(application=application, question_id__in=asked)
    return {row.question_id: row for row in rows}


def _shown(files: Mapping[str, bytes], bundle: Bundle) -> tuple[PreviewedFile, ...]:
    counts: dict[str, int] = {}
    for item in bundle.objects:
        counts[item.file] = counts.get(item.file, 0) + 1
    return tuple(
        _file(
            member.path,
            member.kind,
            member.problems,
            MARKER.encode() if member.secret else files[member.path],
            counts.get(member.path, 0),
            member.secret_names,
        )
        for member in bundle.members
    )


def _unread(files: Mapping[str, bytes], problems: Sequence[Problem]) -> tuple[PreviewedFile, ...]:
    return tuple(
        _file(path, SourceKind.OTHER, tuple(p for p in problems if p.place.file == path), data, 0)
        for path, data in files.items()
    )


def _file(
    path: str,
    kind: SourceKind,
    problems: tuple[Problem, ...],
    data: bytes,
    objects: int,
    names: frozenset[str] = frozenset(),
) -> PreviewedFile:
    text = data.decode(errors="replace").replace("\0", "\ufffd")
    if problems:
        lines = _around(text, problems)
        return PreviewedFile(path, kind.value, problems, lines, 0, objects)
    shown = redact(text, kind, names)
    lines = tuple(PreviewedLine(n, line) for n, line in enumerate(shown.splitlines(), start=1))
    return PreviewedFile(path, kind.value, (), lines, shown.count(MARKER), objects)


def _around(text: str, problems: Sequence[Problem]) -> tuple[PreviewedLine, ...]:
    """The lines near what is wrong. Redaction cannot read them, so it is done word by word."""
    at: dict[int, list[Problem]] = {}
    for problem in problems:
        if problem.place.line:
            at.setdefault(problem.place.line, []).append(problem)
    wanted = {number for line in at for number in range(max(line - _AROUND, 1), line + _AROUND + 1)}
    written = text.splitlines()
    if at and max(at) > len(written):
        written += [""] * (max(at) - len(written))
    shown = []
    name_before = ""
    for number, line in enumerate(written, start=1):
        match = _PAIR.fullmatch(line)
        name = match["name"] if match else ""
        if number in wanted:
            problems_here = tuple(at.get(number, ()))
            shown.append(PreviewedLine(number, _masked(line, name_before), problems_here))
        name_before = match["value"].strip("\"'") if match and name.lower() == "name" else ""
    return tuple(shown)


def _masked(line: str, name_before: str) -> str:
    match = _PAIR.fullmatch(line)
    if match is None:
        return line if not secret_reason("", line.strip()) else "    " + MARKER
    name = name_before if match["name"].lower() == "value" and name_before else match["name"]
    return match["before"] + MARKER if secret_reason(name, match["value"].strip("\"'")) else line

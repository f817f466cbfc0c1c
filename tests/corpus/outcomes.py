"""What becomes of each file of the corpus: manifests that pass strict validation, or a refusal."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from migrations_app.adapters.schemas import BundledSchemas
from migrations_app.domain.bundle import Bundle, Missing, SourceFiles
from migrations_app.domain.engine import Made, Options, render
from migrations_app.domain.errors import Problem, UnreadableSource
from migrations_app.domain.findings import Severity
from migrations_app.domain.places import pointer
from migrations_app.domain.reading.limits import STRICT
from migrations_app.domain.reading.read import read_bundle

KINDS = ("kube", "compose", "quadlet", "inspect")
SCHEMAS = BundledSchemas()
VERSIONS = ("1.28", SCHEMAS.versions()[-1])
"""What is rendered must be valid for the oldest of these and for the newest that is known."""


class Verdict(StrEnum):
    """``FLAGGED``: not valid even after all mends, and a finding says where and why."""

    VALID = "valid"
    FLAGGED = "flagged"
    UNTOLD = "untold"
    REFUSED = "refused"
    BROKE = "broke"


@dataclass(frozen=True)
class Outcome:
    """One file's fate. ``violations`` and ``problems`` are what a person would read."""

    kind: str
    source: str
    name: str
    verdict: Verdict
    bundle: Bundle | None = None
    made: Made | None = None
    violations: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()
    error: str = ""


@dataclass(frozen=True)
class ProjectFile:
    """One file of a project as a bundle by itself. What it refers to is drawn from the project, as
    far as the corpus has it: env files, includes, neighbouring units.

    kind, source, name: as the index has them.
    member:             where the file stands in its project.
    project:            path in the project → file of the corpus.
    """

    kind: str
    source: str
    name: str
    member: str
    project: Mapping[str, Path]

    def names(self) -> tuple[str, ...]:
        return (self.member,)

    def read(self, relative: str) -> bytes:
        try:
            return self.project[relative].read_bytes()
        except KeyError:
            raise Missing(relative) from None


def project_files(corpus: Path, kinds: tuple[str, ...] = KINDS) -> Iterator[ProjectFile]:
    """Every file of the corpus, kind by kind in order of names."""
    with (corpus / "index.csv").open(encoding="utf-8", newline="") as lines:
        rows = {row["file"]: row for row in csv.DictReader(lines)}
    projects: dict[str, dict[str, Path]] = {}
    for file, row in rows.items():
        projects.setdefault(row["source"], {})[_member(row)] = corpus / file
    for kind in kinds:
        for path in sorted((corpus / kind).iterdir()):
            row = rows[f"{kind}/{path.name}"]
            source = row["source"]
            yield ProjectFile(kind, source, path.name, _member(row), projects[source])


def _member(row: Mapping[str, str]) -> str:
    """The path in the project; what was cut out of a larger file goes by its own name."""
    return row["file"].rpartition("/")[2] if row["extract"] else row["upstream_path"]


def outcomes(corpus: Path, version: str | None = None) -> Iterator[Outcome]:
    """The outcome of every file, kind by kind in order of names; ``made`` is for ``version``."""
    for file in project_files(corpus):
        yield outcome_of(file, file.kind, file.source, file.name, version)


def outcome_of(
    files: SourceFiles, kind: str, source: str, name: str, version: str | None = None
) -> Outcome:
    """Read files and render them for both ends of what is supported."""
    try:
        bundle = read_bundle(files, STRICT)
        made = render(bundle, Options(kubernetes_version=version or VERSIONS[-1]), SCHEMAS)
        oldest = render(bundle, Options(kubernetes_version=VERSIONS[0]), SCHEMAS)
    except UnreadableSource as error:
        return Outcome(kind, source, name, Verdict.REFUSED, problems=error.problems)
    except Exception as error:
        return Outcome(kind, source, name, Verdict.BROKE, error=repr(error))
    violations = tuple(dict.fromkeys([*_violations(made), *_violations(oldest)]))
    verdict = Verdict.VALID
    if violations:
        told = any(
            finding.code.startswith("SCH-") and finding.severity is Severity.BLOCKER
            for finding in made.findings
        )
        verdict = Verdict.FLAGGED if told else Verdict.UNTOLD
    return Outcome(kind, source, name, verdict, bundle, made, violations)


def _violations(made: Made) -> Iterator[str]:
    for item in made.objects:
        named = str(item.body.get("apiVersion")), str(item.body.get("kind"))
        if SCHEMAS.knows(made.version, *named):
            for violation in SCHEMAS.violations(made.version, item.body):
                yield f"{item.label}{pointer(violation.path)}: {violation.message}"

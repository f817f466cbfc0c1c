"""What becomes of each file of the corpus: manifests that pass strict validation, or a refusal."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from migrations_app.adapters.schemas import BundledSchemas
from migrations_app.domain.bundle import Bundle, MemoryFiles
from migrations_app.domain.engine import Made, Options, render
from migrations_app.domain.errors import Problem, UnreadableSource
from migrations_app.domain.findings import Severity
from migrations_app.domain.places import pointer
from migrations_app.domain.reading.limits import STRICT
from migrations_app.domain.reading.read import read_bundle

KINDS = ("kube", "inspect")
SCHEMAS = BundledSchemas()


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


def sources(corpus: Path) -> dict[str, str]:
    """File, as the index names it → the project it was taken from."""
    with (corpus / "index.csv").open(encoding="utf-8", newline="") as lines:
        return {row["file"]: row["source"] for row in csv.DictReader(lines)}


def outcomes(corpus: Path, version: str | None = None) -> Iterator[Outcome]:
    """The outcome of every file, kind by kind in order of names."""
    projects = sources(corpus)
    for kind in KINDS:
        for path in sorted((corpus / kind).iterdir()):
            yield _outcome(kind, projects[f"{kind}/{path.name}"], path, version)


def _outcome(kind: str, source: str, path: Path, version: str | None) -> Outcome:
    try:
        bundle = read_bundle(MemoryFiles({path.name: path.read_bytes()}), STRICT)
        made = render(bundle, Options(kubernetes_version=version), SCHEMAS)
    except UnreadableSource as error:
        return Outcome(kind, source, path.name, Verdict.REFUSED, problems=error.problems)
    except Exception as error:
        return Outcome(kind, source, path.name, Verdict.BROKE, error=repr(error))
    violations = tuple(_violations(made))
    verdict = Verdict.VALID
    if violations:
        told = any(
            finding.code.startswith("SCH-") and finding.severity is Severity.BLOCKER
            for finding in made.findings
        )
        verdict = Verdict.FLAGGED if told else Verdict.UNTOLD
    return Outcome(kind, source, path.name, verdict, bundle, made, violations)


def _violations(made: Made) -> Iterator[str]:
    for item in made.objects:
        named = str(item.body.get("apiVersion")), str(item.body.get("kind"))
        if SCHEMAS.knows(made.version, *named):
            for violation in SCHEMAS.violations(made.version, item.body):
                yield f"{item.label}{pointer(violation.path)}: {violation.message}"

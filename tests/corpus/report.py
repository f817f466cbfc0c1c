"""docs/corpus.md: what becomes of the corpus, as tables that a test holds against the facts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from migrations_app.domain.loss import Outcome as Fate
from tests.corpus.outcomes import KINDS, VERSIONS, Outcome, Verdict
from tests.live.corpus_on_server import Judged

PAGE = Path(__file__).parents[2] / "docs" / "corpus.md"

INTRODUCTION = """\
# Files written by others

Parsers are easily right about the files their authors thought of. This one is held against files
that other projects publish: Kubernetes YAML, compose files and Quadlet units of some 60 projects
(the tests and examples of Podman, Docker Compose, kompose, kustomize, Istio, MicroShift and others,
good and bad alike), and inspections written by Podman. Each file is read and rendered by itself,
without presets; what it refers to (env files, includes, neighbouring units) is drawn from its own
project, as far as the corpus has it.

`bin/corpus` prints these tables, `bin/corpus --update` writes this page, and the tests compare it
with what is true. The files lie outside this repository; `WORKBENCH_TEST_CORPUS` says where.
"""

CHANCES = {
    Verdict.VALID: "valid",
    Verdict.FLAGGED: "stopped by a finding",
    Verdict.REFUSED: "refused",
    Verdict.UNTOLD: "invalid, untold",
    Verdict.BROKE: "broke us",
}

LACKS = {
    "this cluster is not configured for dual-stack": "the test cluster has IPv4 only",
    "RuntimeClass": "the test cluster has no such RuntimeClass; the file expects it to be there",
}
"""What a rejection is about if it is about the cluster and not the object."""


def files_section(outcomes: Sequence[Outcome]) -> str:
    """The fate of every file, by kind and project."""
    lines = [
        "## What becomes of each file",
        "",
        f"*Valid*: every object passes the strict schema of Kubernetes {VERSIONS[0]} and that of",
        f"{VERSIONS[1]} (kinds that are not part of Kubernetes pass through). *Stopped by a",
        "finding*: rendered, but `check` ends with a blocker that names the field. *Refused*: not",
        "read, exit code 2, with file, line and column. Nothing may stand in the two columns",
        "behind it. *With questions*: valid with the recommended answers, and a person may decide",
        "otherwise.",
        "",
        "| | files | " + " | ".join(CHANCES.values()) + " | with questions | questions |",
        "|---|" + "---:|" * (len(CHANCES) + 3),
    ]
    for kind in KINDS:
        of_kind = [item for item in outcomes if item.kind == kind]
        lines.append(_row(f"**{kind}**", of_kind))
        for source in sorted({item.source for item in of_kind}):
            lines.append(_row(source, [item for item in of_kind if item.source == source]))
    lines += ["", *_fields(outcomes)]
    lines += ["", "### Refused, and why", ""]
    for item in outcomes:
        for problem in item.problems[:1]:
            where = f"{problem.place.line}:{problem.place.column}"
            more = f" (and {len(item.problems) - 1} more)" if item.problems[1:] else ""
            lines.append(f"- `{item.name}` {where} — `{problem.code}`: {problem.message}{more}")
    lines += ["", "### Stopped by a finding", ""]
    for item in outcomes:
        if item.verdict is Verdict.FLAGGED:
            lines.append(f"- `{item.name}`: {'; '.join(item.violations)}")
    return "\n".join(lines) + "\n"


def _row(name: str, items: Sequence[Outcome]) -> str:
    found = Counter(item.verdict for item in items)
    questions = [len(item.made.questions) for item in items if item.made]
    cells = [found[v] for v in CHANCES] + [sum(map(bool, questions)), sum(questions)]
    return f"| {name} | {len(items)} | " + " | ".join(map(str, cells)) + " |"


def _fields(outcomes: Sequence[Outcome]) -> Iterator[str]:
    """What became of all fields that are set in the files of a kind."""
    yield "### What becomes of their fields"
    yield ""
    yield "One row of the loss report stands for one field that is set. Nothing is dropped without"
    yield "a reason that the report names; an inspection lists far more than anybody set."
    yield ""
    yield "| | fields | " + " | ".join(kind.value for kind in Fate) + " |"
    yield "|---|" + "---:|" * (len(Fate) + 1)
    for kind in KINDS:
        rows = [
            row for item in outcomes if item.kind == kind and item.made for row in item.made.loss
        ]
        fates = Counter(row.outcome for row in rows)
        yield f"| {kind} | {len(rows)} | " + " | ".join(str(fates[fate]) for fate in Fate) + " |"


def server_section(version: str, untouched: Sequence[Judged], judged: Sequence[Judged]) -> str:
    """What a real API server says, before and after rendering."""
    lines = [
        "## Before a real API server",
        "",
        f"Every object of every file that was rendered, sent to a Kubernetes {version} API server",
        "(dry run, `fieldValidation=Strict`) after the Namespaces and ServiceAccounts that the",
        "file names were made. *As they are*: the same objects without any rendering. A file is",
        "accepted if all its objects are that the server knows.",
        "",
        "| | objects | of known kinds | accepted | share | files | accepted | share |",
        "|---|---:|---:|---:|---:|---:|---:|---:|",
        _share("kube, as they are", [item for item in untouched if item.outcome.kind == "kube"]),
        *(
            _share(f"{kind}, rendered", [item for item in judged if item.outcome.kind == kind])
            for kind in KINDS
        ),
        _share("all, rendered", judged),
        "",
        "### Rejected, and why",
        "",
        *_rejections(judged),
        "",
        "### Kinds that the server does not know",
        "",
        "They pass through as they were written (SCH-07).",
        "",
    ]
    unknown = Counter(item.kind for item in judged if not item.answer.known)
    lines.append("; ".join(f"{kind} ({count})" for kind, count in sorted(unknown.items())) + ".")
    return "\n".join(lines) + "\n"


def _share(name: str, judged: Sequence[Judged]) -> str:
    known = [item for item in judged if item.answer.known]
    accepted = sum(item.answer.accepted for item in known)
    files = {item.outcome.name for item in known}
    whole = len(files - {item.outcome.name for item in known if not item.answer.accepted})
    cells = (name, len(judged), len(known), accepted, _percent(accepted, len(known)))
    return (
        "| " + " | ".join(map(str, (*cells, len(files), whole, _percent(whole, len(files))))) + " |"
    )


def _percent(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f} %" if whole else "-"


def _rejections(judged: Iterable[Judged]) -> Iterator[str]:
    for item in judged:
        if item.answer.known and not item.answer.accepted:
            yield f"- `{item.outcome.name}` {item.label}: {item.answer.why} — {explanation(item)}."


def lack(item: Judged) -> str:
    """What the test cluster lacks for the object, if that is why it was rejected."""
    return next((why for sign, why in LACKS.items() if sign in item.answer.why), "")


def explanation(item: Judged) -> str:
    """Why a rejection is right: the cluster lacks something, or a finding says the same."""
    if reason := lack(item):
        return reason
    made = item.outcome.made
    codes = sorted(
        {
            finding.code
            for finding in (made.findings if made else ())
            if finding.place.object == item.label
            and finding.severity.value == "blocker"
            and not finding.mended
        }
    )
    return f"incomplete in the source; blocker {', '.join(codes)} says so" if codes else ""


def page(sections: Iterable[str]) -> str:
    return "\n".join([INTRODUCTION, *sections])

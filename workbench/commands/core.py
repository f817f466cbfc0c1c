"""``render``, ``check`` and ``digest``: results on standard output, all else on standard error."""

from __future__ import annotations

import gc
import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from migrations_app.adapters.schemas import BundledSchemas
from migrations_app.domain.bundle import Bundle
from migrations_app.domain.engine import Made, SecretsMode, render
from migrations_app.domain.errors import InvalidInput, MissingParameter, UnreadableSource
from migrations_app.domain.findings import Finding, Severity
from migrations_app.domain.messages import Say, listed, msg
from migrations_app.domain.reading.limits import WIDE
from migrations_app.domain.reading.read import read_bundle
from migrations_app.domain.reports import REPORTS, finding_json, loss_json, question_json
from workbench.commands.arguments import (
    EX_USAGE,
    FORMATS,
    Parser,
    add_inputs,
    engine_options,
    source_files,
)
from workbench.language import say

GOOD, NEGATIVE, UNREADABLE = 0, 1, 2


def run(command: str, arguments: Sequence[str]) -> int:
    """Run one of the core's commands and return its exit code."""
    commands: dict[str, Callable[[Sequence[str]], int]] = {
        "render": _render,
        "check": _check,
        "digest": _digest,
    }
    gc.disable()  # the process ends with its command: looking for cycles costs more than it frees
    try:
        return commands[command](arguments)
    except UnreadableSource as error:
        print(error.told(say), file=sys.stderr)
        return UNREADABLE
    except (InvalidInput, MissingParameter) as error:
        print(error.told(say), file=sys.stderr)
        return EX_USAGE


def _made(arguments: Sequence[str], parser: Parser) -> tuple[Any, Bundle, Made]:
    options = parser.parse_args(arguments)
    schemas = BundledSchemas()
    wanted = engine_options(options, schemas.versions())
    bundle = read_bundle(source_files(options), WIDE)
    return options, bundle, render(bundle, wanted, schemas)


def _render(arguments: Sequence[str]) -> int:
    parser = Parser(prog="workbench render", description="Make manifests from files.")
    add_inputs(parser)
    parser.add_argument("--format", choices=FORMATS, default="yaml")
    parser.add_argument("--secrets", choices=[mode.value for mode in SecretsMode], default="keep")
    parser.add_argument("-o", "--output", metavar="DIR")
    options, _bundle, made = _made(arguments, parser)
    if options.output is None:
        sys.stdout.write(made.text)
        _summary(made)
        return GOOD
    folder = Path(options.output)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "manifests.yaml").write_text(made.text, encoding="utf-8")
    report = json.dumps(report_of(made), indent=2, ensure_ascii=False)
    (folder / "report.json").write_text(report + "\n", encoding="utf-8")
    _summary(made)
    written = listed([folder / "manifests.yaml", folder / "report.json"])
    print(say(msg("Written: %(files)s", files=written)), file=sys.stderr)
    return GOOD


def report_of(made: Made) -> dict[str, Any]:
    """What rendering has to say besides the manifests."""
    return {
        "questions": [question_json(question) for question in made.questions],
        "findings": [finding_json(finding) for finding in made.findings],
        "loss": [loss_json(row) for row in made.loss],
        "renames": [dict(rename) for rename in made.renames],
        "digest": made.digest,
    }


def _summary(made: Made) -> None:
    open_findings = [finding for finding in made.findings if not finding.mended]
    mended = len(made.findings) - len(open_findings)
    lost = sum(row.outcome.value == "dropped" for row in made.loss)
    unanswered = sum(question.answer is None for question in made.questions)
    summary = msg(
        "Objects: %(objects)s. Open findings: %(findings)s, mended: %(mended)s. Fields dropped: "
        "%(dropped)s. Questions with the recommended answer: %(questions)s. Digest %(digest)s.",
        objects=len(made.objects),
        findings=len(open_findings),
        mended=mended,
        dropped=lost,
        questions=unanswered,
        digest=made.digest[:12],
    )
    print(say(summary), file=sys.stderr)


def _check(arguments: Sequence[str]) -> int:
    parser = Parser(prog="workbench check", description="Find what keeps files from a cluster.")
    add_inputs(parser)
    parser.add_argument("--report", choices=sorted(REPORTS), default="text")
    parser.add_argument(
        "--fail-on", choices=[severity.value for severity in Severity], default="high"
    )
    options, _bundle, made = _made(arguments, parser)
    # What machines read is the same in every language.
    speak: Say = say if options.report == "text" else str
    sys.stdout.write(REPORTS[options.report](made.findings, speak))
    return NEGATIVE if fails(made.findings, Severity(options.fail_on)) else GOOD


def fails(findings: Sequence[Finding], threshold: Severity) -> bool:
    """Whether any finding is as bad as the threshold, or worse."""
    return any(finding.severity.rank <= threshold.rank for finding in findings)


def _digest(arguments: Sequence[str]) -> int:
    parser = Parser(prog="workbench digest", description="The manifest digest of a file.")
    parser.add_argument("files", nargs=1, metavar="FILE", help="a manifest; - is stdin")
    parser.add_argument("--root", help="not used by digests", default=None)
    options = parser.parse_args(arguments)
    from migrations_app.domain.manifests.digests import digest

    bundle = read_bundle(source_files(options), WIDE)
    if not bundle.objects:
        print(say(msg("There is no Kubernetes object in it.")), file=sys.stderr)
        return UNREADABLE
    print(digest(item.body for item in bundle.objects))
    return GOOD

"""``render``, ``check`` and ``digest``: results on standard output, all else on standard error."""

from __future__ import annotations

import gc
import io
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from functools import partial
from typing import Any

from migrations_app.adapters.schemas import BundledSchemas
from migrations_app.domain.checks.governance import expired_waivers
from migrations_app.domain.checks.phases import phase_for
from migrations_app.domain.engine import Made, answers_of, render
from migrations_app.domain.errors import (
    InvalidInput,
    InvalidPreset,
    MissingParameter,
    UnreadableSource,
)
from migrations_app.domain.findings import Finding, Severity
from migrations_app.domain.messages import Say, msg
from migrations_app.domain.pipeline.phases import Phase
from migrations_app.domain.reading.limits import WIDE
from migrations_app.domain.reading.read import read_bundle
from migrations_app.domain.reading.reading import Given
from migrations_app.domain.reports import REPORTS, junit_report
from migrations_app.domain.unused import out_of_scope, unused
from migrations_app.domain.waivers import (
    Waiver,
    counting,
    read_baseline,
    read_waivers,
)
from workbench.commands.arguments import (
    UNREADABLE,
    add_inputs,
    engine_options,
    given,
    source_files,
)
from workbench.commands.rendering import run_render
from workbench.language import say
from workbench.usage import EX_USAGE, Parser

GOOD, NEGATIVE = 0, 1
_WAIVERS = "findings that are taken as they are: [{fingerprint, reason, expires, owner}]"


def run(command: str, arguments: Sequence[str]) -> int:
    """Run one of the core's commands and return its exit code."""
    commands: dict[str, Callable[[Sequence[str]], int]] = {
        "render": run_render,
        "check": _check,
        "digest": _digest,
    }
    gc.disable()  # the process ends with its command: looking for cycles costs more than it frees
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", newline="\n")  # whatever the terminal's own is
    try:
        return commands[command](arguments)
    except (UnreadableSource, InvalidPreset) as error:
        print(error.told(say), file=sys.stderr)
        return UNREADABLE
    except (InvalidInput, MissingParameter) as error:
        print(error.told(say), file=sys.stderr)
        return EX_USAGE
    finally:
        gc.enable()


def _made(arguments: Sequence[str], parser: Parser) -> tuple[Any, Made]:
    options = parser.parse_args(arguments)
    schemas = BundledSchemas()
    wanted = engine_options(options, schemas.versions())
    told = Given(variables=wanted.parameters, answers=answers_of(wanted))
    made = render(read_bundle(source_files(options), WIDE, given=told), wanted, schemas)
    for note in (*out_of_scope(wanted), *unused(made, wanted)):
        print(say(note), file=sys.stderr)
    return options, made


def _check(arguments: Sequence[str]) -> int:
    parser = Parser(prog="bin/workbench check", description="Find what keeps files from a cluster.")
    add_inputs(parser)
    parser.add_argument(
        "--report", choices=sorted(REPORTS), default="text", help="how to tell: text without it"
    )
    parser.add_argument(
        "--fail-on",
        choices=[severity.value for severity in Severity],
        default="high",
        help="the least severity that ends with 1: high without it",
    )
    parser.add_argument(
        "--phase",
        choices=[phase.value for phase in Phase],
        help="how far to judge: by default as --environment says, else up to compatible",
    )
    parser.add_argument("--waivers", metavar="FILE", help=_WAIVERS)
    parser.add_argument("--baseline", metavar="FILE", help="an earlier JSON report: count new ones")
    options, made = _made(arguments, parser)
    today = datetime.now(UTC).date()
    waivers = read_waivers(given(options.waivers), options.waivers) if options.waivers else ()
    baseline = (
        read_baseline(given(options.baseline), options.baseline)
        if options.baseline
        else frozenset()
    )
    findings = made.findings
    if (options.phase or phase_for(options.environment)) == Phase.PRODUCTION:
        findings = (*findings, *expired_waivers(waivers, findings, options.waivers or "", today))
    shown = [finding for finding in findings if finding.fingerprint not in baseline]
    waived = {
        finding.fingerprint
        for finding in shown
        if any(waiver.holds(finding, today) for waiver in waivers)
    }
    # What machines read is the same in every language.
    speak: Say = say if options.report == "text" else str
    counted = counting(shown, Severity(options.fail_on), waivers, baseline, today)
    failing = {finding.fingerprint for finding in counted}
    reports = {**REPORTS, "junit": partial(junit_report, failing=failing)}
    sys.stdout.write(reports[options.report](shown, speak, waived))
    _tell_of_waivers(waivers, made.findings, today)
    if not counted:
        return GOOD
    verdict = msg(
        "Failed: %(count)s of severity %(severity)s or worse, %(mended)s of them mended when "
        "rendering.",
        count=len(counted),
        severity=options.fail_on,
        mended=sum(finding.mended for finding in counted),
    )
    print(say(verdict), file=sys.stderr)
    return NEGATIVE


def _tell_of_waivers(waivers: Sequence[Waiver], findings: Sequence[Finding], today: date) -> None:
    """Waivers that do nothing, and why."""
    by_fingerprint = {finding.fingerprint: finding for finding in findings}
    for waiver in waivers:
        finding = by_fingerprint.get(waiver.fingerprint)
        if finding is None:
            text = msg("Waiver %(id)s: there is no such finding.", id=waiver.fingerprint)
        elif not finding.waivable:
            text = msg(
                "Waiver %(id)s: %(code)s cannot be waived, no cluster would take it.",
                id=waiver.fingerprint,
                code=finding.code,
            )
        elif today > waiver.expires:
            text = msg(
                "Waiver %(id)s: it ended on %(day)s.", id=waiver.fingerprint, day=waiver.expires
            )
        else:
            continue
        print(say(text), file=sys.stderr)


def _digest(arguments: Sequence[str]) -> int:
    parser = Parser(prog="bin/workbench digest", description="The manifest digest of a file.")
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

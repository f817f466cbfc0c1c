"""The pages about checks, made of the rules, of the docstrings of checks, and of examples.

``docs/checks.md`` lists them all; ``docs/checks/CODE.md`` tells of one.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from migrations_app.domain import edits
from migrations_app.domain.checks import MENDED, RULED, capture, governance, rehearsals
from migrations_app.domain.checks.base import Rule
from migrations_app.domain.checks.catalogue import ELSEWHERE, Decided
from migrations_app.domain.checks.phases import phase_of
from migrations_app.domain.fixes import FIXED
from migrations_app.domain.reading.containerfile import rules

REHEARSED: tuple[tuple[Rule, object], ...] = (
    (rehearsals.REH_02, rehearsals.rehearsal_finding),
    (rehearsals.REH_03, rehearsals.not_proven),
    (rehearsals.REH_04, rehearsals.late_ends),
    (rehearsals.REH_05, rehearsals.left_over),
    (rehearsals.REH_06, rehearsals.loopback_only),
    (rehearsals.REH_07, rehearsals.generous_capabilities),
    (rehearsals.RES_03, rehearsals.tight_limits),
    (rehearsals.PRB_05, rehearsals.slow_starts),
)
AGREED: tuple[tuple[Rule, object], ...] = (
    (governance.PRD_09, governance.expired_waivers),
    (edits.EDT_01, edits.contradicted_edit),
)
READ: tuple[tuple[Rule, object], ...] = rules.RULED
ENTRIES: tuple[tuple[Rule, object], ...] = (*RULED, *REHEARSED, *AGREED, *READ)

FAMILIES: Mapping[str, str] = {
    "CAP": "Capture and sources",
    "CTF": "Containerfiles",
    "YML": "YAML",
    "IMG": "Images",
    "NAM": "Names",
    "SCH": "Schema and references",
    "VOL": "Volumes",
    "CFG": "Configuration",
    "RES": "Resources",
    "PRB": "Probes",
    "SEC": "Security",
    "WLD": "Workloads",
    "REH": "Rehearsal",
    "STG": "Staging",
    "PRD": "Production",
    "GOV": "Governance",
    "EDG": "Edge",
    "EDT": "Edits",
}


class Way(StrEnum):
    """How an example came from its before to its after."""

    RENDERED = "rendering mends it"
    FIXED = "the fix, accepted"
    BY_HAND = "by hand"
    ANSWERED = "the question, answered"


@dataclass(frozen=True, slots=True)
class Example:
    """A source that has the fault, and the same without it. File names to texts."""

    before: Mapping[str, str]
    after: Mapping[str, str] = field(default_factory=dict)
    way: Way = Way.BY_HAND


_INTRODUCTION = """# Checks

What the workbench looks for in every manifest. A check only looks: what rendering mends by itself
is reported as mended, what has a fix can be accepted in the browser or over the API, and all else
is for a person. Findings of severity *blocker* and *high* close the gate before the check's phase
unless somebody waives them with a reason; some cannot be waived, because no reason makes a cluster
accept the manifest.

Each check belongs to a phase. A manifest is judged as far as what it is made for: up to
*compatible* by default, up to *staging* or *production* for the environments of these names (and
up to *production* for `edge`). So `check FILE…` does not fail a build because there is no
disruption budget; `--environment production`, or `--phase production`, asks for that as well.
Findings of later phases close no earlier gate. One check differs from the rest of its family:
VOL-06 counts from staging on, because a rehearsal plays with empty volumes anyway.

On the command line, `check FILE…` judges the files themselves: what rendering would mend counts as
well. `--fail-on` sets the severity from which it ends with 1. `--waivers FILE` names findings that
are taken as they are, until a day:

```yaml
- {fingerprint: 8b1384654cefd4f2, reason: the vendor's image has no other tag, expires: 2030-12-31}
```

An optional `owner` says who answers for it. `--baseline FILE` takes an earlier `check --report
json`, or the `report.json` of `render -o`: what stands in it is neither shown nor counted.
Fingerprints stay the same when lines move.

The last column says by what a check is decided. What only a cluster can show is listed too, without
a page: it comes with deployments.
"""


def checks_index() -> str:
    """The list of all checks, as Markdown."""
    rows: dict[str, dict[str, str]] = {}
    for rule, check in ENTRIES:
        rows.setdefault(rule.code[:3], {})[rule.code] = _row(rule, check)
    for code, (severity, decided, text) in ELSEWHERE.items():
        phase = phase_of(code).value
        rows.setdefault(code[:3], {})[code] = (
            f"| {code} | {severity} | {phase} | {text} | - | - | {decided} |"
        )
    parts = [_INTRODUCTION]
    for family, title in FAMILIES.items():
        if family in rows:
            parts += [
                f"## {title}\n",
                "| Code | Severity | Phase | Finds | Fix | Waiver | Decided |",
                "|---|---|---|---|---|---|---|",
                *(rows[family][code] for code in sorted(rows[family])),
                "",
            ]
    return "\n".join(parts).rstrip() + "\n"


def _row(rule: Rule, check: object) -> str:
    summary, _rest = documentation(check)
    link = f"[{rule.code}](checks/{rule.code}.md)"
    waiver = "yes" if rule.waivable else "no"
    return (
        f"| {link} | {rule.severity} | {phase_of(rule.code)} | {summary.rstrip('.')} "
        f"| {_fix(rule, check)} "
        f"| {waiver} | {_decided(rule, check)} |"
    )


def check_pages(examples: Mapping[str, Example]) -> dict[str, str]:
    """Code → page, for every check that is decided without a cluster."""
    return {
        rule.code: "\n".join(_page(rule, check, examples.get(rule.code))).rstrip() + "\n"
        for rule, check in ENTRIES
    }


def _page(rule: Rule, check: object, example: Example | None) -> Iterator[str]:
    summary, rest = documentation(check)
    yield f"# {rule.code}: {summary.rstrip('.')}\n"
    yield "| Severity | Phase | Fix | Waiver | Decided |"
    yield "|---|---|---|---|---|"
    waiver = "yes" if rule.waivable else "no: no cluster takes it"
    yield (
        f"| {rule.severity} | {phase_of(rule.code)} | {_fix(rule, check)} | {waiver} "
        f"| {_decided(rule, check)} |\n"
    )
    if rest:
        yield f"{rest}\n"
    yield f"**Why a cluster differs from Podman.** {rule.why}\n"
    yield f"**What to do.** {rule.fix}\n"
    if example is not None:
        yield from _example(example)
    yield "[All checks](../checks.md)"


def _example(example: Example) -> Iterator[str]:
    yield "## Before\n"
    yield from _files(example.before)
    if example.after:
        yield f"## After ({example.way})\n"
        yield from _files(example.after)


def _files(files: Mapping[str, str]) -> Iterator[str]:
    for name, text in files.items():
        if len(files) > 1:
            yield f"`{name}`:\n"
        language = "json" if name.endswith(".json") else "yaml" if name.endswith("yaml") else "text"
        yield f"```{language}\n{text.rstrip()}\n```\n"


def _fix(rule: Rule, check: object) -> str:
    if check in MENDED or check is capture.hidden_secrets:
        return "by rendering"
    return "one click" if rule.code in FIXED else "by hand"


def _decided(rule: Rule, check: object) -> Decided:
    if any(known is rule for known, _check in REHEARSED):
        return Decided.REHEARSAL
    if any(known is rule for known, _check in AGREED):
        return Decided.GATE
    return Decided.READING if rule.code[:3] in ("CAP", "CTF") else Decided.MANIFEST


def documentation(check: object) -> tuple[str, str]:
    """The first sentence of a check's docstring, without its code, and what follows."""
    summary, _blank, rest = (inspect.getdoc(check) or "").partition("\n\n")
    sentence = summary.partition(": ")[2].replace("\n", " ")
    return sentence.replace("``", "`"), rest.strip().replace("``", "`")

"""The page ``docs/checks.md``, made of the rules and of the docstrings of their checks."""

from __future__ import annotations

import inspect
from collections.abc import Iterator

from migrations_app.domain.checks import MENDED, RULED, rehearsals
from migrations_app.domain.checks.base import Rule
from migrations_app.domain.fixes import FIXED

ENTRIES: tuple[tuple[Rule, object], ...] = (
    *RULED,
    (rehearsals.REH_02, rehearsals.rehearsal_finding),
)

_INTRODUCTION = """# Checks

What the workbench looks for in every manifest. A check only looks: what rendering mends by itself
is reported as mended, what has a fix can be accepted in the browser or over the API, and all else
is for a person. Findings of severity *blocker* and *high* close the gate of the next phase unless
somebody waives them with a reason; some cannot be waived, because no reason makes a cluster accept
the manifest.

On the command line, `check FILE…` judges the files themselves: what rendering would mend counts as
well. `--fail-on` sets the severity from which it ends with 1. `--waivers FILE` names findings that
are taken as they are, until a day:

```yaml
- {fingerprint: 8b1384654cefd4f2, reason: the vendor's image has no other tag, expires: 2030-12-31}
```

`--baseline FILE` takes an earlier `check --report json`, or the `report.json` of `render -o`: what
stands in it is neither shown nor counted. Fingerprints stay the same when lines move.

Two codes come from reading and not from a check: YML-01 (low) marks a value that another YAML
reader would take for something else than Kubernetes does, and CAP-01 says that an inspection came
without others that belong to it.
"""


def checks_page() -> str:
    """The whole page, as Markdown."""
    return "\n".join([_INTRODUCTION, *_table(), "", *_sections()]).rstrip() + "\n"


def _table() -> Iterator[str]:
    yield "| Code | Severity | Finds | Fix | Waiver |"
    yield "|---|---|---|---|---|"
    for rule, check in ENTRIES:
        summary, _rest = _documentation(check)
        fix = (
            "by rendering" if check in MENDED else "one click" if rule.code in FIXED else "by hand"
        )
        waiver = "yes" if rule.waivable else "no"
        link = f"[{rule.code}](#{rule.code.lower()})"
        yield f"| {link} | {rule.severity} | {summary} | {fix} | {waiver} |"


def _sections() -> Iterator[str]:
    for rule, check in ENTRIES:
        summary, rest = _documentation(check)
        yield f"## {rule.code}\n"
        yield f"{summary[:1].upper()}{summary[1:]}\n"
        if rest:
            yield f"{rest}\n"
        yield f"*Why.* {rule.why}\n"
        yield f"*What to do.* {rule.fix}\n"


def _documentation(check: object) -> tuple[str, str]:
    """The first sentence of a check's docstring, without its code, and what follows."""
    summary, _blank, rest = (inspect.getdoc(check) or "").partition("\n\n")
    sentence = summary.partition(": ")[2].replace("\n", " ")
    return sentence.replace("``", "`"), rest.strip().replace("``", "`")

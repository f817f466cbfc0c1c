"""docs/option-groups.md: the table of all groups, and the concerns of ``generate kube``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from tests.live.option_groups.all_groups import GROUPS
from tests.live.option_groups.concerns import concerns
from tests.live.option_groups.group import Group
from tests.live.option_groups.playing import named
from tests.live.option_groups.trial import Trial

PAGE = Path(__file__).parents[3] / "docs" / "option-groups.md"

_INTRODUCTION = """\
# Podman's options, one by one

For each group of options a real container (or pod) is made with Podman 4.3 and Podman 5.8. It is
captured as the workbench captures it, rendered without presets, and compared with what was asked
for. Then the Podman variant of the manifest is played with `podman kube play` and captured again:
every difference must be one that the loss report, or the report of the variant, tells of; and what
is reported lost must be lost.

`bin/option-groups` prints this page, `bin/option-groups --update` writes it. The tests hold it
against the facts: a sample always, all of it with `bin/test --all`.
"""

_TABLE = """\
*Becomes*: the fields of the Kubernetes objects, or where it is told why there is none. *Here*: all
of it is there, with both versions of Podman. *generate kube*: what `podman generate kube --service`
keeps of the same fields: all, some, none (lost), or it fails as a whole; where no field has room
for the options, it says nothing of that. *Played*: what is not the same in Podman afterwards, all
of it told of.
"""

_UNSEEN = """\
Three things no inspection of a played pod shows, whether Podman heeded them or not, so they are not
compared: the pull policy, sysctls, and SELinux labels on a host without SELinux.
"""


def page(tried: Mapping[str, Sequence[Trial]]) -> str:
    """The whole page; ``tried`` are the trials by version of Podman."""
    return "\n".join(
        [
            _INTRODUCTION,
            "\n".join(_figures(tried)),
            "## Groups of options\n",
            _TABLE,
            "\n".join(_rows(tried)),
            "",
            _UNSEEN,
            "\n".join(_concerns()),
        ]
    )


def _figures(tried: Mapping[str, Sequence[Trial]]) -> Iterator[str]:
    yield "| | groups | right here | kept by generate kube | in part | lost | fails | no field |"
    yield "|---|---:|---:|---:|---:|---:|---:|---:|"
    for version, trials in tried.items():
        verdicts = Counter(trial.result.verdict for trial in trials)
        right = sum(not trial.faults for trial in trials)
        cells = [verdicts[name] for name in ("kept", "in part", "lost", "fails", "says nothing")]
        yield f"| Podman {version} | {len(trials)} | {right} | {' | '.join(map(str, cells))} |"
    yield ""


def _rows(tried: Mapping[str, Sequence[Trial]]) -> Iterator[str]:
    versions = list(tried)
    by_name = {
        version: {trial.group.name: trial for trial in trials} for version, trials in tried.items()
    }
    heads = [f"generate kube {version}" for version in versions]
    yield f"| group | options | becomes | here | {' | '.join(heads)} | played |"
    yield "|---|---|---|---|" + "---|" * (len(versions) + 1)
    for group in GROUPS:
        found = {v: by_name[v][group.name] for v in versions if group.name in by_name[v]}
        faults = [fault for trial in found.values() for fault in trial.faults]
        theirs = [found[v].result.verdict if v in found else "-" for v in versions]
        yield (
            "| "
            + " | ".join([*static_cells(group), "no" if faults else "yes", *theirs, _played(found)])
            + " |"
        )


def static_cells(group: Group) -> list[str]:
    """What of a row can be known without any Podman."""
    becomes = ", ".join(dict.fromkeys(str(item) for item in group.expects))
    return [group.name, f"`{group.asked.replace('|', '¦')}`", becomes]


def _played(found: Mapping[str, Trial]) -> str:
    names: dict[str, list[str]] = {}
    for version, trial in found.items():
        for item in trial.differences:
            known = names.setdefault(named(item.name), [])
            if version not in known:
                known.append(version)
    said = [
        name if len(versions) == len(found) else f"{name} ({', '.join(versions)})"
        for name, versions in names.items()
    ]
    return ", ".join(said) or "the same"


def _concerns() -> Iterator[str]:
    yield "## What generate kube loses or breaks\n"
    yield "Each of these concerns has a test of its own, on inspections of real containers that are"
    yield "kept in `tests/fixtures/inspect` (made by `python -m tests.live.concern_fixtures`).\n"
    yield "| | concern | test in `tests/domain/reading/test_inspect_concerns.py` |"
    yield "|---:|---|---|"
    for number, title, test in concerns():
        yield f"| {number} | {title} | `{test}` |"
    yield ""

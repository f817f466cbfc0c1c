"""Gates: what must hold before a service may enter a phase.

Facts go in, gates come out, open and closed alike, each with its reason. Nothing here looks
anything up, so that every door and every test decides alike.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from migrations_app.domain.checks.phases import phase_of
from migrations_app.domain.findings import Finding, Severity
from migrations_app.domain.messages import Message, counted, msg
from migrations_app.domain.pipeline.phases import Phase
from migrations_app.domain.words import word

CLOSING = (Severity.BLOCKER, Severity.HIGH)
"""Findings of these severities close a gate, unless they were mended or waived."""


@dataclass(frozen=True, slots=True)
class RevisionFacts:
    """The latest revision. ``current``: it was made from what the service is made from now."""

    number: int
    base_digest: str
    shared_digest: str
    current: bool


@dataclass(frozen=True, slots=True)
class RehearsalFacts:
    """A rehearsal that ended, with what it was of."""

    number: int
    base_digest: str
    shared_digest: str
    outcome: str


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything that gates read about one service.

    ``findings`` are those of the latest revision and of the shared set it was made with;
    ``waived`` holds fingerprints. ``rehearsals`` come latest first. ``shared_digest`` is that of
    the shared set as it is now.
    """

    has_source: bool = False
    problem: Message | None = None
    revision: RevisionFacts | None = None
    findings: tuple[Finding, ...] = ()
    waived: frozenset[str] = frozenset()
    rehearsals: tuple[RehearsalFacts, ...] = ()
    shared_digest: str = ""


@dataclass(frozen=True, slots=True)
class Gate:
    """One condition. ``findings`` are what closes it, where findings do."""

    code: str
    open: bool
    why: Message
    findings: tuple[Finding, ...] = field(default=())


_BY_FINDINGS: tuple[tuple[str, tuple[str, ...], Message], ...] = (
    (
        "schema",
        ("SCH-01", "SCH-02", "SCH-05", "SCH-06", "SCH-07"),
        msg("Every object fits the target's schema."),
    ),
    (
        "names_and_references",
        ("NAM-", "SCH-03", "SCH-04", "VOL-02"),
        msg("Names are valid, and every reference leads somewhere."),
    ),
    (
        "storage",
        ("VOL-01", "VOL-03", "VOL-04", "VOL-05", "VOL-07"),
        msg("Every volume is one that a cluster can give."),
    ),
    ("images", ("IMG-",), msg("Every image can be pulled, and is pinned as the presets ask.")),
    ("resources", ("RES-",), msg("Every container has requests and limits.")),
    ("probes", ("PRB-",), msg("Every container that keeps running has probes.")),
    (
        "configuration",
        ("CFG-",),
        msg("Configuration and secrets are where a cluster looks for them."),
    ),
    ("security", ("SEC-",), msg("What the containers ask for is consistent.")),
)
"""Code of the gate, the findings it reads (a code or the beginning of one), what it stands for."""

_COMPATIBLE = Phase.COMPATIBLE.rank


def gates(facts: Facts, to: Phase) -> tuple[Gate, ...]:
    """Every gate before a phase, in the order in which a person would work through them."""
    if to is Phase.LOCAL:
        return tuple(_local(facts))
    if to is Phase.COMPATIBLE:
        return tuple(_compatible(facts))
    return (*_cluster(to), _manifest(facts, to))


def closed(found: Sequence[Gate]) -> tuple[Gate, ...]:
    """Those of the gates that do not let the service through."""
    return tuple(gate for gate in found if not gate.open)


def _local(facts: Facts) -> Iterator[Gate]:
    yield _gate(
        "source",
        facts.has_source,
        msg("A source is stored, and its secrets are kept apart."),
        msg("No source in force. Upload one, or capture the service from a host."),
    )
    if facts.problem is not None:
        yield Gate("readable", open=False, why=facts.problem)
    else:
        yield Gate("readable", open=True, why=msg("The source can be read."))


def _compatible(facts: Facts) -> Iterator[Gate]:
    yield from _local(facts)
    yield _revision(facts)
    yield from _findings(facts)
    yield _rehearsal(facts)


def _revision(facts: Facts) -> Gate:
    if facts.revision is None:
        return Gate("revision", open=False, why=msg("There is no revision yet. Make one."))
    if not facts.revision.current:
        return Gate(
            "revision",
            open=False,
            why=msg(
                "Revision %(number)s is older than the service's source, answers or presets. "
                "Make a new one.",
                number=facts.revision.number,
            ),
        )
    return Gate(
        "revision",
        open=True,
        why=msg("Revision %(number)s is made from what is in force.", number=facts.revision.number),
    )


def _findings(facts: Facts) -> Iterator[Gate]:
    left = [finding for finding in _left(facts) if phase_of(finding.code).rank <= _COMPATIBLE]
    for code, prefixes, holds in _BY_FINDINGS:
        mine = tuple(finding for finding in left if finding.code.startswith(prefixes))
        yield _by_findings(code, mine, holds, facts)
    known = tuple(prefix for _code, prefixes, _holds in _BY_FINDINGS for prefix in prefixes)
    others = tuple(finding for finding in left if not finding.code.startswith(known))
    yield _by_findings("findings", others, msg("No other serious finding is open."), facts)


def _left(facts: Facts) -> Iterator[Finding]:
    """The findings that close a gate: serious ones that nobody has waived."""
    for finding in facts.findings:
        if finding.severity in CLOSING and not finding.mended:
            if finding.fingerprint not in facts.waived:
                yield finding


def _by_findings(code: str, left: tuple[Finding, ...], holds: Message, facts: Facts) -> Gate:
    if facts.revision is None:
        return Gate(code, open=False, why=msg("Nothing was checked yet: there is no revision."))
    if not left:
        return Gate(code, open=True, why=holds)
    why = counted("%(count)s finding is open.", "%(count)s findings are open.", count=len(left))
    if len(left) == 1:
        why = left[0].message
    return Gate(code, open=False, why=why, findings=left)


def _rehearsal(facts: Facts) -> Gate:
    """The latest rehearsal of this very base must have passed, beside these shared objects."""
    if facts.revision is None:
        return Gate("rehearsal", open=False, why=msg("Nothing was rehearsed yet."))
    same_base = [r for r in facts.rehearsals if r.base_digest == facts.revision.base_digest]
    if not same_base:
        return Gate(
            "rehearsal",
            open=False,
            why=msg(
                "The base of revision %(number)s was not rehearsed yet.",
                number=facts.revision.number,
            ),
        )
    latest = same_base[0]
    if latest.shared_digest != facts.shared_digest:
        return Gate(
            "rehearsal",
            open=False,
            why=msg(
                "The application's shared objects have changed since rehearsal %(number)s. "
                "Rehearse again.",
                number=latest.number,
            ),
        )
    if latest.outcome != "passed":
        return Gate(
            "rehearsal",
            open=False,
            why=msg(
                "Rehearsal %(number)s ended as %(outcome)s.",
                number=latest.number,
                outcome=word("outcome", latest.outcome),
            ),
        )
    return Gate(
        "rehearsal",
        open=True,
        why=msg("Rehearsal %(number)s passed with this base.", number=latest.number),
    )


def _cluster(to: Phase) -> Iterator[Gate]:
    """Evidence from a cluster, which nobody has given yet."""
    needed = {
        Phase.STAGING: (
            ("accepted", msg("A server-side dry run needs a cluster. Add one first.")),
            ("ready", msg("Readiness can be seen only on a cluster. Deploy to staging first.")),
        ),
        Phase.PRODUCTION: (
            ("staging", msg("Nothing runs in staging. Deploy there first.")),
            ("approval", msg("A second person must approve what ran in staging.")),
        ),
    }
    for code, why in needed[to]:
        yield Gate(code, open=False, why=why)


def _manifest(facts: Facts, to: Phase) -> Gate:
    """What the phase asks of the manifest beyond what any cluster takes.

    Phases in between count as well. What is not there yet is judged when a revision is made for
    the environment: the findings of a revision for another one do not hold it up.
    """
    left = tuple(
        finding for finding in _left(facts) if _COMPATIBLE < phase_of(finding.code).rank <= to.rank
    )
    return _by_findings("manifest", left, msg("The manifest is ready for this phase."), facts)


def _gate(code: str, holds: bool, if_open: Message, if_closed: Message) -> Gate:  # noqa: FBT001
    return Gate(code, open=holds, why=if_open if holds else if_closed)

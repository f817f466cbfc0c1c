"""Which facts open which gate."""

from __future__ import annotations

from dataclasses import replace

import pytest

from migrations_app.domain.findings import Finding, Severity
from migrations_app.domain.messages import msg
from migrations_app.domain.pipeline.gates import (
    Facts,
    RehearsalFacts,
    RevisionFacts,
    closed,
    gates,
)
from migrations_app.domain.pipeline.phases import Phase
from migrations_app.domain.places import Place

BASE, SHARED = "b" * 64, "c" * 64
GOOD = Facts(
    has_source=True,
    revision=RevisionFacts(3, BASE, SHARED, current=True),
    rehearsals=(RehearsalFacts(1, BASE, SHARED, "passed"),),
    shared_digest=SHARED,
)


def finding(code: str, severity: Severity = Severity.HIGH, **more: bool) -> Finding:
    return Finding(code, severity, Place(object="Deployment/web"), msg("It is wrong."), **more)


def shut(facts: Facts, to: Phase = Phase.COMPATIBLE) -> list[str]:
    return [gate.code for gate in closed(gates(facts, to))]


def test_with_everything_in_order_all_gates_are_open() -> None:
    assert shut(GOOD) == []
    assert len(gates(GOOD, Phase.COMPATIBLE)) == 13


def test_every_gate_says_why() -> None:
    for facts in (GOOD, Facts()):
        for phase in Phase:
            assert all(str(gate.why) for gate in gates(facts, phase))


@pytest.mark.parametrize(
    ("code", "gate"),
    [
        ("SCH-01", "schema"),
        ("SCH-02", "schema"),
        ("SCH-03", "names_and_references"),
        ("SCH-04", "names_and_references"),
        ("NAM-01", "names_and_references"),
        ("VOL-02", "names_and_references"),
        ("VOL-01", "storage"),
        ("IMG-01", "images"),
        ("RES-01", "resources"),
        ("PRB-01", "probes"),
        ("CFG-01", "configuration"),
        ("SEC-03", "security"),
        ("REH-01", "findings"),
        ("NEW-99", "findings"),
    ],
)
def test_a_serious_finding_closes_one_gate(code: str, gate: str) -> None:
    facts = replace(GOOD, findings=(finding(code),))
    assert shut(facts) == [gate]
    assert closed(gates(facts, Phase.COMPATIBLE))[0].findings == facts.findings


@pytest.mark.parametrize("severity", [Severity.MEDIUM, Severity.LOW])
def test_a_lesser_finding_closes_none(severity: Severity) -> None:
    assert shut(replace(GOOD, findings=(finding("IMG-01", severity),))) == []


def test_what_was_mended_or_waived_closes_none() -> None:
    waived = finding("IMG-01")
    facts = replace(
        GOOD,
        findings=(waived, finding("RES-01", mended=True)),
        waived=frozenset({waived.fingerprint}),
    )
    assert shut(facts) == []


@pytest.mark.parametrize("outcome", ["failed", "inconclusive"])
def test_only_a_passed_rehearsal_counts(outcome: str) -> None:
    facts = replace(GOOD, rehearsals=(RehearsalFacts(1, BASE, SHARED, outcome),))
    assert shut(facts) == ["rehearsal"]


def test_the_latest_rehearsal_counts() -> None:
    latest = RehearsalFacts(2, BASE, SHARED, "failed")
    assert shut(replace(GOOD, rehearsals=(latest, *GOOD.rehearsals))) == ["rehearsal"]


def test_a_rehearsal_of_another_base_counts_for_nothing() -> None:
    other = RehearsalFacts(1, "d" * 64, SHARED, "passed")
    assert shut(replace(GOOD, rehearsals=(other,))) == ["rehearsal"]


def test_shared_objects_that_changed_close_the_rehearsal_gate() -> None:
    assert shut(replace(GOOD, shared_digest="e" * 64)) == ["rehearsal"]


def test_an_outdated_revision_closes_its_gate() -> None:
    old = RevisionFacts(3, BASE, SHARED, current=False)
    assert shut(replace(GOOD, revision=old)) == ["revision"]


def test_without_a_revision_everything_that_reads_it_is_closed() -> None:
    found = shut(replace(GOOD, revision=None))
    assert found[0] == "revision"
    assert {"schema", "images", "rehearsal"} <= set(found)


def test_without_a_source_nothing_begins() -> None:
    assert shut(Facts(), Phase.LOCAL) == ["source"]
    assert shut(replace(GOOD, problem=msg("It cannot be read.")), Phase.LOCAL) == ["readable"]


@pytest.mark.parametrize("phase", [Phase.STAGING, Phase.PRODUCTION])
def test_clusters_are_not_here_yet(phase: Phase) -> None:
    assert [gate.code for gate in gates(GOOD, phase) if gate.open] == ["manifest"]


@pytest.mark.parametrize("code", ["STG-02", "PRD-02", "EDG-01", "VOL-06"])
def test_findings_of_later_phases_close_no_earlier_gate(code: str) -> None:
    assert shut(replace(GOOD, findings=(finding(code),))) == []


def test_each_phase_has_the_findings_of_those_before_it() -> None:
    staging = replace(GOOD, findings=(finding("STG-02"),))
    production = replace(GOOD, findings=(finding("PRD-02"),))

    assert "manifest" in shut(staging, Phase.STAGING)
    assert "manifest" in shut(staging, Phase.PRODUCTION)
    assert "manifest" in shut(production, Phase.PRODUCTION)
    assert "manifest" not in shut(production, Phase.STAGING)

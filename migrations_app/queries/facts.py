"""What gates read about a service."""

from __future__ import annotations

from migrations_app.domain import records
from migrations_app.domain.findings import Finding
from migrations_app.domain.pipeline.gates import Facts, Gate, RehearsalFacts, RevisionFacts, gates
from migrations_app.domain.pipeline.phases import Phase
from migrations_app.models import (
    Assessment,
    Rehearsal,
    Revision,
    Service,
    ServiceSource,
)
from migrations_app.queries.waivers import waived


def gate_facts(service: Service) -> Facts:
    """The facts as they are now. An action that decides by them holds the service's row."""
    assessment = Assessment.objects.filter(service=service).first()
    revision = latest_revision(service)
    problem = assessment.problem if assessment else {}
    return Facts(
        has_source=ServiceSource.objects.filter(service=service).exists(),
        problem=records.message_from(problem) if problem else None,
        revision=_revision_facts(revision, assessment) if revision else None,
        findings=_findings(revision) if revision else (),
        waived=waived(service),
        rehearsals=_rehearsals(service),
        shared_digest=shared_digest(service, revision.environment if revision else "local"),
    )


def gates_before(service: Service, to: Phase) -> tuple[Gate, ...]:
    """The gates of a service before a phase, as they stand now."""
    return gates(gate_facts(service), to)


def latest_revision(service: Service) -> Revision | None:
    """The revision that was made or submitted last, of whichever environment."""
    return (
        Revision.objects.filter(service=service)
        .select_related("shared")
        .order_by("-number")
        .first()
    )


def shared_digest(service: Service, environment: str) -> str:
    """The digest of the shared set as the application's latest revision was made with it."""
    rows = Revision.objects.filter(
        service__application=service.application_id, environment=environment
    )
    return rows.order_by("-created", "-id").values_list("shared_digest", flat=True).first() or ""


def is_current(revision: Revision, assessment: Assessment | None) -> bool:
    """The revision was made from what is in force, or from what comes to the same."""
    if assessment is None:
        return False
    return (
        revision.source_inputs == assessment.inputs_digest
        or revision.base_digest == assessment.digest
    )


def _revision_facts(revision: Revision, assessment: Assessment | None) -> RevisionFacts:
    return RevisionFacts(
        revision.number,
        revision.base_digest,
        revision.shared_digest,
        is_current(revision, assessment),
    )


def _findings(revision: Revision) -> tuple[Finding, ...]:
    shared = revision.shared.findings if revision.shared else []
    return tuple(records.finding_from(record) for record in [*revision.findings, *shared])


def _rehearsals(service: Service) -> tuple[RehearsalFacts, ...]:
    rows = Rehearsal.objects.filter(service=service).exclude(outcome="").order_by("-number")
    return tuple(
        RehearsalFacts(number, base, shared, outcome)
        for number, base, shared, outcome in rows.values_list(
            "number", "base_digest", "shared_digest", "outcome"
        )
    )

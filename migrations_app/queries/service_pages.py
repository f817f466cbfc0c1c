"""What every page of one service shows around its own matter."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Count, QuerySet

from migrations_app.domain.audit.tags import Tag
from migrations_app.domain.findings import Severity
from migrations_app.domain.loss_kinds import is_setting
from migrations_app.domain.pipeline.gates import Gate, closed
from migrations_app.domain.pipeline.phases import Phase, next_phase
from migrations_app.models import AcceptedFix, Answer, Assessment, Revision, Service
from migrations_app.queries import services, trail, visibility
from migrations_app.queries.actors import Actor
from migrations_app.queries.facts import gates_before, is_current, latest_revision
from migrations_app.queries.services import Card

Record = dict[str, Any]
_MOST_ACCEPTED = 300


@dataclass(frozen=True, slots=True)
class Head:
    """A service, where it stands, and what its tabs hold.

    ``gates`` are those before the next phase. ``current``: the latest revision is made from what
    is in force.
    """

    service: Service
    card: Card
    assessment: Assessment | None
    revision: Revision | None
    current: bool
    to: Phase | None
    gates: tuple[Gate, ...]
    rehearsals: int
    sources: int

    @property
    def closed(self) -> tuple[Gate, ...]:
        return closed(self.gates)

    @property
    def findings(self) -> list[Record]:
        """Open findings, worst first."""
        found = self.assessment.findings if self.assessment else []
        return sorted(
            (record for record in found if not record["mended"]),
            key=lambda record: (Severity(record["severity"]).rank, record["code"]),
        )

    @property
    def mended(self) -> list[Record]:
        """Findings about the source that rendering has mended."""
        found = self.assessment.findings if self.assessment else []
        return [record for record in found if record["mended"]]

    @property
    def fixable(self) -> list[Record]:
        """Open findings that one click mends."""
        return [record for record in self.findings if record["fixable"]]

    @property
    def questions(self) -> list[Record]:
        return list(self.assessment.questions) if self.assessment else []

    @property
    def lost(self) -> int:
        """Rows of the loss report that a person should look at."""
        rows = self.assessment.loss if self.assessment else []
        return sum(row["outcome"] in ("dropped", "question") and is_setting(row) for row in rows)


def find(actor: Actor, pk: UUID) -> QuerySet[Service]:
    """The service as its pages need it, if the actor may see it."""
    return services.annotated(visibility.services(actor)).filter(pk=pk)


def head(service: Service) -> Head:
    """Everything around the pages of a service that :func:`find` has found."""
    to = next_phase(Phase(service.phase))
    assessment = Assessment.objects.filter(service=service).first()
    revision = latest_revision(service)
    counts = Service.objects.filter(pk=service.pk).aggregate(
        rehearsals=Count("rehearsals", distinct=True),
        sources=Count("service_sources", distinct=True),
    )
    return Head(
        service=service,
        card=services.card(service),
        assessment=assessment,
        revision=revision,
        current=revision is not None and is_current(revision, assessment),
        to=to,
        gates=gates_before(service, to) if to else (),
        rehearsals=counts["rehearsals"],
        sources=counts["sources"],
    )


def revisions(service: Service) -> QuerySet[Revision]:
    """The revisions of a service without their contents, latest first."""
    return (
        Revision.objects.filter(service=service)
        .only("number", "environment", "digest", "base_digest", "author_name", "created")
        .order_by("-number")
    )


def answers(service: Service) -> dict[str, Answer]:
    """What was answered: by question, the service's own answer before its application's."""
    rows = Answer.objects.filter(application=service.application).order_by("service")
    found: dict[str, Answer] = {}
    for row in rows:
        if row.service_id == service.pk or (
            row.service_id is None and row.question_id not in found
        ):
            found[row.question_id] = row
    return found


def accepted_fixes(service: Service) -> QuerySet[AcceptedFix]:
    return AcceptedFix.objects.filter(service=service).order_by("-accepted")


def fixes_in_force(service: Service) -> list[Record]:
    """The latest hundred fixes in force, each with the place that its acceptance told of."""
    fixes = list(accepted_fixes(service)[:100])
    accepted = (
        trail.timeline(service).filter(tag=Tag.FIX_ACCEPTED)[:_MOST_ACCEPTED] if fixes else ()
    )
    places: dict[str, str] = {}
    for event in accepted:
        data = trail.told(event)["data"]
        places.setdefault(data["fingerprint"], data["place"])
    return [{"fix": fix, "place": places.get(fix.fingerprint, "")} for fix in fixes]

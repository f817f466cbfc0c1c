"""Services as lists, boards and pages show them, in a number of queries that never grows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import F, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from migrations_app.domain.pipeline.gates import CLOSING
from migrations_app.domain.pipeline.next_step import NextStep, Standing, next_step
from migrations_app.domain.pipeline.phases import Phase
from migrations_app.models import Rehearsal, Revision, Run, Service
from migrations_app.models.runs import ACTIVE
from migrations_app.queries import visibility
from migrations_app.queries.actors import Actor

ORDERINGS = ("key", "-key", "phase_since", "-phase_since", "owner", "-owner", "created", "-created")


@dataclass(frozen=True, slots=True)
class Filters:
    """What a list of services is narrowed down by; empty means not at all."""

    application: str = ""
    phase: str = ""
    owner: str = ""
    q: str = ""
    has_findings: bool | None = None
    archived: bool = False
    ordering: str = ""


@dataclass(frozen=True, slots=True)
class Card:
    """A service on the board. ``checked``: it could be read, so that no findings means none."""

    service: Service
    worst: str
    open_findings: int
    open_questions: int
    next_step: NextStep
    active_run: str
    active_kind: str
    revision: int
    rehearsed: str
    checked: bool


@dataclass(frozen=True, slots=True)
class Column:
    """One phase of the board with its cards."""

    phase: Phase
    cards: tuple[Card, ...]


def listed(actor: Actor, filters: Filters | None = None) -> QuerySet[Service]:
    """Visible services with what a row needs: assessment, application and the latest of all else.

    Annotations: ``worst`` · ``revision_id_now``, ``revision_number``, ``revision_base``,
    ``revision_inputs`` · ``rehearsed`` (outcome for that base) · ``active_run``, ``active_kind``.
    """
    wanted = filters or Filters()
    rows = annotated(visibility.services(actor))
    rows = rows.filter(archived__isnull=not wanted.archived)
    if wanted.application:
        rows = rows.filter(application__slug=wanted.application)
    if wanted.phase:
        rows = rows.filter(phase=wanted.phase)
    if wanted.owner:
        rows = rows.filter(owner=wanted.owner)
    if wanted.q:
        rows = rows.filter(
            Q(key__icontains=wanted.q) | Q(name__icontains=wanted.q) | Q(owner__icontains=wanted.q)
        )
    if wanted.has_findings is not None:
        without = Q(assessment=None) | Q(assessment__worst="")
        rows = rows.exclude(without) if wanted.has_findings else rows.filter(without)
    ordering = wanted.ordering if wanted.ordering in ORDERINGS else "key"
    return rows.order_by(ordering, "pk")


def annotated(rows: QuerySet[Service]) -> QuerySet[Service]:
    """The services with everything a card shows, in one query."""
    revisions = Revision.objects.filter(service=OuterRef("pk")).order_by("-number")
    active = Run.objects.filter(service=OuterRef("pk"), state__in=ACTIVE).order_by("-created")
    rows = rows.select_related("application", "assessment").annotate(
        worst=Coalesce(F("assessment__worst"), Value("")),
        revision_id_now=Subquery(revisions.values("pk")[:1]),
        revision_number=Subquery(revisions.values("number")[:1]),
        revision_base=Subquery(revisions.values("base_digest")[:1]),
        revision_inputs=Subquery(revisions.values("source_inputs")[:1]),
        active_run=Subquery(active.values("pk")[:1]),
        active_kind=Subquery(active.values("kind")[:1]),
    )
    rehearsals = Rehearsal.objects.filter(
        service=OuterRef("pk"), base_digest=OuterRef("revision_base")
    )
    return rows.annotate(
        rehearsed=Subquery(rehearsals.exclude(outcome="").order_by("-number").values("outcome")[:1])
    ).defer(
        "assessment__text",
        "assessment__loss",
        "assessment__trail",
        "assessment__provenance",
        "assessment__findings",
        "assessment__questions",
        "assessment__renames",
    )


def board(actor: Actor, filters: Filters | None = None) -> tuple[Column, ...]:
    """The services by phase, worst findings first."""
    cards = [card(service) for service in listed(actor, filters)]
    return tuple(
        Column(phase, tuple(_worst_first(c for c in cards if c.service.phase == phase.value)))
        for phase in Phase
    )


def card(service: Service) -> Card:
    """One service that :func:`annotated` has prepared."""
    found = getattr(service, "assessment", None)
    severities = found.severities if found else {}
    return Card(
        service=service,
        worst=found.worst if found else "",
        open_findings=sum(severities.values()),
        open_questions=found.open_questions if found else 0,
        next_step=next_step(standing(service)),
        active_run=str(getattr(service, "active_run", "") or ""),
        active_kind=getattr(service, "active_kind", "") or "",
        revision=getattr(service, "revision_number", 0) or 0,
        rehearsed=getattr(service, "rehearsed", "") or "",
        checked=found is not None and not found.problem,
    )


def standing(service: Service) -> Standing:
    """Where a service that :func:`annotated` has prepared stands."""
    found = getattr(service, "assessment", None)
    base = getattr(service, "revision_base", None)
    inputs = getattr(service, "revision_inputs", None)
    severities = found.severities if found else {}
    return Standing(
        phase=Phase(service.phase),
        at_work=bool(getattr(service, "active_run", None)),
        readable=found is not None and not found.problem,
        open_questions=found.open_questions if found else 0,
        serious_findings=sum(severities.get(severity.value, 0) for severity in CLOSING),
        has_revision=base is not None,
        revision_current=found is not None
        and (found.digest == base or found.inputs_digest == inputs),
        rehearsed=getattr(service, "rehearsed", None) or "",
    )


def _worst_first(cards: Iterable[Card]) -> list[Card]:
    ranks = {"blocker": 0, "high": 1, "medium": 2, "low": 3, "": 4}
    return sorted(cards, key=lambda item: (ranks[item.worst], item.service.key))

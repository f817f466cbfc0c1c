"""Applications as lists and pages show them."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet, Sum

from migrations_app.domain.pipeline.phases import Phase
from migrations_app.models import Application
from migrations_app.queries import visibility
from migrations_app.queries.actors import Actor


@dataclass(frozen=True, slots=True)
class Share:
    """How many services of an application are in one phase."""

    phase: str
    count: int


def listed(actor: Actor, *, q: str = "", archived: bool = False) -> QuerySet[Application]:
    """Visible applications with ``services_count``, ``blockers`` and a count per phase
    (``in_local`` …)."""
    rows = visibility.applications(actor).filter(archived__isnull=not archived)
    if q:
        rows = rows.filter(Q(slug__icontains=q) | Q(name__icontains=q))
    current = Q(services__archived=None)
    rows = rows.annotate(
        services_count=Count("services", filter=current, distinct=True),
        blockers=Count(
            "services",
            filter=current & Q(services__assessment__worst="blocker"),
            distinct=True,
        ),
        **{
            f"in_{phase.value}": Count(
                "services", filter=current & Q(services__phase=phase.value), distinct=True
            )
            for phase in Phase
        },
    )
    return rows.order_by("name", "slug")


def questions(applications: list[Application]) -> dict[str, int]:
    """The open questions of each application, by slug."""
    rows = (
        Application.objects.filter(pk__in=[application.pk for application in applications])
        .annotate(n=Sum("services__assessment__open_questions"))
        .values_list("slug", "n")
    )
    return {slug: n or 0 for slug, n in rows}


def shares(application: Application) -> tuple[Share, ...]:
    """The counts per phase of an application that :func:`listed` has prepared."""
    return tuple(Share(phase.value, getattr(application, f"in_{phase.value}")) for phase in Phase)

"""Waivers of a service, and which of them hold today."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone

from migrations_app.models import FindingWaiver, Service
from migrations_app.queries import visibility
from migrations_app.queries.actors import Actor


def today() -> date:
    """The day by which waivers end: in the zone of whoever reads it."""
    return timezone.localdate()


def of_service(service: Service) -> QuerySet[FindingWaiver]:
    """Every waiver that was ever granted, the latest first."""
    return FindingWaiver.objects.filter(service=service)


def in_force(service: Service) -> QuerySet[FindingWaiver]:
    """Those that hold today."""
    return of_service(service).filter(revoked=None, expires__gte=today())


def waived(service: Service) -> frozenset[str]:
    """The fingerprints of the findings that close no gate today."""
    return frozenset(in_force(service).values_list("fingerprint", flat=True))


def find(actor: Actor, pk: UUID) -> QuerySet[FindingWaiver]:
    """One waiver, if it is of a service that the actor may see."""
    services = visibility.services(actor)
    return FindingWaiver.objects.filter(pk=pk, service__in=services).select_related(
        "service__application"
    )

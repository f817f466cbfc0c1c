"""Hosts as pages show them: what runs on one now, and what is known of it here."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, QuerySet

from migrations_app.models import Application, Host, Service, Source
from migrations_app.ports import HostWorkload
from migrations_app.queries import visibility
from migrations_app.queries.actors import Actor


@dataclass(frozen=True, slots=True)
class Known:
    """A workload on a host, and the services that it is known as here."""

    workload: HostWorkload
    services: tuple[Service, ...]


def hosts() -> QuerySet[Host]:
    return Host.objects.annotate(captures=Count("sources"))


def known(actor: Actor, workloads: Iterable[HostWorkload]) -> list[Known]:
    """Each workload with the visible services that go by its name or one of its containers'."""
    found = list(workloads)
    names = {name for item in found for name in (item.name, *item.containers)}
    by_name: dict[str, list[Service]] = {}
    rows = visibility.services(actor).filter(archived=None, name__in=names)
    for service in rows.select_related("application"):
        by_name.setdefault(service.name, []).append(service)
    return [
        Known(
            item,
            tuple(
                service
                for name in dict.fromkeys((item.name, *item.containers))
                for service in by_name.get(name, ())
            ),
        )
        for item in found
    ]


def captures(actor: Actor, host: UUID) -> QuerySet[Source]:
    """What was captured from a host, latest first."""
    return (
        visibility.sources(actor)
        .filter(host_id=host)
        .select_related("application")
        .only("title", "created", "author_name", "application__slug", "application__name")
        .order_by("-created")
    )


def open_applications(actor: Actor, allowed: Iterable[UUID] | None = None) -> QuerySet[Application]:
    """The applications that something can be added to."""
    rows = visibility.applications(actor).filter(archived=None).order_by("name", "slug")
    return rows if allowed is None else rows.filter(pk__in=list(allowed))

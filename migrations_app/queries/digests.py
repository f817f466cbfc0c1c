"""From a manifest digest to everything that bears it."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q, QuerySet

from migrations_app.models import Rehearsal, Revision
from migrations_app.queries import visibility
from migrations_app.queries.actors import Actor


@dataclass(frozen=True, slots=True)
class Bearers:
    """The revisions with this digest or base digest, and the rehearsals of such a base."""

    revisions: QuerySet[Revision]
    rehearsals: QuerySet[Rehearsal]


def bearers(actor: Actor, digest: str) -> Bearers:
    """What an actor may see of a digest."""
    revisions = visibility.revisions(actor).filter(Q(digest=digest) | Q(base_digest=digest))
    bases = {digest, *revisions.values_list("base_digest", flat=True)}
    return Bearers(
        revisions.select_related("service__application"),
        visibility.rehearsals(actor).filter(base_digest__in=bases).select_related("service"),
    )

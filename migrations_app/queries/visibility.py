"""What an actor may see. Lists show nothing else, and what is not in them is not found."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from migrations_app.domain.people.roles import ROLES, Role, Verb
from migrations_app.models import (
    Application,
    AuditEvent,
    Preset,
    Rehearsal,
    Revision,
    Run,
    Service,
    Source,
)
from migrations_app.queries.actors import Actor, verbs, verbs_anywhere

_READERS = [role.value for role in Role if Verb.VIEW in ROLES[role]]
_AUDITORS = [role.value for role in Role if Verb.READ_AUDIT in ROLES[role]]


def applications(actor: Actor) -> QuerySet[Application]:
    """The applications an actor may look at."""
    if Verb.VIEW in verbs(actor):
        return Application.objects.all()
    if actor.user is None or Verb.VIEW not in verbs_anywhere(actor):
        return Application.objects.none()
    mine = actor.user.memberships.filter(role__in=_READERS).values("application")
    return Application.objects.filter(pk__in=mine)


def services(actor: Actor) -> QuerySet[Service]:
    return Service.objects.filter(application__in=applications(actor))


def sources(actor: Actor) -> QuerySet[Source]:
    return Source.objects.filter(application__in=applications(actor))


def revisions(actor: Actor) -> QuerySet[Revision]:
    return Revision.objects.filter(service__application__in=applications(actor))


def rehearsals(actor: Actor) -> QuerySet[Rehearsal]:
    return Rehearsal.objects.filter(service__application__in=applications(actor))


def runs(actor: Actor) -> QuerySet[Run]:
    """The runs of visible applications, and an actor's own."""
    own = Q(initiator=actor.user) if actor.user else Q()
    if Verb.VIEW in verbs(actor):
        return Run.objects.all()
    return Run.objects.filter(Q(application__in=applications(actor)) | own)


def presets(actor: Actor) -> QuerySet[Preset]:
    """The organisation's presets, and those of visible applications."""
    return Preset.objects.filter(
        Q(application=None) | Q(application__in=applications(actor)), archived=None
    )


def audit_events(actor: Actor) -> QuerySet[AuditEvent]:
    """The whole trail for who may read all of it, else the part about applications they audit."""
    if Verb.READ_AUDIT in verbs(actor):
        return AuditEvent.objects.all()
    if actor.user is None or Verb.READ_AUDIT not in verbs_anywhere(actor):
        return AuditEvent.objects.none()
    mine = actor.user.memberships.filter(role__in=_AUDITORS, application__isnull=False)
    return AuditEvent.objects.filter(application_id__in=mine.values("application"))

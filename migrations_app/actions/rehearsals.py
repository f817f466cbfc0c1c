"""Rehearsals: starting them, and keeping their verdicts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from migrations_app.actions import audit, hosts, permissions, runs
from migrations_app.actions.casting import Cast, cast
from migrations_app.actions.permissions import Actor, Verb
from migrations_app.actions.runs import Claim
from migrations_app.actions.services import locked, raise_version
from migrations_app.actions.unit import action
from migrations_app.domain.audit.tags import Tag
from migrations_app.domain.errors import Conflict, InvalidInput
from migrations_app.domain.manifests.resources import pod_spec
from migrations_app.domain.messages import msg
from migrations_app.domain.rehearsal.derive import refusals
from migrations_app.domain.rehearsal.values import Peers
from migrations_app.domain.runs import RunKind
from migrations_app.models import Application, Host, Rehearsal, Revision, Run, Service
from migrations_app.queries.facts import latest_revision


@action
def start_rehearsal(
    *,
    actor: Actor,
    service: Service,
    revision: Revision | None = None,
    host: Host | None = None,
    peers: Peers = Peers.REAL,
) -> Run:
    """Put a rehearsal in the queue: of the latest revision, on this machine, beside real peers.

    Raises:
        Conflict: there is no revision yet, or the host may not be rehearsed on.
        InvalidInput: the manifest asks for what no rehearsal may do; every reason is named.
        RunActive: the service is being rehearsed.
    """
    permissions.require(actor, Verb.REHEARSE, service.application)
    service = locked(service)
    revision = _revision(service, revision)
    host = host or hosts.local_host()
    _require_allowed(host)
    _require_playable(cast(revision, peers))
    run = runs.start(
        kind=RunKind.REHEARSAL,
        subject=f"{service.pk}:{revision.environment}",
        actor=actor,
        params={"revision": str(revision.pk), "peers": peers.value},
        application=service.application,
        service=service,
        host=host,
        environment=revision.environment,
    )
    last = service.rehearsals.aggregate(last=Max("number"))["last"] or 0
    rehearsal = Rehearsal.objects.create(
        run=run,
        revision=revision,
        service=service,
        number=last + 1,
        base_digest=revision.base_digest,
        shared_digest=revision.shared_digest,
        host_name=host.name,
    )
    audit.record(
        tag=Tag.REHEARSAL_STARTED,
        actor=actor,
        data={
            "run": str(run.pk),
            "rehearsal": str(rehearsal.pk),
            "number": str(rehearsal.number),
            "revision": str(revision.number),
            "host": host.name,
            "peers": peers.value,
        },
        application=service.application,
        service=service,
        digest=revision.base_digest,
    )
    return run


@action
def start_application_rehearsal(
    *,
    actor: Actor,
    application: Application,
    revision: Revision | None = None,
    host: Host | None = None,
    peers: Peers = Peers.REAL,
) -> Run:
    """Rehearse every service of an application that has a revision, each in a run of its own.

    Returns the run of the service that needs the most others: what ends last shows the most. With
    ``revision``, that one alone is rehearsed. All of them are started, or none.

    Raises:
        Conflict, InvalidInput, RunActive: as for a single service.
    """
    permissions.require(actor, Verb.REHEARSE, application)
    if revision is not None:
        return start_rehearsal(
            actor=actor, service=revision.service, revision=revision, host=host, peers=peers
        )
    services = Service.objects.filter(application=application, archived=None)
    latest = [found for service in services if (found := latest_revision(service)) is not None]
    if not latest:
        raise Conflict(msg("No service of %(slug)s has a revision yet.", slug=application.slug))
    started = [
        start_rehearsal(actor=actor, service=one.service, revision=one, host=host, peers=peers)
        for one in sorted(latest, key=lambda one: len(cast(one, Peers.REAL).peers))
    ]
    return started[-1]


@transaction.atomic
def finish_rehearsal(
    *, claim: Claim, rehearsal: Rehearsal, fields: Mapping[str, Any], peers: Sequence[Any]
) -> bool:
    """Keep the verdict, end the run and record it: all at once, or (claim lost) nothing.

    ``fields`` are columns of the rehearsal, without any secret.
    """
    service = locked(rehearsal.service)
    ended = runs.succeed(
        claim=claim,
        result_type="rehearsal",
        result_id=str(rehearsal.pk),
        outcome=fields["outcome"],
    )
    if not ended:
        return False
    Rehearsal.objects.filter(pk=rehearsal.pk).update(
        **fields, peers=list(peers), ended=timezone.now()
    )
    raise_version(service)
    audit.record(
        tag=Tag.REHEARSAL_ENDED,
        actor=Actor.from_json(rehearsal.run.actor),
        data={
            "run": str(claim.run_id),
            "rehearsal": str(rehearsal.pk),
            "number": str(rehearsal.number),
            "outcome": fields["outcome"],
            "attempt": str(claim.attempt),
            "podman": fields.get("podman_version", ""),
        },
        application=service.application,
        service=service,
        digest=rehearsal.base_digest,
    )
    return True


def of_run(run: Run) -> Rehearsal:
    """The rehearsal that a run does, with everything that is played."""
    return Rehearsal.objects.select_related(
        "run", "service__application", "revision__shared", "revision__service__application"
    ).get(run=run)


def _revision(service: Service, wanted: Revision | None) -> Revision:
    if wanted is not None:
        if wanted.service_id != service.pk:
            raise InvalidInput(
                msg("This revision is of another service than %(key)s.", key=service.key)
            )
        return wanted
    found = latest_revision(service)
    if found is None:
        raise Conflict(
            msg("%(key)s has no revision to rehearse yet. Make one first.", key=service.key)
        )
    return found


def _require_allowed(host: Host) -> None:
    if not host.allow_rehearsal:
        raise Conflict(
            msg(
                "Host %(name)s is not open for rehearsals. An administrator can allow them on its "
                "page: they run what was uploaded.",
                name=host.name,
            )
        )


def _require_playable(casting: Cast) -> None:
    if not any(pod_spec(body) for body in casting.subject.objects):
        raise InvalidInput(
            msg(
                "%(key)s has no pod that Podman could play: only workloads of Kubernetes itself "
                "can be rehearsed.",
                key=casting.subject.service,
            )
        )
    problems = refusals([*casting.objects, *casting.shared])
    if problems:
        raise InvalidInput(
            msg(
                "This may not be rehearsed: see what is named. If only a peer is the reason, "
                "rehearse without peers."
            ),
            problems,
        )

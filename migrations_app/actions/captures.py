"""Capturing workloads from a live host: the wish now, the work in a run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.db import transaction

from migrations_app.actions import audit, permissions, runs
from migrations_app.actions.permissions import Actor, Verb
from migrations_app.actions.runs import Claim
from migrations_app.actions.sources import Stored, store_source
from migrations_app.actions.unit import action
from migrations_app.domain.audit.tags import Tag
from migrations_app.domain.errors import Conflict, InvalidInput, WorkbenchError
from migrations_app.domain.messages import msg
from migrations_app.domain.reading.limits import WIDE
from migrations_app.domain.runs import RunKind
from migrations_app.domain.schemas import Schemas
from migrations_app.models import Application, Host, Run

MOST_AT_ONCE = 100


@action
def start_capture(
    *, actor: Actor, application: Application, host: Host, names: Sequence[str]
) -> Run:
    """Put the capture of pods and containers of a host in the queue.

    Raises:
        InvalidInput: no name, or too many of them.
        RunActive: this host is being captured for this application.
    """
    permissions.require(actor, Verb.CAPTURE, application)
    if application.archived:
        raise Conflict(msg("The application is archived; nothing can be added to it."))
    wanted = list(dict.fromkeys(name.strip() for name in names if name.strip()))
    if not 1 <= len(wanted) <= MOST_AT_ONCE:
        raise InvalidInput(
            msg("Name 1 to %(most)s pods or containers to capture.", most=MOST_AT_ONCE)
        )
    run = runs.start(
        kind=RunKind.CAPTURE,
        subject=f"{host.pk}:{application.pk}",
        actor=actor,
        params={"names": wanted},
        application=application,
        host=host,
    )
    audit.record(
        tag=Tag.CAPTURE_STARTED,
        actor=actor,
        data={"run": str(run.pk), "host": host.name, "names": wanted},
        application=application,
    )
    return run


def finish_capture(
    *, claim: Claim, run: Run, files: Mapping[str, bytes], schemas: Schemas
) -> Stored | None:
    """Store what a capture brought home and end its run, at once. None: the claim was lost.

    Raises:
        UnreadableSource: with the problems of every file; the refusal is kept in the trail.
    """
    assert run.application is not None and run.host is not None  # noqa: S101 - as it was started
    actor = Actor.from_json(run.actor)
    problem: WorkbenchError | None = None
    stored: Stored | None = None
    with transaction.atomic():
        if not runs.hold(claim):
            return None
        try:
            stored = store_source(
                actor=actor,
                application=run.application,
                files=files,
                schemas=schemas,
                title=", ".join(run.params["names"]),
                host=run.host,
                limits=WIDE,
            )
        except WorkbenchError as error:
            # Raised after the transaction, which keeps the record of the refusal.
            problem = error
        else:
            runs.succeed(
                claim=claim,
                result_type="source",
                result_id=str(stored.source.pk),
                outcome="created" if stored.created else "unchanged",
            )
            audit.record(
                tag=Tag.CAPTURE_ENDED,
                actor=actor,
                data={
                    "run": str(run.pk),
                    "host": run.host.name,
                    "source": str(stored.source.pk),
                    "services": [match.service.key for match in stored.matches][:200],
                },
                application=run.application,
                digest=stored.source.digest,
            )
    if problem is not None:
        raise problem
    return stored

"""Making a revision in the background."""

from __future__ import annotations

from django.db import transaction

from migrations_app import wiring
from migrations_app.actions import runs
from migrations_app.actions.revisions import Wish, make_revision
from migrations_app.actions.services import locked
from migrations_app.queries.actors import Actor
from migrations_app.tasks.execute import Job
from migrations_app.tasks.heart import Stopped


def revise(job: Job) -> None:
    """Render, then keep the revision and end the run in one transaction."""
    service = job.run.service
    assert service is not None  # noqa: S101 - no revision starts without a service
    job.step("render")
    with transaction.atomic():
        locked(service)
        if not runs.hold(job.claim):
            raise Stopped(lost=True)
        revision, created = make_revision(
            actor=Actor.from_json(job.run.actor),
            service=service,
            wish=Wish.from_params(job.run.params),
            schemas=wiring.schemas(),
        )
        runs.start_step(claim=job.claim, name="store")
        job.say(
            f"revision {revision.number} made"
            if created
            else f"nothing has changed since revision {revision.number}"
        )
        job.journal.flush()
        runs.succeed(claim=job.claim, result_type="revision", result_id=str(revision.pk))

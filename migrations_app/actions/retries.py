"""Doing the work of an ended run once more."""

from __future__ import annotations

from migrations_app.actions import audit, permissions
from migrations_app.actions.captures import start_capture
from migrations_app.actions.permissions import Actor, Verb
from migrations_app.actions.rehearsals import start_rehearsal
from migrations_app.actions.revisions import Wish, start_revision
from migrations_app.actions.unit import action
from migrations_app.domain.audit.tags import Tag
from migrations_app.domain.errors import Conflict
from migrations_app.domain.messages import msg
from migrations_app.domain.rehearsal.values import Peers
from migrations_app.domain.runs import RunKind, RunState
from migrations_app.models import Revision, Run


@action
def retry_run(*, actor: Actor, run: Run) -> Run:
    """Start the same work again, as a new run, with the checks that any new run meets.

    Raises:
        Conflict: the run has not ended, or it succeeded.
        RunActive: the same work is under way.
    """
    permissions.require(actor, Verb.RETRY_RUN, run.application)
    if run.state not in (RunState.FAILED.value, RunState.CANCELLED.value):
        raise Conflict(msg("Only a run that failed or was cancelled can be tried again."))
    again = _start(actor, run)
    audit.record(
        tag=Tag.RUN_RETRIED,
        actor=actor,
        data={"run": str(again.pk), "of": str(run.pk), "kind": run.kind},
        application=run.application,
        service=run.service,
    )
    return again


def _start(actor: Actor, run: Run) -> Run:
    if run.kind == RunKind.CAPTURE.value and run.application and run.host:
        return start_capture(
            actor=actor, application=run.application, host=run.host, names=run.params["names"]
        )
    if run.kind == RunKind.REVISION.value and run.service:
        return start_revision(actor=actor, service=run.service, wish=Wish.from_params(run.params))
    if run.kind == RunKind.REHEARSAL.value and run.service:
        return start_rehearsal(
            actor=actor,
            service=run.service,
            revision=Revision.objects.select_related("shared", "service").get(
                pk=run.params["revision"]
            ),
            host=run.host,
            peers=Peers(run.params["peers"]),
        )
    raise Conflict(msg("This run cannot be tried again."))

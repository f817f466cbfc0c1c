"""Capturing workloads from a live host: the wish now, the work in a run."""

from __future__ import annotations

from collections.abc import Sequence

from migrations_app.actions import audit, permissions, runs
from migrations_app.actions.permissions import Actor, Verb
from migrations_app.actions.unit import action
from migrations_app.domain.audit.tags import Tag
from migrations_app.domain.errors import Conflict, InvalidInput
from migrations_app.domain.messages import msg
from migrations_app.domain.runs import RunKind
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

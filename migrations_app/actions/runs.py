"""Runs: starting, claiming, ending and cancelling them.

Every change of a run is one guarded update. ``attempt`` is the fencing token: a worker that was
given up for dead, and then wakes, matches no row any more and changes nothing. Leases are
reckoned in database time only, so that the clocks of workers do not matter.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F, Max, Q, Sum
from django.db.models.functions import Length, Now
from django.utils import timezone

from migrations_app import queue
from migrations_app.actions import audit, permissions
from migrations_app.actions.permissions import Actor, Verb
from migrations_app.actions.unit import action
from migrations_app.domain import records
from migrations_app.domain.audit.tags import Tag
from migrations_app.domain.errors import Conflict, RunActive
from migrations_app.domain.messages import Message, msg
from migrations_app.domain.runs import STEPS, RunKind, RunState, StepState
from migrations_app.models import Application, Host, Run, RunLogLine, RunStep, Service
from migrations_app.models.runs import ACTIVE

MAX_ATTEMPTS = 3
BACK_OFF = (timedelta(seconds=5), timedelta(seconds=30))
MAX_LINE = 16 * 1024
MOST_LOOKED_AT = 20


def lease() -> timedelta:
    """How long a worker may be silent before its run is taken from it."""
    return timedelta(seconds=settings.WORKBENCH_LEASE_SECONDS)


def back_off(attempt: int) -> timedelta:
    """How long a run waits after this attempt before it is tried again."""
    return BACK_OFF[min(attempt, len(BACK_OFF)) - 1]


_claimable = Q(state=RunState.QUEUED.value) & (Q(not_before=None) | Q(not_before__lte=Now()))


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to work on a run, until its lease ends: the run's id and the attempt."""

    run_id: UUID
    attempt: int


@dataclass(frozen=True, slots=True)
class Line:
    """One line for the run's log, already redacted."""

    source: str
    text: str
    stream: str = "stdout"


def start(
    *,
    kind: RunKind,
    subject: str,
    actor: Actor,
    params: Mapping[str, Any],
    application: Application | None = None,
    service: Service | None = None,
    host: Host | None = None,
    environment: str = "",
) -> Run:
    """Put a run in the queue. The caller has asked for permission and holds the transaction.

    Raises:
        RunActive: a run of this kind is under way for the same subject.
    """
    try:
        with transaction.atomic():
            run = Run.objects.create(
                kind=kind.value,
                subject=subject,
                application=application,
                service=service,
                host=host,
                environment=environment,
                params=dict(params),
                actor=actor.as_json(),
                initiator=actor.user,
            )
    except IntegrityError:
        active = Run.objects.get(kind=kind.value, subject=subject, state__in=ACTIVE)
        raise RunActive(
            msg("This is already being done: a run of the same kind is under way."),
            run_id=str(active.pk),
        ) from None
    RunStep.objects.bulk_create(
        RunStep(run=run, position=position, name=name)
        for position, name in enumerate(STEPS[kind], start=1)
    )
    queue.ring_on_commit(run.pk)
    return run


@transaction.atomic
def claim(*, run_id: UUID, worker: str) -> Claim | None:
    """Take a waiting run. None: somebody else has it, it has ended, or its time has not come.

    A run whose worker went silent comes back through the reaper, which counts the attempts.
    """
    run = Run.objects.filter(pk=run_id).values("attempt").first()
    if run is None:
        return None
    taken = Run.objects.filter(_claimable, pk=run_id, attempt=run["attempt"]).update(
        state=RunState.RUNNING.value,
        attempt=F("attempt") + 1,
        owner=worker,
        lease_until=Now() + lease(),
        started=Now(),
    )
    if not taken:
        return None
    RunStep.objects.filter(run_id=run_id).update(
        state=StepState.WAITING.value, started=None, ended=None
    )
    return Claim(run_id, run["attempt"] + 1)


def _held(claim: Claim) -> Any:
    return Run.objects.filter(pk=claim.run_id, attempt=claim.attempt, state=RunState.RUNNING.value)


def beat(*, claim: Claim) -> bool:
    """Prolong the lease. False: the run is no longer this worker's, which must stop at once."""
    return bool(_held(claim).update(lease_until=Now() + lease()))


def waiting() -> list[UUID]:
    """The runs that could be claimed now, the longest waiting first."""
    rows = Run.objects.filter(_claimable).order_by("created")
    return list(rows.values_list("pk", flat=True)[:MOST_LOOKED_AT])


def hold(claim: Claim) -> bool:
    """Lock the run's row until the transaction ends. False: it is no longer this worker's."""
    return _held(claim).select_for_update().first() is not None


def wants_cancel(*, claim: Claim) -> bool:
    """Whether somebody asked to cancel the run, or it is no longer held at all."""
    row = _held(claim).values_list("cancel_requested", flat=True).first()
    return row is None or row


def start_step(*, claim: Claim, name: str) -> None:
    """Mark a step as running; the one that ran before it has succeeded."""
    now = timezone.now()
    steps = RunStep.objects.filter(run_id=claim.run_id)
    with transaction.atomic():
        if not _held(claim).exists():
            return
        steps.filter(state=StepState.RUNNING.value).update(
            state=StepState.SUCCEEDED.value, ended=now
        )
        steps.filter(name=name).update(state=StepState.RUNNING.value, started=now)


def log(*, claim: Claim, lines: Iterable[Line]) -> int:
    """Append lines to the run's log; lines of a worker that lost its claim are dropped.

    Returns the highest sequence number. NUL cannot be stored and is shown as U+FFFD.
    """
    batch = list(lines)
    with transaction.atomic():
        held = _held(claim).select_for_update().exists()
        last = RunLogLine.objects.filter(run_id=claim.run_id).aggregate(last=Max("seq"))["last"]
        seq = last or 0
        if not held:
            return seq
        now = timezone.now()
        RunLogLine.objects.bulk_create(
            RunLogLine(
                run_id=claim.run_id,
                seq=seq + number,
                attempt=claim.attempt,
                at=now,
                source=line.source[:100],
                stream=line.stream,
                text=line.text.replace("\0", "\ufffd")[:MAX_LINE],
            )
            for number, line in enumerate(batch, start=1)
        )
        return seq + len(batch)


def log_size(run_id: UUID) -> int:
    """How many characters the run's log holds."""
    lines = RunLogLine.objects.filter(run_id=run_id)
    return lines.aggregate(size=Sum(Length("text")))["size"] or 0


def succeed(*, claim: Claim, result_type: str = "", result_id: str = "", outcome: str = "") -> bool:
    """End the run well. The caller may hold a transaction in which the result is stored.

    False: the claim was lost, and the caller must roll back.
    """
    ended = _held(claim).update(
        state=RunState.SUCCEEDED.value,
        ended=Now(),
        lease_until=None,
        result_type=result_type,
        result_id=result_id,
        outcome=outcome,
    )
    if ended:
        close_steps(claim.run_id, StepState.SUCCEEDED)
    return bool(ended)


@transaction.atomic
def fail(*, claim: Claim, code: str, message: Message) -> bool:
    """End the run with an error that a person can act on."""
    ended = _held(claim).update(
        state=RunState.FAILED.value,
        ended=Now(),
        lease_until=None,
        error_code=code,
        error_text=message.text,
        error_params=records.message(message)["params"],
    )
    if ended:
        close_steps(claim.run_id, StepState.FAILED)
        record_end(claim.run_id, outcome="failed", reason=code)
    return bool(ended)


@transaction.atomic
def end_cancelled(*, claim: Claim) -> bool:
    """End a run whose worker has stopped and cleaned up because it was asked to."""
    ended = _held(claim).update(state=RunState.CANCELLED.value, ended=Now(), lease_until=None)
    if ended:
        close_steps(claim.run_id, StepState.SKIPPED)
        record_end(claim.run_id, outcome="ok", reason="cancelled")
    return bool(ended)


@transaction.atomic
def give_back(*, claim: Claim, after: timedelta | None = None) -> bool:
    """Put a run back into the queue: trying again may help, or its worker has to go.

    A run that somebody wants to cancel ends here.
    """
    held = _held(claim)
    if held.filter(cancel_requested=True).exists():
        return end_cancelled(claim=claim)
    return bool(
        held.update(
            state=RunState.QUEUED.value,
            owner="",
            lease_until=None,
            not_before=Now() + after if after else None,
            rung_at=None,
        )
    )


@action
def cancel(*, run: Run, actor: Actor) -> Run:
    """Cancel a waiting run at once, or ask the worker of a running one to stop.

    Raises:
        Conflict: the run has ended already.
    """
    permissions.require(actor, Verb.CANCEL_RUN, run.application)
    waiting = Run.objects.filter(pk=run.pk, state=RunState.QUEUED.value).update(
        state=RunState.CANCELLED.value, cancel_requested=True, ended=Now()
    )
    asked = waiting or Run.objects.filter(pk=run.pk, state=RunState.RUNNING.value).update(
        cancel_requested=True
    )
    if not asked:
        raise Conflict(msg("The run has ended already; there is nothing left to cancel."))
    if waiting:
        close_steps(run.pk, StepState.SKIPPED)
    audit.record(
        tag=Tag.RUN_CANCELLED,
        actor=actor,
        data={"run": str(run.pk), "kind": run.kind},
        application=run.application,
        service=run.service,
    )
    run.refresh_from_db()
    return run


def close_steps(run_id: UUID, state: StepState) -> None:
    """Give the step that was running its end; what never began was skipped."""
    steps = RunStep.objects.filter(run_id=run_id)
    steps.filter(state=StepState.RUNNING.value).update(state=state.value, ended=timezone.now())
    steps.filter(state=StepState.WAITING.value).update(state=StepState.SKIPPED.value)


def record_end(run_id: UUID, *, outcome: str, reason: str) -> None:
    """Append the event of a run's end, as the last statement of its transaction."""
    run = Run.objects.select_related("application", "service").get(pk=run_id)
    audit.record(
        tag=Tag.RUN_ENDED,
        actor=Actor.from_json(run.actor),
        data={"run": str(run.pk), "kind": run.kind, "state": run.state, "reason": reason},
        application=run.application,
        service=run.service,
        outcome=outcome,
    )

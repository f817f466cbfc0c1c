"""Runs: starting, claiming, ending, cancelling and reaping them.

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

from django.db import IntegrityError, transaction
from django.db.models import F, Max, Q
from django.db.models.functions import Now
from django.utils import timezone

from migrations_app import queue
from migrations_app.actions import audit, permissions
from migrations_app.actions.permissions import Actor, Verb
from migrations_app.domain.audit.tags import Tag
from migrations_app.domain.errors import Conflict, RunActive
from migrations_app.domain.messages import Message, msg
from migrations_app.domain.runs import STEPS, RunKind, RunState, StepState
from migrations_app.models import Application, Host, Run, RunLogLine, RunStep, Service
from migrations_app.models.runs import ACTIVE

LEASE = timedelta(seconds=60)
MAX_ATTEMPTS = 3
BACK_OFF = (timedelta(seconds=5), timedelta(seconds=30))
RING_AGAIN_AFTER = timedelta(seconds=5)
MAX_LINE = 16 * 1024


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


def claim(*, run_id: UUID, worker: str) -> Claim | None:
    """Take a waiting run, or one whose worker's lease has ended. None: somebody else has it."""
    run = Run.objects.filter(pk=run_id).values("attempt").first()
    if run is None:
        return None
    waiting = Q(state=RunState.QUEUED.value) & (Q(not_before=None) | Q(not_before__lte=Now()))
    taken = Run.objects.filter(waiting, pk=run_id, attempt=run["attempt"]).update(
        state=RunState.RUNNING.value,
        attempt=F("attempt") + 1,
        owner=worker,
        lease_until=Now() + LEASE,
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
    """Prolong the lease. False: the run is no longer this worker's; it must stop and write nothing."""
    return bool(_held(claim).update(lease_until=Now() + LEASE))


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
        _close_steps(claim.run_id, StepState.SUCCEEDED)
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
        error_params=_plain(message),
    )
    if ended:
        _close_steps(claim.run_id, StepState.FAILED)
        _record_end(claim.run_id, outcome="failed", reason=code)
    return bool(ended)


@transaction.atomic
def end_cancelled(*, claim: Claim) -> bool:
    """End a run whose worker has stopped and cleaned up because it was asked to."""
    ended = _held(claim).update(state=RunState.CANCELLED.value, ended=Now(), lease_until=None)
    if ended:
        _close_steps(claim.run_id, StepState.SKIPPED)
        _record_end(claim.run_id, outcome="ok", reason="cancelled")
    return bool(ended)


@transaction.atomic
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
        _close_steps(run.pk, StepState.SKIPPED)
    audit.record(
        tag=Tag.RUN_CANCELLED,
        actor=actor,
        data={"run": str(run.pk), "kind": run.kind},
        application=run.application,
        service=run.service,
    )
    run.refresh_from_db()
    return run


@transaction.atomic
def retry(*, run: Run, actor: Actor) -> Run:
    """Do the work of an ended run once more, as a new run.

    Raises:
        Conflict: the run has not ended, or it succeeded.
        RunActive: the same work is under way.
    """
    permissions.require(actor, Verb.RETRY_RUN, run.application)
    if run.state not in (RunState.FAILED.value, RunState.CANCELLED.value):
        raise Conflict(msg("Only a run that failed or was cancelled can be tried again."))
    again = start(
        kind=RunKind(run.kind),
        subject=run.subject,
        actor=actor,
        params=run.params,
        application=run.application,
        service=run.service,
        host=run.host,
        environment=run.environment,
    )
    audit.record(
        tag=Tag.RUN_RETRIED,
        actor=actor,
        data={"run": str(again.pk), "of": str(run.pk), "kind": run.kind},
        application=run.application,
        service=run.service,
    )
    return again


def reap() -> dict[str, int]:
    """Bring back what dead workers left, and ring again for what has waited too long.

    Safe to run in several processes at once: each row is taken by a guarded update.
    Returns counts: ``requeued``, ``lost``, ``cancelled``, ``rung``.
    """
    counts = {"requeued": 0, "lost": 0, "cancelled": 0, "rung": 0}
    expired = Run.objects.filter(state=RunState.RUNNING.value, lease_until__lt=Now())
    for run in list(expired.values("pk", "attempt", "cancel_requested")):
        counts[_reap_one(run)] += 1
    waiting = Run.objects.filter(
        Q(rung_at=None) | Q(rung_at__lt=Now() - RING_AGAIN_AFTER),
        Q(not_before=None) | Q(not_before__lte=Now()),
        state=RunState.QUEUED.value,
        created__lt=Now() - RING_AGAIN_AFTER,
    )
    for run_id in list(waiting.values_list("pk", flat=True)[:100]):
        Run.objects.filter(pk=run_id).update(rung_at=Now())
        counts["rung"] += queue.ring(run_id)
    return counts


@transaction.atomic
def _reap_one(run: Mapping[str, Any]) -> str:
    """Give one expired run back to the queue, or end it when it has had its chances."""
    dead = Run.objects.filter(
        pk=run["pk"],
        attempt=run["attempt"],
        state=RunState.RUNNING.value,
        lease_until__lt=Now(),
    )
    if run["cancel_requested"]:
        dead.update(state=RunState.CANCELLED.value, ended=Now(), lease_until=None)
        _close_steps(run["pk"], StepState.SKIPPED)
        _record_end(run["pk"], outcome="ok", reason="cancelled")
        return "cancelled"
    if run["attempt"] < MAX_ATTEMPTS:
        dead.update(
            state=RunState.QUEUED.value,
            owner="",
            lease_until=None,
            not_before=Now() + BACK_OFF[min(run["attempt"], len(BACK_OFF)) - 1],
        )
        return "requeued"
    message = msg(
        "The worker was lost %(count)s times. Look at the log, then try the run again.",
        count=run["attempt"],
    )
    dead.update(
        state=RunState.FAILED.value,
        ended=Now(),
        lease_until=None,
        error_code="lost",
        error_text=message.text,
        error_params=_plain(message),
    )
    _close_steps(run["pk"], StepState.FAILED)
    _record_end(run["pk"], outcome="failed", reason="lost")
    return "lost"


def _close_steps(run_id: UUID, state: StepState) -> None:
    """Give the step that was running its end; what never began was skipped."""
    steps = RunStep.objects.filter(run_id=run_id)
    steps.filter(state=StepState.RUNNING.value).update(state=state.value, ended=timezone.now())
    steps.filter(state=StepState.WAITING.value).update(state=StepState.SKIPPED.value)


def _record_end(run_id: UUID, *, outcome: str, reason: str) -> None:
    run = Run.objects.select_related("application", "service").get(pk=run_id)
    audit.record(
        tag=Tag.RUN_ENDED,
        actor=Actor.from_json(run.actor),
        data={"run": str(run.pk), "kind": run.kind, "state": run.state, "reason": reason},
        application=run.application,
        service=run.service,
        outcome=outcome,
    )


def _plain(message: Message) -> dict[str, Any]:
    return {key: str(value) for key, value in message.params.items()}

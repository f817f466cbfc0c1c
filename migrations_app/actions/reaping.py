"""Bringing back what dead workers left, and ringing again for what nobody heard."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Max, Q
from django.db.models.functions import Now
from django.utils import timezone

from migrations_app import queue
from migrations_app.actions.runs import MAX_ATTEMPTS, back_off, close_steps, record_end
from migrations_app.domain import records
from migrations_app.domain.messages import msg
from migrations_app.domain.runs import RunState, StepState
from migrations_app.models import Run, RunLogLine

UNHEARD_AFTER = timedelta(seconds=5)
RING_AGAIN_AFTER = timedelta(seconds=15)
MOST_RUNG = 100


def reap() -> dict[str, int]:
    """One round. Safe in several processes at once: each row is taken by a guarded update.

    Returns counts: ``requeued``, ``lost``, ``cancelled``, ``rung``.
    """
    counts = {"requeued": 0, "lost": 0, "cancelled": 0, "rung": 0}
    expired = Run.objects.filter(state=RunState.RUNNING.value, lease_until__lt=Now())
    for run_id, attempt in list(expired.values_list("pk", "attempt")):
        outcome = _reap_one(run_id, attempt)
        if outcome:
            counts[outcome] += 1
    counts["rung"] = _ring_again()
    return counts


@transaction.atomic
def _reap_one(run_id: UUID, attempt: int) -> str:
    """Give one expired run back to the queue, or end it when it has had its chances.

    Empty: its worker, or another reaper, was faster.
    """
    dead = Run.objects.filter(
        pk=run_id, attempt=attempt, state=RunState.RUNNING.value, lease_until__lt=Now()
    )
    if dead.filter(cancel_requested=True).update(
        state=RunState.CANCELLED.value, ended=Now(), lease_until=None
    ):
        close_steps(run_id, StepState.SKIPPED)
        record_end(run_id, outcome="ok", reason="cancelled")
        return "cancelled"
    if attempt >= MAX_ATTEMPTS:
        return "lost" if _give_up(dead, run_id, attempt) else ""
    if not dead.update(
        state=RunState.QUEUED.value,
        owner="",
        lease_until=None,
        rung_at=None,
        not_before=Now() + back_off(attempt),
    ):
        return ""
    _note(run_id, attempt)
    return "requeued"


def _give_up(dead: Any, run_id: UUID, attempt: int) -> bool:
    message = msg(
        "The worker was lost %(count)s times. Look at the log, then try the run again.",
        count=attempt,
    )
    ended = dead.update(
        state=RunState.FAILED.value,
        ended=Now(),
        lease_until=None,
        error_code="lost",
        error_text=message.text,
        error_params=records.message(message)["params"],
    )
    if ended:
        close_steps(run_id, StepState.FAILED)
        record_end(run_id, outcome="failed", reason="lost")
    return bool(ended)


def _note(run_id: UUID, attempt: int) -> None:
    """Say in the log why the work begins anew. The row was just taken, so nobody else writes."""
    last = RunLogLine.objects.filter(run_id=run_id).aggregate(last=Max("seq"))["last"] or 0
    RunLogLine.objects.create(
        run_id=run_id,
        seq=last + 1,
        attempt=attempt,
        at=timezone.now(),
        source="reaper",
        stream="stderr",
        text=f"worker of attempt {attempt} went silent; the run is tried again",
    )


def _ring_again() -> int:
    waiting = Run.objects.filter(
        Q(rung_at=None, created__lt=Now() - UNHEARD_AFTER)
        | Q(rung_at__lt=Now() - RING_AGAIN_AFTER),
        Q(not_before=None) | Q(not_before__lte=Now()),
        state=RunState.QUEUED.value,
    ).order_by("created")
    rung = 0
    for run_id in list(waiting.values_list("pk", flat=True)[:MOST_RUNG]):
        Run.objects.filter(pk=run_id).update(rung_at=Now())
        rung += queue.ring(run_id)
    return rung

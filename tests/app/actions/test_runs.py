"""Runs: every action in every state, and who wins when two want the same."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.conf import LazySettings
from django.db import connection, transaction
from django.utils import timezone

from migrations_app import queue
from migrations_app.actions import runs
from migrations_app.actions.reaping import reap
from migrations_app.actions.retries import retry_run
from migrations_app.actions.runs import MAX_ATTEMPTS, Claim, Line
from migrations_app.domain.errors import Conflict, NotAllowed, RunActive, WorkbenchError
from migrations_app.domain.messages import msg
from migrations_app.domain.runs import RunKind, RunState, StepState
from migrations_app.models import Application, AuditEvent, Host, Run, RunLogLine
from migrations_app.queries.actors import Actor
from tests.factories import RunFactory

pytestmark = pytest.mark.django_db

STATES = [state.value for state in RunState]
ENDED = ["succeeded", "failed", "cancelled"]


def in_state(state: str, application: Application, **values: Any) -> Run:
    """A run as it stands in the state; a running one is held by attempt 1."""
    details: dict[str, Any] = {
        "state": state,
        "application": application,
        "kind": RunKind.CAPTURE.value,
        "attempt": 0 if state == "queued" else 1,
        "actor": Actor.system("cli").as_json(),
        "lease_until": timezone.now() + timedelta(minutes=1) if state == "running" else None,
    }
    return RunFactory.create(**{**details, **values})


def claim_of(run: Run) -> Claim:
    return Claim(run.pk, run.attempt)


def _claims(run: Run, actor: Actor) -> bool:
    return runs.claim(run_id=run.pk, worker="w") is not None


def _beats(run: Run, actor: Actor) -> bool:
    return runs.beat(claim=claim_of(run))


def _logs(run: Run, actor: Actor) -> bool:
    return runs.log(claim=claim_of(run), lines=[Line("runner", "x")]) == 1


def _holds(run: Run, actor: Actor) -> bool:
    with transaction.atomic():
        return runs.hold(claim_of(run))


def _succeeds(run: Run, actor: Actor) -> bool:
    return runs.succeed(claim=claim_of(run))


def _fails(run: Run, actor: Actor) -> bool:
    return runs.fail(claim=claim_of(run), code="x", message=msg("No."))


def _ends_cancelled(run: Run, actor: Actor) -> bool:
    return runs.end_cancelled(claim=claim_of(run))


def _gives_back(run: Run, actor: Actor) -> bool:
    return runs.give_back(claim=claim_of(run))


def _cancels(run: Run, actor: Actor) -> bool:
    try:
        runs.cancel(run=run, actor=actor)
    except Conflict:
        return False
    return True


def _retries(run: Run, actor: Actor) -> bool:
    run.host = Host.objects.create(name=f"h{run.pk.hex[:8]}", url="unix:///x")
    run.params = {"names": ["web"]}
    try:
        retry_run(run=run, actor=actor)
    except Conflict:
        return False
    return True


def _reaps(run: Run, actor: Actor) -> bool:
    Run.objects.filter(pk=run.pk).exclude(lease_until=None).update(
        lease_until=timezone.now() - timedelta(seconds=1)
    )
    return sum(reap().values()) > 0


TABLE: dict[Callable[[Run, Actor], bool], dict[str, str]] = {
    # action: {state in which it has an effect: the state afterwards}
    _claims: {"queued": "running"},
    _beats: {"running": "running"},
    _logs: {"running": "running"},
    _holds: {"running": "running"},
    _succeeds: {"running": "succeeded"},
    _fails: {"running": "failed"},
    _ends_cancelled: {"running": "cancelled"},
    _gives_back: {"running": "queued"},
    _cancels: {"queued": "cancelled", "running": "running"},
    _retries: {"failed": "failed", "cancelled": "cancelled"},
    _reaps: {"running": "queued"},
}


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("act", TABLE, ids=lambda act: act.__name__.strip("_"))
def test_every_action_in_every_state(
    act: Callable[[Run, Actor], bool], state: str, application: Application, operator: Actor
) -> None:
    run = in_state(state, application)
    effect = act(run, operator)
    run.refresh_from_db()
    assert effect is (state in TABLE[act])
    assert run.state == TABLE[act].get(state, state)


@pytest.mark.parametrize(
    "act", [_beats, _logs, _holds, _succeeds, _fails, _ends_cancelled, _gives_back]
)
def test_an_older_attempt_changes_nothing(
    act: Callable[[Run, Actor], bool], application: Application, operator: Actor
) -> None:
    run = in_state("running", application, attempt=2)
    run.attempt = 1
    assert not act(run, operator)
    run.refresh_from_db()
    assert (run.state, run.attempt) == ("running", 2)
    assert not RunLogLine.objects.exists()


def test_a_zombie_that_wakes_writes_nothing(application: Application, operator: Actor) -> None:
    run = in_state("queued", application)
    zombie = runs.claim(run_id=run.pk, worker="zombie")
    assert zombie is not None
    Run.objects.filter(pk=run.pk).update(lease_until=timezone.now() - timedelta(seconds=1))
    assert reap()["requeued"] == 1
    Run.objects.filter(pk=run.pk).update(not_before=None)
    second = runs.claim(run_id=run.pk, worker="second")
    assert second is not None
    assert second.attempt == 2
    assert runs.wants_cancel(claim=zombie), "it is told to stop"
    assert not runs.beat(claim=zombie)
    assert not runs.succeed(claim=zombie, result_type="source", result_id="of the zombie")
    runs.start_step(claim=zombie, name="connect")
    assert runs.succeed(claim=second, result_type="source", result_id="of the second")
    run.refresh_from_db()
    assert run.result_id == "of the second"


def test_a_lost_worker_is_forgiven_twice(application: Application) -> None:
    run = in_state("queued", application)
    for attempt in range(1, MAX_ATTEMPTS + 1):
        Run.objects.filter(pk=run.pk).update(not_before=None)
        assert runs.claim(run_id=run.pk, worker="w") == Claim(run.pk, attempt)
        Run.objects.filter(pk=run.pk).update(lease_until=timezone.now() - timedelta(seconds=1))
        counts = reap()
        assert counts["lost" if attempt == MAX_ATTEMPTS else "requeued"] == 1
    run.refresh_from_db()
    assert (run.state, run.error_code) == ("failed", "lost")
    assert AuditEvent.objects.filter(tag="run:ended").count() == 1
    assert RunLogLine.objects.filter(run=run, source="reaper").count() == MAX_ATTEMPTS - 1


def test_what_was_requeued_waits_a_while(application: Application) -> None:
    run = in_state("running", application, lease_until=timezone.now() - timedelta(seconds=1))
    reap()
    assert runs.claim(run_id=run.pk, worker="w") is None
    assert run.pk not in runs.waiting()


def test_a_lease_that_has_not_ended_is_left_alone(application: Application) -> None:
    in_state("running", application)
    assert sum(reap().values()) == 0


def test_the_length_of_a_lease_is_a_setting(
    application: Application, settings: LazySettings
) -> None:
    settings.WORKBENCH_LEASE_SECONDS = 3
    run = in_state("queued", application)
    runs.claim(run_id=run.pk, worker="w")
    run.refresh_from_db()
    assert run.lease_until is not None
    left = (run.lease_until - timezone.now()).total_seconds()
    assert 1 < left <= 3.5


def test_a_run_to_be_cancelled_ends_when_its_worker_is_lost(application: Application) -> None:
    run = in_state(
        "running",
        application,
        cancel_requested=True,
        lease_until=timezone.now() - timedelta(seconds=1),
    )
    assert reap()["cancelled"] == 1
    run.refresh_from_db()
    assert run.state == "cancelled"


def test_giving_back_a_run_to_be_cancelled_ends_it(application: Application) -> None:
    run = in_state("running", application, cancel_requested=True)
    assert runs.give_back(claim=claim_of(run))
    run.refresh_from_db()
    assert run.state == "cancelled"


def test_what_nobody_heard_is_rung_again(
    application: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    rung: list[Any] = []
    monkeypatch.setattr(queue, "ring", lambda run_id: rung.append(run_id) or True)
    old = in_state("queued", application)
    in_state("queued", application)
    later = in_state("queued", application, not_before=timezone.now() + timedelta(minutes=1))
    long_ago = timezone.now() - timedelta(seconds=30)
    Run.objects.filter(pk__in=[old.pk, later.pk]).update(created=long_ago)
    assert reap()["rung"] == 1
    assert rung == [old.pk]
    assert reap()["rung"] == 0, "not all the time"


def test_steps_begin_anew_with_each_attempt(application: Application, operator: Actor) -> None:
    with transaction.atomic():
        run = runs.start(
            kind=RunKind.CAPTURE, subject="s", actor=operator, params={}, application=application
        )
    claim = runs.claim(run_id=run.pk, worker="w")
    assert claim is not None
    runs.start_step(claim=claim, name="connect")
    runs.start_step(claim=claim, name="inspect")
    assert [s.state for s in run.steps.all()] == ["succeeded", "running", "waiting"]
    runs.give_back(claim=claim)
    claim = runs.claim(run_id=run.pk, worker="w")
    assert claim is not None
    assert {s.state for s in run.steps.all()} == {StepState.WAITING.value}
    runs.start_step(claim=claim, name="connect")
    runs.fail(claim=claim, code="x", message=msg("No."))
    assert [s.state for s in run.steps.all()] == ["failed", "skipped", "skipped"]


def test_one_active_run_per_kind_and_subject(application: Application, operator: Actor) -> None:
    def start() -> Run:
        with transaction.atomic():
            return runs.start(
                kind=RunKind.CAPTURE,
                subject="s",
                actor=operator,
                params={},
                application=application,
            )

    first = start()
    with pytest.raises(RunActive) as active:
        start()
    assert active.value.run_id == str(first.pk)
    runs.cancel(run=first, actor=operator)
    assert start().pk != first.pk


def test_log_lines_are_numbered_without_a_gap(application: Application) -> None:
    run = in_state("running", application)
    claim = claim_of(run)
    assert runs.log(claim=claim, lines=[Line("a", "1"), Line("a", "2")]) == 2
    assert runs.log(claim=claim, lines=[Line("a", "nul \0 here")]) == 3
    assert runs.log(claim=claim, lines=[Line("a", "x" * 20_000)]) == 4
    rows = list(RunLogLine.objects.filter(run=run))
    assert [row.seq for row in rows] == [1, 2, 3, 4]
    assert rows[2].text == "nul \ufffd here"
    assert len(rows[3].text) == runs.MAX_LINE
    assert runs.log_size(run.pk) == 2 + 10 + runs.MAX_LINE


def test_only_who_may_cancels(application: Application, viewer: Actor, operator: Actor) -> None:
    run = in_state("queued", application)
    with pytest.raises(NotAllowed):
        runs.cancel(run=run, actor=viewer)
    assert AuditEvent.objects.filter(tag="access:refused").count() == 1
    runs.cancel(run=run, actor=operator)
    assert AuditEvent.objects.filter(tag="run:cancelled").count() == 1


def test_a_retry_is_checked_like_any_new_run(application: Application, viewer: Actor) -> None:
    run = in_state("failed", application)
    with pytest.raises(NotAllowed):
        retry_run(run=run, actor=viewer)


def race(count: int, act: Callable[[], object]) -> list[object]:
    """What several threads get that do the same at once, each with its own connection."""
    barrier, results = threading.Barrier(count), []

    def one() -> None:
        try:
            barrier.wait(timeout=20)
            try:
                results.append(act())
            except WorkbenchError as error:
                results.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=one) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


@pytest.mark.django_db(transaction=True)
def test_of_many_claimants_one_wins(application: Application) -> None:
    for _round in range(5):
        run = in_state("queued", application)
        results = race(6, lambda run=run: runs.claim(run_id=run.pk, worker="w"))
        assert [r for r in results if r is not None] == [Claim(run.pk, 1)]


@pytest.mark.django_db(transaction=True)
def test_of_many_reapers_one_records_the_end(application: Application) -> None:
    ended = timezone.now() - timedelta(seconds=1)
    run = in_state("running", application, attempt=MAX_ATTEMPTS, lease_until=ended)
    results = race(5, reap)
    assert sum(counts["lost"] for counts in results) == 1  # type: ignore[index]
    assert AuditEvent.objects.filter(tag="run:ended").count() == 1
    run.refresh_from_db()
    assert run.state == "failed"


@pytest.mark.django_db(transaction=True)
def test_of_many_submitters_one_starts(application: Application, operator: Actor) -> None:
    def start() -> Run:
        with transaction.atomic():
            return runs.start(
                kind=RunKind.CAPTURE,
                subject="s",
                actor=operator,
                params={},
                application=application,
            )

    results = race(5, start)
    assert sum(isinstance(result, Run) for result in results) == 1
    assert sum(isinstance(result, RunActive) for result in results) == 4

"""Captures and revisions as runs, and how any run ends when its work does not."""

from __future__ import annotations

from uuid import UUID

import pytest
from django.db import OperationalError

from migrations_app.actions import presence, runs
from migrations_app.actions.captures import start_capture
from migrations_app.actions.hosts import local_host
from migrations_app.actions.revisions import Wish, start_revision
from migrations_app.domain.errors import EngineError
from migrations_app.domain.messages import msg
from migrations_app.domain.runs import RunKind
from migrations_app.models import Application, AuditEvent, Revision, Run, RunLogLine, Source
from migrations_app.queries.actors import Actor
from migrations_app.tasks.execute import Handler, Job, execute
from migrations_app.tasks.heart import Stopped
from tests.app.tasks.conftest import WEB, Store, WatchedPodman, Work

pytestmark = pytest.mark.django_db(transaction=True)


def capture_of(operator: Actor, application: Application, *names: str) -> Run:
    return start_capture(actor=operator, application=application, host=local_host(), names=names)


def done(run: Run, handler: Handler, *, try_again: bool = True) -> Run:
    """The run after its work was done by this handler."""
    assert execute(UUID(str(run.pk)), dict.fromkeys(RunKind, handler), try_again=try_again)
    run.refresh_from_db()
    return run


def test_a_capture_becomes_a_source(
    operator: Actor, application: Application, host: WatchedPodman, work: Work
) -> None:
    host.run("web", "localhost/web:1")
    run = work(capture_of(operator, application, "web"))
    assert (run.state, run.result_type, run.outcome) == ("succeeded", "source", "created")
    source = Source.objects.get(pk=run.result_id)
    assert (source.way, source.title) == ("capture", "web")
    assert source.host == local_host()
    assert [s.state for s in run.steps.all()] == ["succeeded"] * 3
    assert AuditEvent.objects.filter(tag="capture:ended").count() == 1
    again = work(capture_of(operator, application, "web"))
    assert (again.outcome, again.result_id) == ("unchanged", run.result_id)


def test_a_name_that_is_not_there_fails_the_capture(
    operator: Actor, application: Application, host: WatchedPodman, work: Work
) -> None:
    host.fail("capture", EngineError(msg("Podman has no web."), code="not_found"))
    run = work(capture_of(operator, application, "web"))
    assert (run.state, run.error_code) == ("failed", "not_found")
    assert not Source.objects.exists()


def test_a_capture_that_cannot_be_read_fails_and_is_recorded(
    operator: Actor, application: Application, host: WatchedPodman, work: Work
) -> None:
    from migrations_app.ports import CapturedFiles

    host.captures["web"] = CapturedFiles("web", {"web/container-web.json": b"[{"})
    run = work(capture_of(operator, application, "web"))
    assert (run.state, run.error_code) == ("failed", "unreadable")
    assert RunLogLine.objects.filter(run=run, text__contains="web/container-web.json").exists()
    assert AuditEvent.objects.filter(tag="source:refused").count() == 1


def test_a_revision_is_made_by_a_run(operator: Actor, store: Store, work: Work) -> None:
    web = store({"web.yaml": WEB})["web"]
    run = work(start_revision(actor=operator, service=web, wish=Wish("staging", {}, {})))
    made = Revision.objects.get(environment="staging")
    assert (run.state, run.result_type, run.result_id) == ("succeeded", "revision", str(made.pk))
    assert [s.state for s in run.steps.all()] == ["succeeded"] * 2
    again = work(start_revision(actor=operator, service=web, wish=Wish("staging", {}, {})))
    assert again.result_id == str(made.pk), "nothing has changed"


def test_a_revision_of_a_lost_claim_is_undone(operator: Actor, store: Store) -> None:
    from migrations_app.tasks.revisions import revise

    web = store({"web.yaml": WEB})["web"]
    run = start_revision(actor=operator, service=web, wish=Wish("staging", {}, {}))

    def loses(job: Job) -> None:
        Run.objects.filter(pk=run.pk).update(attempt=7)
        revise(job)

    run = done(run, loses)
    assert (run.state, run.attempt) == ("running", 7)
    assert not Revision.objects.filter(environment="staging").exists()


def test_who_lost_the_right_meanwhile_gets_no_result(
    operator: Actor, application: Application, host: WatchedPodman, work: Work
) -> None:
    host.run("web", "localhost/web:1")
    run = capture_of(operator, application, "web")
    assert operator.user is not None
    operator.user.memberships.all().delete()
    run = work(run)
    assert (run.state, run.error_code) == ("failed", "not_allowed")


def test_a_second_delivery_does_nothing(
    operator: Actor, application: Application, host: WatchedPodman, work: Work
) -> None:
    host.run("web", "localhost/web:1")
    run = work(capture_of(operator, application, "web"))
    calls = list(host.calls)
    for _ in range(3):
        assert not execute(UUID(str(run.pk)), {})
    assert host.calls == calls


def test_a_crash_is_told_without_its_details(operator: Actor, application: Application) -> None:
    def crashes(job: Job) -> None:
        raise KeyError("password=hunter22")

    run = done(capture_of(operator, application, "web"), crashes)
    assert (run.state, run.error_code) == ("failed", "crash")
    assert "hunter22" not in run.error_text + str(run.error_params)


def test_a_database_that_is_away_leaves_the_run_to_the_reaper(
    operator: Actor, application: Application
) -> None:
    def loses_database(job: Job) -> None:
        raise OperationalError("server closed the connection")

    run = done(capture_of(operator, application, "web"), loses_database)
    assert run.state == "running"


def test_whoever_waits_for_an_attempt_gets_its_failure(
    operator: Actor, application: Application
) -> None:
    def host_is_away(job: Job) -> None:
        raise EngineError(msg("No answer."), code="engine_unreachable", transient=True)

    run = done(capture_of(operator, application, "web"), host_is_away, try_again=False)
    assert (run.state, run.attempt) == ("failed", 1)


def test_a_worker_that_has_to_go_gives_its_run_back(
    operator: Actor, application: Application
) -> None:
    def is_told_to_leave(job: Job) -> None:
        presence.leave()
        job.check()

    try:
        run = done(capture_of(operator, application, "web"), is_told_to_leave)
    finally:
        presence.stay()
    assert (run.state, run.attempt) == ("queued", 1)
    assert run.pk in runs.waiting(), "at once"


def test_a_heart_hears_a_cancellation(operator: Actor, application: Application) -> None:
    def waits(job: Job) -> None:
        runs.cancel(run=Run.objects.get(pk=job.run.pk), actor=operator)
        for _ in range(100):
            job.heart._stop.wait(0.1)
            job.check()
        pytest.fail("nobody stopped it")

    assert done(capture_of(operator, application, "web"), waits).state == "cancelled"


def test_a_heart_keeps_the_lease_and_notices_its_loss(
    operator: Actor, application: Application, settings: object
) -> None:
    settings.WORKBENCH_LEASE_SECONDS = 2  # type: ignore[attr-defined]
    leases = []

    def waits(job: Job) -> None:
        row = Run.objects.filter(pk=job.run.pk)
        leases.append(row.get().lease_until)
        job.heart._stop.wait(1.2)
        leases.append(row.get().lease_until)
        row.update(attempt=9)
        for _ in range(30):
            job.heart._stop.wait(0.1)
            job.check()

    run = done(capture_of(operator, application, "web"), waits)
    assert leases[0] < leases[1]
    assert (run.state, run.attempt) == ("running", 9), "nothing written by who lost it"


def test_stopped_says_why() -> None:
    assert Stopped(lost=True).lost
    assert Stopped(released=True).released

"""Waiting for runs: what ends well, what does not, and what is interrupted."""

from __future__ import annotations

import io
from typing import cast

import pytest

from migrations_app.models import Run, RunLogLine
from migrations_app.queries.actors import Actor
from tests.factories import RunFactory
from workbench.demo.screen import Screen
from workbench.demo.work import RunFailed, Work, seconds
from workbench.demo.workers import Workers

pytestmark = pytest.mark.django_db


class _Idle:
    """Workers that do nothing but be asked to run; ``then`` happens when they are."""

    def __init__(self, then: dict[str, object] | None = None) -> None:
        self.asked = 0
        self.then = then

    def keep_running(self) -> None:
        self.asked += 1
        if self.then and self.asked > 1:
            Run.objects.update(**self.then)


def _work(workers: _Idle) -> tuple[Work, io.StringIO]:
    stream = io.StringIO()
    return Work(Screen(stream), cast(Workers, workers), Actor.system("demo")), stream


def test_it_waits_until_every_run_has_ended_and_hears_of_each() -> None:
    runs = [RunFactory.create(state="running"), RunFactory.create(state="succeeded")]
    work, _stream = _work(_Idle(then={"state": "succeeded"}))
    heard: list[object] = []
    work.wait(runs, lambda run: heard.append(run.pk))
    assert sorted(map(str, heard)) == sorted(str(run.pk) for run in runs)


def test_a_run_that_fails_is_told_with_its_reason_and_the_end_of_its_log() -> None:
    run = RunFactory.create(
        state="failed", error_text="%(name)s is away.", error_params={"name": "Podman"}
    )
    RunLogLine.objects.create(
        run=run, seq=1, attempt=1, at=run.created, source="runner", text="looked everywhere"
    )
    work, stream = _work(_Idle())
    with pytest.raises(RunFailed, match=r"Podman is away\."):
        work.wait([run], lambda _run: None)
    assert "runner: looked everywhere" in stream.getvalue()


def test_what_still_waits_is_cancelled() -> None:
    waiting = RunFactory.create(state="queued")
    done = RunFactory.create(state="succeeded")
    work, _stream = _work(_Idle())
    work.started = [waiting, done]
    work.cancel()
    waiting.refresh_from_db()
    done.refresh_from_db()
    assert (waiting.state, done.state) == ("cancelled", "succeeded")


def test_a_run_that_never_began_took_no_time() -> None:
    assert seconds(RunFactory.create(state="queued", started=None, ended=None)) == 0.0

"""Orphans: taken away only if they are ours, old, and nobody's."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.conf import LazySettings

from migrations_app.actions.collecting import Marks, collect, hosts_to_sweep
from migrations_app.actions.hosts import local_host
from migrations_app.actions.runs import Claim
from migrations_app.adapters.fakes import FakePodman
from tests.factories import RunFactory

pytestmark = pytest.mark.django_db


def leave(host: FakePodman, run_id: UUID, attempt: int = 1, **labels: str) -> str:
    """A network as an attempt would leave it."""
    marks = Marks.of(Claim(run_id, attempt), made=host.clock.now())
    host.create_network(marks.network, labels={**marks.labels, **labels}, internal=True)
    return f"network/{marks.network}"


def later(host: FakePodman, seconds: float) -> list[str]:
    host.clock.sleep(seconds)
    return collect(engine=host, now=host.clock.now())


def test_what_a_lost_run_left_goes_after_a_lease() -> None:
    host = FakePodman()
    name = leave(host, uuid4())
    assert later(host, 30) == []
    assert later(host, 60) == [name]
    assert not host.networks


def test_a_running_attempt_is_not_disturbed() -> None:
    host = FakePodman()
    run = RunFactory.create(state="running", attempt=2)
    live = leave(host, run.pk, 2)
    dead = leave(host, run.pk, 1)
    assert later(host, 3600) == [dead]
    assert [f"network/{name}" for name in host.networks] == [live]


@pytest.mark.parametrize("state", ["queued", "succeeded", "failed", "cancelled"])
def test_a_run_in_any_other_state_holds_nothing(state: str) -> None:
    host = FakePodman()
    run = RunFactory.create(state=state, attempt=1)
    leave(host, run.pk)
    assert len(later(host, 3600)) == 1


def test_what_another_installation_made_stays(settings: LazySettings) -> None:
    host = FakePodman()
    leave(host, uuid4(), **{"io.kakehashi.instance": "somebody"})
    assert later(host, 3600) == []


def test_only_hosts_that_rehearsed_are_swept() -> None:
    host = local_host()
    RunFactory.create(kind="capture", host=host, attempt=1)
    RunFactory.create(kind="rehearsal", host=host, attempt=0)
    assert hosts_to_sweep() == []
    RunFactory.create(kind="rehearsal", host=host, attempt=1)
    RunFactory.create(kind="rehearsal", host=host, attempt=2)
    assert hosts_to_sweep() == [host]


def test_names_and_labels_of_an_attempt(settings: LazySettings) -> None:
    settings.WORKBENCH_INSTANCE = "team1"
    run_id = UUID("01a21348-f1d2-74db-9aae-e687c78d4f0e")
    host = FakePodman()
    host.clock.sleep(timedelta(seconds=1).total_seconds())
    marks = Marks.of(Claim(run_id, 3), made=host.clock.now())
    assert marks.prefix == "kk-team1-c78d4f0e-3-"
    assert [value for _label, value in marks.older_attempts()] == [f"{run_id}.1", f"{run_id}.2"]
    assert marks.mine == ("io.kakehashi.attempt", f"{run_id}.3")

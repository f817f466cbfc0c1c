"""Rehearsals by real workers on real Podmans, also when a worker is killed in the middle."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.live import postgres
from tests.live.workshop import BROKEN, Podman, Workshop

pytestmark = pytest.mark.live


LONG = pytest.mark.long
BOTH = pytest.mark.parametrize("podman", ["system", "podman5"], indirect=True)
SYSTEM_FIRST = pytest.mark.parametrize(
    "podman", ["system", pytest.param("podman5", marks=LONG)], indirect=True
)
ALL_WAYS = pytest.mark.parametrize(
    ("podman", "way"),
    [
        ("system", "redis"),
        ("system", "polling"),
        ("podman5", "redis"),
        pytest.param("podman5", "polling", marks=LONG),
    ],
    indirect=True,
)
ONE_WAY_FIRST = pytest.mark.parametrize(
    ("podman", "way"),
    [
        ("system", "redis"),
        pytest.param("system", "polling", marks=LONG),
        pytest.param("podman5", "redis", marks=LONG),
        pytest.param("podman5", "polling", marks=LONG),
    ],
    indirect=True,
)


@pytest.fixture
def podman(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Podman]:
    """The system's own Podman, and a Podman 5 where there is one."""
    if request.param == "system":
        if shutil.which("podman") is None:
            pytest.skip("podman is not installed")
        made = Podman(tmp_path)
    else:
        kit = request.getfixturevalue("podman5_kit")
        made = Podman(tmp_path, str(kit / "podman"))
    if not Path("/bin/busybox").exists():
        pytest.skip("busybox-static is not installed")
    with made.service() as served:
        yield served


@pytest.fixture
def way(request: pytest.FixtureRequest) -> dict[str, str]:
    """How work gets to the worker."""
    if request.param == "redis":
        if not (shutil.which("redis-server") or shutil.which("valkey-server")):
            pytest.skip("redis-server is not installed")
        return {"REDIS_URL": "", "WORKBENCH_BROKER": ""}
    return {"REDIS_URL": "", "WORKBENCH_BROKER": "none"}


@BOTH
def test_a_good_and_a_broken_service(podman: Podman, tmp_path: Path) -> None:
    good = Workshop(tmp_path / "good", podman, WORKBENCH_BROKER="none")
    good.folder.mkdir()
    good.prepare()
    bad = Workshop(tmp_path / "bad", podman, WORKBENCH_BROKER="none")
    bad.folder.mkdir()
    bad.prepare(BROKEN)
    for workshop, outcome, line in ((good, "passed", "up"), (bad, "failed", "no licence")):
        run_id = workshop.rehearse()
        workshop.act("queue.do_here(RUN_ID, try_again=False)", run_id=run_id)
        run = workshop.run(run_id)
        assert (run["state"], run["outcome"]) == ("succeeded", outcome), run
        assert line in run["log"]
        assert workshop.left_in_podman() == []


@ALL_WAYS
def test_a_worker_killed_in_the_middle(podman: Podman, tmp_path: Path, way: dict[str, str]) -> None:
    workshop = Workshop(tmp_path / "data", podman, WORKBENCH_REHEARSAL_WATCH="6", **way)
    workshop.folder.mkdir()
    workshop.prepare()
    with workshop.workers():
        first = workshop.worker()
        run_id = workshop.rehearse()
        workshop.wait(run_id, lambda run: run["probes"] > 0)
        assert any(left.startswith("pod ") for left in workshop.left_in_podman()), "it plays"
        os.kill(first, signal.SIGKILL)
        run = workshop.wait(run_id, lambda run: run["state"] not in ("queued", "running"))
        assert workshop.worker() != first, "another was started"
    assert (run["state"], run["outcome"], run["attempt"]) == ("succeeded", "passed", 2), run
    assert run["ends"] == 1
    assert "worker of attempt 1 went silent; the run is tried again" in run["log"]
    assert workshop.left_in_podman() == []


@ONE_WAY_FIRST
def test_a_worker_frozen_for_longer_than_its_lease(
    podman: Podman, tmp_path: Path, way: dict[str, str]
) -> None:
    """It wakes up and finds that the run is another attempt's: it writes nothing more."""
    workshop = Workshop(tmp_path / "data", podman, WORKBENCH_REHEARSAL_WATCH="8", **way)
    workshop.folder.mkdir()
    workshop.prepare()
    with workshop.workers():
        frozen = workshop.worker()
        run_id = workshop.rehearse()
        workshop.wait(run_id, lambda run: run["probes"] > 0)
        os.killpg(frozen, signal.SIGSTOP)
        try:
            workshop.wait(run_id, lambda run: run["state"] == "queued", seconds=30)
        finally:
            os.killpg(frozen, signal.SIGCONT)
        run = workshop.wait(run_id, lambda run: run["state"] not in ("queued", "running"))
    assert (run["state"], run["outcome"], run["attempt"]) == ("succeeded", "passed", 2), run
    assert run["ends"] == 1
    assert workshop.left_in_podman() == []


@SYSTEM_FIRST
def test_a_worker_killed_with_rows_in_postgresql(podman: Podman, tmp_path: Path) -> None:
    if postgres.binaries() is None:
        pytest.skip("PostgreSQL is not installed")
    with postgres.cluster() as url:
        workshop = Workshop(
            tmp_path / "data",
            podman,
            WORKBENCH_REHEARSAL_WATCH="6",
            WORKBENCH_BROKER="",
            REDIS_URL="",
            DATABASE_URL=url,
        )
        workshop.folder.mkdir()
        workshop.prepare()
        with workshop.workers():
            run_id = workshop.rehearse()
            workshop.wait(run_id, lambda run: run["probes"] > 0)
            os.kill(workshop.worker(), signal.SIGKILL)
            run = workshop.wait(run_id, lambda run: run["state"] not in ("queued", "running"))
    assert (run["state"], run["outcome"], run["ends"]) == ("succeeded", "passed", 1), run
    assert workshop.left_in_podman() == []


@ONE_WAY_FIRST
def test_a_worker_that_is_stopped_gives_its_run_back(
    podman: Podman, tmp_path: Path, way: dict[str, str]
) -> None:
    workshop = Workshop(tmp_path / "data", podman, WORKBENCH_REHEARSAL_WATCH="60", **way)
    workshop.folder.mkdir()
    workshop.prepare()
    with workshop.workers():
        workshop.worker()
        run_id = workshop.rehearse()
        workshop.wait(run_id, lambda run: run["probes"] > 0)
    run = workshop.run(run_id)
    assert (run["state"], run["attempt"]) == ("queued", 1), run
    assert workshop.left_in_podman() == []
    assert not list((workshop.folder / "run").glob("worker-*.pid"))


@SYSTEM_FIRST
def test_what_was_cancelled_is_gone(podman: Podman, tmp_path: Path) -> None:
    workshop = Workshop(
        tmp_path / "data", podman, WORKBENCH_REHEARSAL_WATCH="60", WORKBENCH_BROKER="none"
    )
    workshop.folder.mkdir()
    workshop.prepare()
    with workshop.workers():
        run_id = workshop.rehearse()
        workshop.wait(run_id, lambda run: run["probes"] > 0)
        workshop.act("runs.cancel(run=Run.objects.get(pk=RUN_ID), actor=me)", run_id=run_id)
        run = workshop.wait(run_id, lambda run: run["state"] == "cancelled", seconds=20)
    assert run["ends"] == 0
    assert workshop.left_in_podman() == []


@SYSTEM_FIRST
def test_the_reaper_clears_what_nobody_else_can(podman: Podman, tmp_path: Path) -> None:
    """The worker dies in its last attempt: nobody begins anew, and yet nothing stays."""
    workshop = Workshop(
        tmp_path / "data", podman, WORKBENCH_REHEARSAL_WATCH="60", WORKBENCH_BROKER="none"
    )
    workshop.folder.mkdir()
    workshop.prepare()
    with workshop.workers():
        first = workshop.worker()
        run_id = workshop.rehearse()
        workshop.act(
            "Run.objects.filter(pk=RUN_ID, state='queued').update(attempt=2)", run_id=run_id
        )
        workshop.wait(run_id, lambda run: run["probes"] > 0)
        attempt = workshop.run(run_id)["attempt"]
        workshop.act("Run.objects.filter(pk=RUN_ID).update(attempt=3)", run_id=run_id)
        os.kill(first, signal.SIGKILL)
        run = workshop.wait(run_id, lambda run: run["state"] == "failed", seconds=40)
        assert run["error"] == "lost"
        assert attempt < 4
        for _ in range(60):
            if not workshop.left_in_podman():
                break
            workshop.wait(run_id, lambda run: True)
    assert workshop.left_in_podman() == []

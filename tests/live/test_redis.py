"""A real Redis between door and worker: it may die, forget, or say everything twice."""

from __future__ import annotations

import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.live.workshop import Podman, Workshop
from workbench.broker import PrivateBroker, find_server

pytestmark = pytest.mark.live

COUNT = 6
TEXT = "---\n".join(
    f"""\
apiVersion: apps/v1
kind: Deployment
metadata: {{name: service-{number}}}
spec:
  selector: {{matchLabels: {{app: s{number}}}}}
  template:
    metadata: {{labels: {{app: s{number}}}}}
    spec: {{containers: [{{name: c, image: "registry.example.com/c:1"}}]}}
"""
    for number in range(COUNT)
)


class Redis:
    """A redis-server of one's own that can be killed and started again; it forgets nothing."""

    def __init__(self, folder: Path) -> None:
        (folder / "run").mkdir(parents=True)
        self.broker = PrivateBroker(find_server() or "", folder)
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self.process = subprocess.Popen(self.broker.command(), stdout=subprocess.DEVNULL)
        end = time.monotonic() + 10
        while self.say("PING") != "PONG":
            assert time.monotonic() < end, "redis-server did not come up"
            time.sleep(0.1)

    def kill(self) -> None:
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self.broker.socket.unlink(missing_ok=True)

    def say(self, *words: str) -> str:
        from redis import Redis as Client
        from redis.exceptions import RedisError

        try:
            with Client(unix_socket_path=str(self.broker.socket), decode_responses=True) as client:
                said = client.execute_command(*words)
        except RedisError:
            return ""
        return "PONG" if said is True else str(said)


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[Redis]:
    if not (shutil.which("redis-server") or shutil.which("valkey-server")):
        pytest.skip("redis-server is not installed")
    made = Redis(tmp_path / "redis")
    made.start()
    yield made
    made.kill()


@pytest.fixture
def workshop(tmp_path: Path, redis: Redis) -> Workshop:
    made = Workshop(
        tmp_path / "data",
        Podman(tmp_path),
        REDIS_URL=redis.broker.url,
        WORKBENCH_BROKER="redis",
        WORKBENCH_LEASE_SECONDS="20",
    )
    made.folder.mkdir()
    made.command("migrate", "--verbosity", "0")
    made.act(
        """
        app = create_application(actor=me, slug="live")
        store_source(actor=me, application=app, files={"all.yaml": TEXT.encode()},
                     schemas=wiring.schemas())
        """,
        text=TEXT,
    )
    return made


def submit(workshop: Workshop) -> float:
    """Ask for a revision of every service; the seconds that the slowest wish took."""
    slowest: float = workshop.act(
        """
        import time
        slowest = 0.0
        for service in Service.objects.all():
            begun = time.monotonic()
            start_revision(actor=me, service=service, wish=Wish("local", {}, {}))
            slowest = max(slowest, time.monotonic() - begun)
        tell(slowest)
        """
    )
    return slowest


def ended(workshop: Workshop, seconds: float = 60) -> list[dict[str, Any]]:
    """All runs, once none of them is active."""
    end = time.monotonic() + seconds
    while True:
        rows: list[dict[str, Any]] = workshop.act(
            "tell([{'state': r.state, 'attempt': r.attempt} for r in Run.objects.all()])"
        )
        if rows and not any(row["state"] in ("queued", "running") for row in rows):
            return rows
        assert time.monotonic() < end, rows
        time.sleep(0.5)


def test_nothing_is_lost_while_redis_is_away(workshop: Workshop, redis: Redis) -> None:
    with workshop.workers():
        workshop.worker()
        redis.kill()
        assert submit(workshop) < 5, "the door does not hang"
        redis.start()
        rows = ended(workshop)
    assert rows == [{"state": "succeeded", "attempt": 1}] * COUNT


def test_nothing_is_lost_when_redis_forgets(workshop: Workshop, redis: Redis) -> None:
    submit(workshop)
    redis.say("FLUSHALL")
    with workshop.workers():
        rows = ended(workshop)
    assert rows == [{"state": "succeeded", "attempt": 1}] * COUNT


def test_what_is_said_twice_is_done_once(workshop: Workshop) -> None:
    submit(workshop)
    workshop.act("for run in Run.objects.all(): [queue.ring(run.pk) for _ in range(3)]")
    with workshop.workers():
        rows = ended(workshop)
        time.sleep(2)
        made = workshop.act("tell([Revision.objects.count(), Run.objects.count()])")
    assert rows == [{"state": "succeeded", "attempt": 1}] * COUNT
    assert made == [COUNT, COUNT]

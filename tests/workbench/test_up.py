"""``bin/up``: what it starts, and what it refuses in words."""

from __future__ import annotations

import os
import socket
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from workbench import broker, up


@pytest.fixture
def no_redis(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(up, "find_server", lambda: None)


@pytest.fixture
def a_redis(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(up, "find_server", lambda: "/usr/bin/redis-server")


def test_a_given_redis_is_used(tmp_path: Path, a_redis: None) -> None:
    env = {"REDIS_URL": "redis://elsewhere:6379/0"}
    assert "REDIS_URL" in str(up.choose_broker(tmp_path, env))
    assert env["WORKBENCH_BROKER"] == "redis"
    assert up.broker_children(tmp_path, env) == []
    assert "celery" in up.workers(tmp_path, env)[0].command


def test_else_a_private_one_on_a_socket(tmp_path: Path, a_redis: None) -> None:
    env: dict[str, str] = {}
    up.choose_broker(tmp_path, env)
    assert env["REDIS_URL"].startswith("redis+socket:///")
    (child,) = up.broker_children(tmp_path, env)
    assert child.stops_last
    words = dict(zip(child.command[1::2], child.command[2::2], strict=True))
    assert words["--port"] == "0", "it listens on no network"
    assert words["--unixsocketperm"] == "600"
    assert words["--maxmemory-policy"] == "noeviction"


def test_else_the_worker_looks_itself(tmp_path: Path, no_redis: None) -> None:
    env: dict[str, str] = {}
    assert "no broker" in str(up.choose_broker(tmp_path, env))
    worker, reaper = up.workers(tmp_path, env)
    assert worker.command[-1] == "poll_runs"
    assert reaper.command[-1] == "reaper"
    assert up.broker_children(tmp_path, env) == []


def test_polling_can_be_asked_for(tmp_path: Path, a_redis: None) -> None:
    env = {"WORKBENCH_BROKER": "none"}
    up.choose_broker(tmp_path, env)
    assert up.workers(tmp_path, env)[0].command[-1] == "poll_runs"


def test_a_long_folder_gets_a_short_socket(tmp_path: Path) -> None:
    deep = tmp_path / ("x" * 120)
    path = broker.PrivateBroker("redis-server", deep).socket
    assert len(os.fsencode(path)) <= broker.LONGEST_SOCKET_PATH
    assert path.parent.stat().st_mode & 0o077 == 0


def started(folder: Path, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "workbench.up"],
        env={**os.environ, "WORKBENCH_DATA_DIR": str(folder), **env},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_a_taken_port_is_named(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = started(tmp_path / "data", WORKBENCH_PORT=str(port))
    assert done.returncode == 69
    assert f"Port {port} of 127.0.0.1 cannot be used" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_second_one_on_the_same_folder_is_refused(tmp_path: Path) -> None:
    import fcntl

    folder = tmp_path / "data"
    (folder / "run").mkdir(parents=True)
    with (folder / "run" / "up.lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        done = started(folder)
    assert done.returncode == 69
    assert "Another bin/up is serving" in done.stderr


@pytest.mark.parametrize("content", [b"this is no database at all" * 100])
def test_a_damaged_database_is_refused(tmp_path: Path, content: bytes) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / "workbench.sqlite3").write_bytes(content)
    done = started(folder, WORKBENCH_PORT="8129", DATABASE_URL="")
    assert done.returncode == 69
    assert "is damaged" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_database_of_the_future_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    with sqlite3.connect(folder / "workbench.sqlite3") as database:
        database.execute(
            "CREATE TABLE django_migrations (id INTEGER PRIMARY KEY, app TEXT, name TEXT, "
            "applied TEXT)"
        )
        database.execute(
            "INSERT INTO django_migrations VALUES (1, 'migrations_app', '9999_future', ?)",
            ["2030-01-01"],
        )
    database.close()
    done = started(folder, WORKBENCH_PORT="8129", DATABASE_URL="")
    assert done.returncode == 69
    assert "newer version" in done.stderr

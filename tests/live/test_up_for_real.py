"""``bin/up`` from its first start to its end: it serves, it survives, it leaves nothing behind."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.live


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
    return port


class Up:
    def __init__(self, folder: Path, **env: str) -> None:
        self.folder = folder
        self.port = free_port()
        self.said = folder.parent / "said"
        self.process = subprocess.Popen(
            [sys.executable, "-m", "workbench.up"],
            env={
                **os.environ,
                "WORKBENCH_DATA_DIR": str(folder),
                "WORKBENCH_PORT": str(self.port),
                "DATABASE_URL": "",
                "REDIS_URL": "",
                **env,
            },
            stdout=self.said.open("w"),
            stderr=subprocess.STDOUT,
        )

    def ready(self) -> dict[str, Any]:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/readyz", timeout=5) as page:
                return dict(json.load(page))
        except OSError:
            return {}

    def until(self, condition: Callable[[dict[str, Any]], object], seconds: float = 60) -> None:
        end = time.monotonic() + seconds
        while not condition(self.ready()):
            assert time.monotonic() < end, self.said.read_text()[-3000:]
            assert self.process.poll() is None, self.said.read_text()[-3000:]
            time.sleep(0.2)

    def members(self) -> list[int]:
        """Every process that has this data folder in its environment, without ourselves."""
        mark = f"WORKBENCH_DATA_DIR={self.folder}\0".encode()
        found = []
        for path in Path("/proc").glob("[0-9]*/environ"):
            try:
                if mark in path.read_bytes():
                    found.append(int(path.parent.name))
            except OSError:
                continue
        return found


@pytest.fixture
def up(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Up]:
    way = getattr(request, "param", "redis")
    if way == "redis" and not shutil.which("redis-server"):
        pytest.skip("redis-server is not installed")
    env = {"WORKBENCH_BROKER": "none"} if way == "none" else {"WORKBENCH_BROKER": ""}
    running = Up(tmp_path / "data", **env)
    yield running
    if running.process.poll() is None:
        running.process.send_signal(signal.SIGINT)
        running.process.wait(timeout=40)


@pytest.mark.parametrize("up", ["redis", "none"], indirect=True)
def test_it_serves_survives_and_ends(up: Up) -> None:
    up.until(lambda page: page.get("workers") == 1)
    (file,) = (up.folder / "run").glob("worker-*.pid")
    os.kill(int(file.read_text()), signal.SIGKILL)
    up.until(
        lambda _: (found := list((up.folder / "run").glob("worker-*.pid"))) and file not in found
    )
    assert len(up.members()) >= 3
    up.process.send_signal(signal.SIGINT)
    assert up.process.wait(timeout=30) == 0
    said = up.said.read_text()
    assert f"http://127.0.0.1:{up.port}" in said
    assert "worker ended (killed by SIGKILL)" in said
    assert "Traceback" not in said
    assert up.members() == [], "no orphan"
    assert not list((up.folder / "run").glob("worker-*.pid"))


def test_a_killed_one_leaves_no_orphan(up: Up) -> None:
    up.until(lambda page: page.get("workers") == 1)
    up.process.kill()
    up.process.wait()
    end = time.monotonic() + 30
    while up.members():
        assert time.monotonic() < end, up.members()
        time.sleep(0.2)


def test_a_second_one_is_refused_and_harms_nothing(up: Up) -> None:
    up.until(lambda page: page.get("workers") == 1)
    done = subprocess.run(
        [sys.executable, "-m", "workbench.up"],
        env={
            **os.environ,
            "WORKBENCH_DATA_DIR": str(up.folder),
            "WORKBENCH_PORT": str(free_port()),
            "DATABASE_URL": "",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 69
    assert "Another bin/up" in done.stderr
    assert up.ready().get("status") == "ok"

"""The demo as people start it, on real Podman: all of it, and what it leaves behind."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.live.podman_kit import Service
from workbench.demo.__main__ import only_one

ROOT = Path(__file__).resolve().parents[2]
DEMO = [sys.executable, "-m", "workbench.demo"]
LEFT = ("pod ps", "ps --all", "volume ls", "network ls", "secret ls")
pytestmark = pytest.mark.live


@pytest.fixture
def folder() -> Iterator[Path]:
    # Short: sockets lie in it.
    with tempfile.TemporaryDirectory(prefix="kd-", dir="/tmp") as made:
        yield Path(made)


def _environment(folder: Path, podman: Service) -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if k not in ("NO_COLOR", "REDIS_URL")}
    return {
        **kept,
        "HOME": str(folder / "home"),
        "LC_ALL": "C.UTF-8",
        "WORKBENCH_LANGUAGE": "en",
        "PODMAN_URL": podman.connection.address,
        "WORKBENCH_DATA_DIR": str(folder / "data"),
    }


def _demo(folder: Path, podman: Service) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        DEMO,
        cwd=ROOT,
        env=_environment(folder, podman),
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )


def _left(podman: Service) -> list[str]:
    """What of ours is still in Podman: of the demo's own names, and of rehearsals."""
    found = []
    for kind in LEFT:
        for line in podman.run(*kind.split(), "--format", "{{json .}}").splitlines():
            found += re.findall(r"\bdemo-(?:net|shop|store|api)[\w-]*|dev\.kakehashi\.demo", line)
    return found


def _asked(folder: Path, podman: Service, code: str) -> object:
    """What Python says about the demo's database."""
    lines = ["import django, json", "django.setup()", "from migrations_app.models import *", code]
    done = subprocess.run(
        [sys.executable, "-c", "\n".join(lines)],
        cwd=ROOT,
        env={**_environment(folder, podman), "DJANGO_SETTINGS_MODULE": "workbench.settings"},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return json.loads(done.stdout)


def test_three_services_go_all_the_way_twice_and_nothing_is_left(
    podman: Service, folder: Path
) -> None:
    first = _demo(folder, podman)
    assert first.returncode == 0, first.stdout + first.stderr
    assert first.stderr == ""
    rows = re.findall(r"(?m)^(demo-\w+) .* Passed .* Compatible .*\d s$", first.stdout)
    assert rows == ["demo-api", "demo-shop", "demo-store"]
    assert max(map(len, first.stdout.splitlines())) <= 100
    assert "\x1b" not in first.stdout
    assert re.search(r"\d+ events, all hold", first.stdout)
    assert _left(podman) == []

    second = _demo(folder, podman)
    assert second.returncode == 0, second.stdout + second.stderr
    assert _left(podman) == []
    digests = [
        dict(re.findall(r"(?m)^(demo-\w+) .*\n(r\d+ \w+)", text))
        for text in (first.stdout, second.stdout)
    ]
    assert [d.split()[1] for d in digests[0].values()] == [
        d.split()[1] for d in digests[1].values()
    ]

    phases = "print(json.dumps([s.phase for s in Service.objects.all()]))"
    assert _asked(folder, podman, phases) == ["compatible"] * 3
    people = "print(json.dumps([u.username for u in User.objects.all()]))"
    assert _asked(folder, podman, people) == ["admin"]
    password = folder / "data" / "admin-password"
    assert password.stat().st_mode & 0o777 == 0o600
    assert password.read_text().strip() in first.stdout
    assert password.read_text().strip() not in second.stdout


def test_who_interrupts_it_finds_nothing_left(system_podman: Service, folder: Path) -> None:
    with subprocess.Popen(
        DEMO,
        cwd=ROOT,
        env=_environment(folder, system_podman),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as running:
        assert running.stdout is not None
        for line in running.stdout:
            if "Making manifest revisions" in line:
                break
        running.send_signal(signal.SIGTERM)
        rest = running.stdout.read()
        assert running.wait(60) == 130, rest
    assert "Interrupted" in rest
    assert _left(system_podman) == []


def test_a_second_demo_waits_its_turn(system_podman: Service, folder: Path) -> None:
    held = _hold()
    with subprocess.Popen(
        DEMO,
        cwd=ROOT,
        env=_environment(folder, system_podman),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as waiting:
        assert waiting.stdout is not None
        assert waiting.stderr is not None
        assert "Another demo is running" in waiting.stderr.readline()
        assert not (folder / "data").exists()
        held.close()
        assert "three services" in waiting.stdout.readline()
        waiting.send_signal(signal.SIGTERM)
        waiting.stdout.read()
        assert waiting.wait(60) == 130


def _hold() -> socket.socket:
    """Be the demo that runs; wait for one that does."""
    end = time.monotonic() + 300
    while time.monotonic() < end:
        held = only_one()
        if held is not None:
            return held
        time.sleep(0.5)
    pytest.fail("Another demo does not end.")


def test_a_host_without_an_answer_is_said_in_a_sentence(
    system_podman: Service, folder: Path
) -> None:
    environment = {
        **_environment(folder, system_podman),
        "PODMAN_URL": f"unix://{folder}/nobody.sock",
    }
    done = subprocess.run(
        DEMO, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=600, check=False
    )
    assert done.returncode == 69
    assert "nobody.sock" in done.stdout
    assert "Traceback" not in done.stdout + done.stderr

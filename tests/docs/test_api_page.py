"""The commands of docs/api.md, run as the script that the page says they are."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"(?ms)^```sh\n(.*?)^```", PAGE)


def test_every_address_on_the_page_is_in_the_description_of_the_api() -> None:
    described = (ROOT / "docs" / "openapi.yaml").read_text(encoding="utf-8")
    known = re.findall(r"(?m)^  /api/v1/(\S+):", described)
    patterns = [re.sub(r"\\\{.*?\\\}", "[^/]+", re.escape(path)) for path in known]
    for path in re.findall(r"/api/v1/([\w$/-]+/)", "\n".join(BLOCKS)):
        assert any(re.fullmatch(pattern, path) for pattern in patterns), path


@contextmanager
def _served(environment: dict[str, str], port: int) -> Iterator[None]:
    """``bin/up`` with a data folder of its own."""
    with subprocess.Popen(
        [sys.executable, "-m", "workbench.up"],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as running:
        try:
            _wait_for(f"http://127.0.0.1:{port}/readyz", running)
            yield
        finally:
            running.terminate()
            running.wait(40)


def _wait_for(address: str, running: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + 60
    while time.monotonic() < end:
        assert running.poll() is None, "bin/up has ended"
        try:
            with urllib.request.urlopen(address, timeout=2):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    pytest.fail("bin/up does not answer")


def _workbench(environment: dict[str, str], *words: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "workbench.cli", *words],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.mark.live
def test_the_commands_of_the_page_run(tmp_path: Path) -> None:
    for program in ("bash", "curl", "jq"):
        if shutil.which(program) is None:
            pytest.skip(f"{program} is not installed")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with tempfile.TemporaryDirectory(prefix="kd-", dir="/tmp") as data:
        environment = {
            **{k: v for k, v in os.environ.items() if k not in ("REDIS_URL", "DATABASE_URL")},
            "WORKBENCH_DATA_DIR": data,
            "WORKBENCH_PORT": str(port),
            "WORKBENCH_ADMIN_PASSWORD": "only-for-this-test-1",
            "WORKBENCH_LANGUAGE": "en",
        }
        with _served(environment, port):
            first = tmp_path / "first.yaml"
            first.write_text("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: words}\n")
            _workbench(environment, "import", str(first), "--application", "shop")
            _workbench(
                environment, "create_user", "ci", "--role", "operator", "--application", "shop"
            )
            words = ("create_token", "ci", "--scope", "read", "--scope", "write", "--days", "90")
            token = _workbench(environment, *words)
            done = subprocess.run(
                ["bash", "-euo", "pipefail", "-c", "\n".join(BLOCKS)],
                cwd=tmp_path,
                env={**environment, "KAKEHASHI": f"http://127.0.0.1:{port}", "TOKEN": token},
                capture_output=True,
                text=True,
                timeout=150,
                check=False,
            )
    assert done.returncode == 0, done.stdout + done.stderr
    lines = done.stdout.splitlines()
    assert lines[0] == "shop"
    assert "passed" in lines
    assert "front: created" in lines
    assert any(line.startswith("rehearsal: ") for line in lines[lines.index("front: created") :])
    assert lines[-1] == "gate_closed"

"""A whole installation with a real worker and a real Podman, and Chromium to look at it."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.live.workshop import Podman

PASSWORD = "correct horse battery"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
AXE = Path(__file__).parents[2] / "node_modules/axe-core/axe.min.js"
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@dataclass(frozen=True, slots=True)
class Installation:
    """``bin/up`` on a port of its own, whose rehearsals run in ``podman``."""

    address: str
    podman: Podman


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    """The machine's own Chromium; nothing is downloaded."""
    if CHROMIUM is None:
        pytest.skip("Chromium is not installed")
    return {"executable_path": CHROMIUM, "args": list(ARGUMENTS)}


@pytest.fixture(scope="session")
def base_url() -> str:
    """Addresses are written out whole here; the plugin's own fixture is made in a way that goes."""
    return ""


@pytest.fixture(scope="session")
def axe() -> str:
    """The accessibility checker, as a script."""
    if not AXE.exists():
        pytest.skip("node_modules is not there; bin/assets installs it")
    return AXE.read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """Started once for all tests; its worker looks for work itself, without a broker."""
    for program in ("podman", "busybox"):
        if shutil.which(program) is None:
            pytest.skip(f"{program} is not installed")
    folder = tmp_path_factory.mktemp("installation")
    port = _free_port()
    with Podman(folder).service() as podman, (folder / "said").open("w") as said:
        process = subprocess.Popen(
            [sys.executable, "-m", "workbench.up"],
            env={
                **os.environ,
                "WORKBENCH_DATA_DIR": str(folder / "data"),
                "WORKBENCH_PORT": str(port),
                "WORKBENCH_BROKER": "none",
                "WORKBENCH_ADMIN_PASSWORD": PASSWORD,
                "WORKBENCH_REHEARSAL_WATCH": "3",
                "WORKBENCH_INSTANCE": f"khb{os.getpid() % 100000}",
                "PODMAN_URL": f"unix://{podman.socket}",
                "DATABASE_URL": "",
                "REDIS_URL": "",
            },
            stdout=said,
            stderr=subprocess.STDOUT,
        )
        address = f"http://127.0.0.1:{port}"
        try:
            _wait(address, process, folder / "said")
            yield Installation(address, podman)
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(timeout=40)


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
    return port


def _wait(address: str, process: subprocess.Popen[bytes], said: Path) -> None:
    end = time.monotonic() + 90
    while time.monotonic() < end:
        assert process.poll() is None, said.read_text()[-3000:]
        try:
            with urllib.request.urlopen(f"{address}/readyz", timeout=5):
                return
        except OSError:
            time.sleep(0.3)
    raise AssertionError(said.read_text()[-3000:])

"""A Podman service of our own: started where there is none, shared, and gone by itself."""

from __future__ import annotations

import multiprocessing
import time
from pathlib import Path

import pytest

from migrations_app.adapters.podman import locating, service
from migrations_app.adapters.podman.connection import Connection
from migrations_app.adapters.podman.host import PodmanHost
from migrations_app.adapters.podman.locating import Places, connect
from tests.live import podman_kit

pytestmark = pytest.mark.live


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    podman_kit.system_podman()
    monkeypatch.setattr(locating, "_usual_sockets", list)
    monkeypatch.setattr(service, "IDLE_SECONDS", 3)
    return tmp_path / "run"


def version(folder: str) -> str:
    """What a process finds that looks for this machine's Podman."""
    return PodmanHost(connect("", Places(Path(folder), []))).info().version


def test_processes_that_start_at_once_share_one_service(folder: Path) -> None:
    with multiprocessing.get_context("fork").Pool(4) as pool:
        found = pool.map(version, [str(folder)] * 8)
    assert len(set(found)) == 1
    socket = folder / "podman.sock"
    assert Connection(str(socket)).version == found[0]
    until = time.monotonic() + 30
    while service.answers(socket) and time.monotonic() < until:
        # Asking keeps it alive: it is left alone for longer than it waits.
        time.sleep(5)
    assert not service.answers(socket)
    assert version(str(folder)) == found[0]

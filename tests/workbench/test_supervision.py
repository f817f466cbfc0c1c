"""What ``bin/up`` keeps running: started again when it dies, and gone when it is over."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from workbench.child import Child
from workbench.supervisor import Supervisor

SLEEPS = [sys.executable, "-c", "import time; time.sleep(60)"]
DEAF = [
    sys.executable,
    "-c",
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(1, flush=True); "
    "time.sleep(60)",
]
WITH_A_CHILD = [
    sys.executable,
    "-c",
    "import subprocess, sys; p = subprocess.Popen([sys.executable, '-c', 'import time; "
    "time.sleep(60)']); open(sys.argv[1], 'w').write(str(p.pid)); p.wait()",
]


def until(condition: Callable[[], object], seconds: float = 10) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.02)


def is_alive(pid: int) -> bool:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"


@pytest.fixture
def child(tmp_path: Path) -> Child:
    made = Child("worker", SLEEPS, os.environ, pid_folder=tmp_path)
    yield made  # type: ignore[misc]
    made.end()


def test_its_id_stands_in_a_file_while_it_lives(child: Child, tmp_path: Path) -> None:
    child.start()
    assert child.process is not None
    pid = child.process.pid
    assert (tmp_path / f"worker-{pid}.pid").read_text() == str(pid)
    child.ask_to_stop()
    until(child.has_ended)
    assert child.end()
    assert list(tmp_path.iterdir()) == []


def test_a_killed_process_is_started_again(
    child: Child, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    child.keep_running()
    assert child.process is not None
    first = child.process.pid
    os.kill(first, signal.SIGKILL)
    until(child.has_ended)
    until(
        lambda: (child.keep_running(), child.process)[1] is not None and child.process.pid != first
    )
    assert "worker ended (killed by SIGKILL)" in capsys.readouterr().err
    assert [p.name for p in tmp_path.iterdir()] == [f"worker-{child.process.pid}.pid"]


def test_the_rest_of_a_dead_ones_group_goes_too(tmp_path: Path) -> None:
    note = tmp_path / "pid"
    child = Child("worker", [*WITH_A_CHILD, str(note)], os.environ)
    child.start()
    until(lambda: note.exists() and note.read_text())
    grandchild = int(note.read_text())
    assert child.process is not None
    os.kill(child.process.pid, signal.SIGKILL)
    until(child.has_ended)
    child.keep_running()
    until(lambda: not is_alive(grandchild))
    child.end()


def test_who_does_not_listen_is_killed() -> None:
    child = Child("deaf", DEAF, os.environ)
    child.start()
    time.sleep(0.5)
    child.ask_to_stop()
    assert child.process is not None
    pid = child.process.pid
    time.sleep(0.2)
    assert not child.has_ended()
    assert not child.end()
    assert not is_alive(pid)


def test_a_supervisor_announces_once_and_stops_everything(tmp_path: Path) -> None:
    script = tmp_path / "supervise.py"
    script.write_text(
        "import os, sys\n"
        "from pathlib import Path\n"
        "from workbench.child import Child\n"
        "from workbench.supervisor import Supervisor\n"
        f"sleeps = {SLEEPS!r}\n"
        "folder = Path(sys.argv[1])\n"
        "names = ('worker', 'reaper')\n"
        "children = [Child(n, sleeps, os.environ, pid_folder=folder) for n in names]\n"
        "Supervisor(children, is_ready=lambda: True, announce=lambda: print('up', flush=True))"
        ".run()\n"
    )
    pids = tmp_path / "pids"
    pids.mkdir()
    process = subprocess.Popen(
        [sys.executable, str(script), str(pids)],
        env={**os.environ, "PYTHONPATH": str(Path.cwd())},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "up\n"
    until(lambda: len(list(pids.iterdir())) == 2)
    running = [int(p.read_text()) for p in pids.iterdir()]
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=10) == 0
    assert process.stdout.read() == "", "announced once"
    assert not any(is_alive(pid) for pid in running)
    process.stdout.close()


def test_a_killed_supervisor_leaves_no_orphan(tmp_path: Path) -> None:
    script = tmp_path / "supervise.py"
    script.write_text(
        "import os, sys, time\n"
        "from pathlib import Path\n"
        "from workbench.child import Child\n"
        f"Child('worker', {SLEEPS!r}, os.environ, pid_folder=Path(sys.argv[1])).start()\n"
        "time.sleep(60)\n"
    )
    pids = tmp_path / "pids"
    pids.mkdir()
    process = subprocess.Popen(
        [sys.executable, str(script), str(pids)],
        env={**os.environ, "PYTHONPATH": str(Path.cwd())},
    )
    until(lambda: list(pids.iterdir()))
    time.sleep(0.3)
    (pid,) = [int(p.read_text()) for p in pids.iterdir()]
    process.kill()
    process.wait()
    until(lambda: not is_alive(pid))


def test_what_is_used_by_others_stops_last() -> None:
    order: list[str] = []

    class Noted(Child):
        def ask_to_stop(self) -> None:
            order.append(self.name)
            super().ask_to_stop()

    broker = Noted("broker", SLEEPS, os.environ, stops_last=True)
    worker = Noted("worker", SLEEPS, os.environ)
    supervisor = Supervisor([broker, worker], is_ready=lambda: False, announce=lambda: None)
    threading.Timer(0.5, lambda: supervisor._ask_to_stop(0, None)).start()
    supervisor.run()
    assert order == ["worker", "broker"]

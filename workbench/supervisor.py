"""``bin/up``: prepares the data folder, starts what serving needs, and keeps it running.

Children: a private broker (unless ``REDIS_URL`` is given or there is no redis-server), a worker,
the reaper and the web server. A child that dies is started again, more slowly each time; one that
dies at once again and again is reported. Ctrl-C or SIGTERM stops all of them.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from workbench.broker import PrivateBroker, find_server

EX_UNAVAILABLE = 69
STOP_WITHIN = 12.0
CALM_AFTER = 30.0
DELAYS = (0.5, 1.0, 2.0, 5.0, 10.0)
_PR_SET_PDEATHSIG = 1


def die_with_parent() -> None:
    """Runs in a child before it starts: a supervisor that is killed leaves no orphan (Linux)."""
    os.setpgrp()
    try:
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    except (AttributeError, OSError):
        return


@dataclass(slots=True)
class Child:
    """One process that is to keep running. ``pid_file`` may hold ``{pid}``."""

    name: str
    command: list[str]
    env: Mapping[str, str]
    pid_file: str = ""
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    failures: int = 0
    not_before: float = 0.0
    _pid_path: Path | None = field(default=None)

    def start(self) -> None:
        """Start the process and note its pid."""
        self.process = subprocess.Popen(
            self.command,
            env=dict(self.env),
            stdin=subprocess.DEVNULL,
            preexec_fn=die_with_parent,  # noqa: PLW1509 - one thread only, see the docstring
        )
        self.started = time.monotonic()
        if self.pid_file:
            self._pid_path = Path(self.pid_file.format(pid=self.process.pid))
            self._pid_path.write_text(str(self.process.pid), encoding="utf-8")

    def look(self) -> None:
        """Start the process again if it has died and has waited long enough."""
        now = time.monotonic()
        if self.process is None:
            if now >= self.not_before:
                self.start()
            return
        code = self.process.poll()
        if code is None:
            if now - self.started > CALM_AFTER:
                self.failures = 0
            return
        self.forget()
        delay = DELAYS[min(self.failures, len(DELAYS) - 1)]
        self.failures += 1
        self.not_before = now + delay
        print(f"{self.name} ended ({code}); starting it again in {delay:g} s.", file=sys.stderr)
        if self.failures > len(DELAYS):
            print(f"{self.name} keeps ending. Its last words are above.", file=sys.stderr)

    def forget(self) -> None:
        """The process is gone: so is its pid file."""
        self.process = None
        if self._pid_path is not None:
            self._pid_path.unlink(missing_ok=True)
            self._pid_path = None

    def signal(self, number: int) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(number)


class Supervisor:
    """Starts, watches and stops all children."""

    def __init__(self, children: list[Child]) -> None:
        self.children = children
        self.stopping = False

    def run(self) -> int:
        """Watch until asked to stop; 0 when everything ended in time."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._ask_to_stop)
        while not self.stopping:
            for child in self.children:
                child.look()
            time.sleep(0.2)
        return self._stop()

    def _ask_to_stop(self, _number: int, _frame: FrameType | None) -> None:
        self.stopping = True

    def _stop(self) -> int:
        """Stop in reverse order: first those who use, last what is used."""
        print("\nStopping …", file=sys.stderr)
        clean = True
        for child in reversed(self.children):
            child.signal(signal.SIGTERM)
            if child.process is None:
                continue
            try:
                child.process.wait(timeout=STOP_WITHIN)
            except subprocess.TimeoutExpired:
                clean = False
                os.killpg(child.process.pid, signal.SIGKILL)
                child.process.wait()
            child.forget()
        print("Stopped.", file=sys.stderr)
        return 0 if clean else 1


def port_is_free(address: str, port: int) -> bool:
    with socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except OSError:
            return False
    return True


def broker(folder: Path, env: dict[str, str]) -> tuple[Child | None, str]:
    """The broker to start, if any, and how work gets to the worker, in words."""
    if env.get("REDIS_URL") or env.get("REDIS_URL_FILE"):
        env["WORKBENCH_BROKER"] = "redis"
        return None, "the Redis at REDIS_URL"
    server = find_server()
    if server is None:
        env["WORKBENCH_BROKER"] = "none"
        return None, "no broker (a worker that looks for work itself)"
    private = PrivateBroker(server, folder)
    private.clear_stale()
    env["REDIS_URL"] = private.url
    env["WORKBENCH_BROKER"] = "redis"
    return Child("broker", private.command(), env), "a private Redis in the data folder"


def children(folder: Path, env: dict[str, str], address: str, port: int) -> tuple[list[Child], str]:
    """All children in starting order, and the broker mode in words."""
    python = sys.executable
    manage = str(Path(__file__).resolve().parent.parent / "manage.py")
    first, mode = broker(folder, env)
    listed = [first] if first else []
    if env["WORKBENCH_BROKER"] == "redis":
        worker = [python, "-m", "celery", "-A", "workbench.celery", "worker"]
        worker += ["--loglevel=WARNING", "--concurrency=2", "--without-gossip", "--without-mingle"]
    else:
        worker = [python, manage, "poll_runs"]
    pid_file = str(folder / "run" / "worker-{pid}.pid")
    listed.append(Child("worker", worker, env, pid_file))
    listed.append(Child("reaper", [python, manage, "reaper"], env))
    web = [python, "-m", "uvicorn", "workbench.asgi:application", "--host", address]
    web += ["--port", str(port), "--lifespan", "off", "--log-level", "warning"]
    web += ["--timeout-graceful-shutdown", "5", "--no-server-header"]
    listed.append(Child("web", web, env))
    return listed, mode


def wait_until_serving(address: str, port: int, seconds: float = 30.0) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            with socket.create_connection((address, port), timeout=1):
                return True
        except OSError:
            time.sleep(0.1)
    return False


def main() -> int:
    """Prepare, start, say where to go, and watch."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "workbench.settings")
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command

    from workbench.preparation import hold, migrate_if_needed

    folder: Path = settings.WORKBENCH_DATA_DIR
    address, port = settings.WORKBENCH_BIND, settings.WORKBENCH_PORT
    if not hold(folder, "up"):
        print(f"Another bin/up is serving from {folder}. Stop it first.", file=sys.stderr)
        return EX_UNAVAILABLE
    if not port_is_free(address, port):
        print(
            f"Port {port} is taken. Choose another: WORKBENCH_PORT={port + 1} bin/up",
            file=sys.stderr,
        )
        return EX_UNAVAILABLE
    migrate_if_needed()
    for stale in (folder / "run").glob("worker-*.pid"):
        stale.unlink()
    call_command("ensure_admin")
    env = dict(os.environ)
    listed, mode = children(folder, env, address, port)
    supervisor = Supervisor(listed)
    for child in listed:
        child.start()
        if child.name == "broker":
            time.sleep(0.3)
    shown = "127.0.0.1" if address in ("0.0.0.0", "::") else address  # noqa: S104
    if wait_until_serving(shown, port):
        print(f"\nKakehashi is at http://{shown}:{port}", flush=True)
        print(f"Log in as admin; the password is in {folder / 'admin-password'}")
        print(f"Work goes through {mode}. Data: {folder}. Ctrl-C stops everything.", flush=True)
    if shutil.which("podman") is None:
        print("There is no podman here: captures and rehearsals will not work.", file=sys.stderr)
    return supervisor.run()


if __name__ == "__main__":
    sys.exit(main())

"""The worker of the demo: a process that polls the rows, as that of ``bin/up`` without a broker.

It needs no broker, so it stands in nobody's way: a ``bin/up`` on the same data folder has its own
worker, and each run is claimed by exactly one of the two.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

from workbench.child import Child
from workbench.up import MANAGE

CONCURRENCY = 3
STOP_WITHIN = 10.0


class Workers:
    """A worker that is started again when it dies. Used from the main thread only."""

    def __init__(self, folder: Path) -> None:
        env = {**os.environ, "WORKBENCH_BROKER": "none"}
        command = [sys.executable, MANAGE, "poll_runs", "--concurrency", str(CONCURRENCY)]
        self.child = Child("worker", command, env, pid_folder=folder / "run")

    def keep_running(self) -> None:
        """Start it if it does not run."""
        self.child.keep_running()

    def stop(self) -> None:
        """Let it finish what cannot be left, then end it."""
        self.child.ask_to_stop()
        end = time.monotonic() + STOP_WITHIN
        while time.monotonic() < end and not self.child.has_ended():
            time.sleep(0.05)
        self.child.end()

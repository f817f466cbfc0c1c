"""One process of ``bin/up`` that is to keep running."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from migrations_app.domain.messages import Message, msg
from workbench.language import say

CALM_AFTER = 30.0
"""Seconds of life after which earlier deaths are forgotten."""

DELAYS = (0.5, 1.0, 2.0, 5.0, 10.0)
"""Seconds to wait before the next start: longer each time."""

_PR_SET_PDEATHSIG = 1


@dataclass(slots=True)
class Child:
    """A command, its environment, and the process that runs it now.

    ``pid_folder`` is where its process id is written as ``NAME-PID.pid``, for whoever looks for it.
    ``stops_last`` is for what the others use to the end.
    """

    name: str
    command: list[str]
    env: Mapping[str, str]
    pid_folder: Path | None = None
    stops_last: bool = False
    process: subprocess.Popen[bytes] | None = None
    failures: int = 0
    _started: float = 0.0
    _not_before: float = 0.0
    _pid_file: Path | None = field(default=None)

    def start(self) -> None:
        """Start the process in a group of its own and note its id."""
        supervisor = os.getpid()
        self.process = subprocess.Popen(
            self.command,
            env=dict(self.env),
            stdin=subprocess.DEVNULL,
            # Safe here: the supervisor has one thread.
            preexec_fn=lambda: _die_with(supervisor),
        )
        self._started = time.monotonic()
        if self.pid_folder is not None:
            self._pid_file = self.pid_folder / f"{self.name}-{self.process.pid}.pid"
            self._pid_file.write_text(str(self.process.pid), encoding="utf-8")

    def keep_running(self) -> None:
        """Start the process again if it has died and has waited long enough."""
        now = time.monotonic()
        if self.process is None:
            if now >= self._not_before:
                self.start()
        elif self.has_ended():
            self._note_death(self._bury(), now)
        elif now - self._started > CALM_AFTER:
            self.failures = 0

    def has_ended(self) -> bool:
        """Whether there is no process any more, or one that has died and is not buried yet."""
        if self.process is None:
            return True
        # WNOWAIT: the id stays taken until the rest of its group has been killed.
        flags = os.WEXITED | os.WNOHANG | os.WNOWAIT
        return os.waitid(os.P_PID, self.process.pid, flags) is not None

    def ask_to_stop(self) -> None:
        """Ask the process to end by itself."""
        if self.process is not None:
            # Not Popen.send_signal: that would reap a dead leader before its group is killed.
            os.kill(self.process.pid, signal.SIGTERM)

    def end(self) -> bool:
        """Kill what has not ended by itself; False if there was something to kill."""
        in_time = self.has_ended()
        if self.process is not None:
            self._bury()
        return in_time

    def _bury(self) -> int:
        """Kill what is left of the group, and forget the process. Returns its exit code.

        A worker that is killed leaves its pool behind, which would go on with work that the next
        worker takes up again.
        """
        assert self.process is not None  # noqa: S101 - callers have looked
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)
        code = self.process.wait()
        self.process = None
        if self._pid_file is not None:
            self._pid_file.unlink(missing_ok=True)
            self._pid_file = None
        return code

    def _note_death(self, code: int, now: float) -> None:
        delay = DELAYS[min(self.failures, len(DELAYS) - 1)]
        self.failures += 1
        self._not_before = now + delay
        how = (
            msg("killed by %(signal)s", signal=signal.Signals(-code).name)
            if code < 0
            else msg("exit code %(code)s", code=code)
        )
        _tell(
            msg(
                "%(name)s ended (%(how)s); it is started again in %(delay)s s.",
                name=self.name,
                how=how,
                delay=f"{delay:g}",
            )
        )
        if self.failures > len(DELAYS):
            _tell(
                msg(
                    "%(name)s has ended %(count)s times in a row. What it said is above; "
                    "bin/workbench doctor shows what is missing on this machine.",
                    name=self.name,
                    count=self.failures,
                )
            )


def _tell(message: Message) -> None:
    print(say(message), file=sys.stderr)


def _die_with(supervisor: int) -> None:
    """Runs in a child before its program: a supervisor that is killed leaves no orphan (Linux)."""
    os.setpgrp()
    try:
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    except (AttributeError, OSError):
        return
    if os.getppid() != supervisor:  # it was killed before we could ask to be told
        os._exit(1)

"""A worker's being there: reported while it lasts, and the wish that it may go."""

from __future__ import annotations

import logging
import mmap
import os
import socket
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Self

from django.db import DatabaseError, InterfaceError, connection

from migrations_app.actions.workers import note_alive, note_gone

logger = logging.getLogger(__name__)

REPORT_EVERY = 10.0

_leaving = mmap.mmap(-1, 1)
"""One byte that a worker shares with the processes it forks: set when they are to let go."""


def leave() -> None:
    """Let every run of this worker, and of the processes it forked, be given back soon."""
    _leaving[0] = 1


def stay() -> None:
    """Take :func:`leave` back: a worker begins anew in this process."""
    _leaving[0] = 0


def is_leaving() -> bool:
    return _leaving[0] == 1


class Presence:
    """Reports this process as a worker: in a row now and then, and by a file with its id.

    The database connection is opened for each report alone: processes that are forked meanwhile
    inherit none.
    """

    def __init__(self, folder: Path) -> None:
        self.name = f"{socket.gethostname()}:{os.getpid()}"
        self._file = folder / "run" / f"worker-{os.getpid()}.pid"
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._report, name="presence", daemon=True)

    def begin(self) -> Self:
        self._file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._file.write_text(str(os.getpid()), encoding="utf-8")
        self._thread.start()
        return self

    def end(self) -> None:
        """Take file and row away."""
        self._stop.set()
        self._thread.join(timeout=10)
        self._file.unlink(missing_ok=True)

    def _report(self) -> None:
        while True:
            self._try(note_alive)
            if self._stop.wait(REPORT_EVERY):
                break
        self._try(note_gone)

    def _try(self, report: Callable[[str], None]) -> None:
        try:
            report(self.name)
        except (DatabaseError, InterfaceError):
            logger.warning("presence_not_reported", extra={"worker": self.name})
        finally:
            connection.close()

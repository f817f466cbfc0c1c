"""The heartbeat of a run: keeps its lease, and hears when it is to stop."""

from __future__ import annotations

import logging
import threading
from types import TracebackType
from typing import Self

from django.db import DatabaseError, connection

from migrations_app.actions import runs
from migrations_app.actions.runs import Claim
from migrations_app.domain.errors import WorkbenchError
from migrations_app.domain.messages import msg

logger = logging.getLogger(__name__)

LOOK_EVERY = 1.0
BEAT_EVERY = 15.0
MISSES_ALLOWED = 2


class Stopped(WorkbenchError):
    """The run is to stop. ``lost``: it is no longer ours, so nothing more may be written."""

    code = "stopped"

    def __init__(self, *, lost: bool) -> None:
        super().__init__(msg("The run was stopped."))
        self.lost = lost


class Heart:
    """Beats in a thread of its own, with a database connection of its own, while work is done.

    The worker calls :meth:`check` between its steps; nothing can be interrupted from outside,
    because a thread inside a call to Podman cannot be.
    """

    def __init__(self, claim: Claim) -> None:
        self.claim = claim
        self._stop = threading.Event()
        self._cancelled = threading.Event()
        self._lost = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"heart-{claim.run_id}", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._stop.set()
        self._thread.join(timeout=10)

    def check(self) -> None:
        """Raise :class:`Stopped` if the run was cancelled or is no longer ours."""
        if self._lost.is_set():
            raise Stopped(lost=True)
        if self._cancelled.is_set():
            raise Stopped(lost=False)

    def _run(self) -> None:
        waited, misses = 0.0, 0
        try:
            while not self._stop.wait(LOOK_EVERY):
                waited += LOOK_EVERY
                try:
                    if waited >= BEAT_EVERY:
                        waited = 0.0
                        if not runs.beat(claim=self.claim):
                            self._lost.set()
                            return
                    if runs.wants_cancel(claim=self.claim):
                        self._cancelled.set()
                    misses = 0
                except DatabaseError:
                    misses += 1
                    logger.warning("heartbeat_missed", extra={"run": str(self.claim.run_id)})
                    if misses > MISSES_ALLOWED * int(BEAT_EVERY / LOOK_EVERY):
                        self._lost.set()
                        return
        finally:
            connection.close()

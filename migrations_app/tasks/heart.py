"""The heartbeat of a run: keeps its lease, and hears when it is to stop."""

from __future__ import annotations

import logging
import threading
import time
from types import TracebackType
from typing import Self

from django.db import DatabaseError, InterfaceError, connection

from migrations_app.actions import runs
from migrations_app.actions.presence import is_leaving
from migrations_app.actions.runs import Claim
from migrations_app.domain.errors import WorkbenchError
from migrations_app.domain.messages import msg

logger = logging.getLogger(__name__)

LOOK_EVERY = 1.0
BEATS_PER_LEASE = 4


class Stopped(WorkbenchError):
    """The run is to stop. ``lost``: it is no longer ours, so nothing more may be written.

    ``released``: the worker has to go; the run goes back into the queue.
    """

    code = "stopped"

    def __init__(self, *, lost: bool = False, released: bool = False) -> None:
        super().__init__(msg("The run was stopped."))
        self.lost = lost
        self.released = released


class Heart:
    """Beats in a thread of its own, with a database connection of its own, while work is done.

    The worker calls :meth:`check` between its steps; nothing can be interrupted from outside,
    because a thread inside a call to Podman cannot be.
    """

    def __init__(self, claim: Claim) -> None:
        self.claim = claim
        self._lease = runs.lease().total_seconds()
        self._beat_every = self._lease / BEATS_PER_LEASE
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
        """Raise :class:`Stopped` if the run was cancelled, is no longer ours, or is to be released.

        A heart that does not beat any more counts as lost: somebody else may have the run.
        """
        if self._lost.is_set() or not self._thread.is_alive():
            raise Stopped(lost=True)
        if self._cancelled.is_set():
            raise Stopped()
        if is_leaving():
            raise Stopped(released=True)

    def _run(self) -> None:
        beaten = time.monotonic()
        try:
            while not self._stop.wait(min(LOOK_EVERY, self._beat_every)):
                now = time.monotonic()
                try:
                    if now - beaten >= self._beat_every:
                        if not runs.beat(claim=self.claim):
                            break
                        beaten = now
                    if runs.wants_cancel(claim=self.claim):
                        self._cancelled.set()
                except (DatabaseError, InterfaceError):
                    logger.warning("heartbeat_missed", extra={"run": str(self.claim.run_id)})
                    connection.close()
                    if now - beaten > self._lease:
                        break
            else:
                return
            self._lost.set()
        finally:
            connection.close()

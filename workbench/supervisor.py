"""Keeps processes running until somebody asks for the end, then stops them in order."""

from __future__ import annotations

import signal
import sys
import time
from collections.abc import Callable, Sequence
from types import FrameType

from migrations_app.domain.messages import msg
from workbench.child import Child
from workbench.language import say

STOP_WITHIN = 12.0
"""Seconds a process has to end by itself."""

LOOK_EVERY = 0.2
LATE_AFTER = 45.0
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Supervisor:
    """Starts, watches and stops ``children``.

    ``is_ready`` is asked until it says yes; ``announce`` is called then, once.
    """

    def __init__(
        self,
        children: Sequence[Child],
        *,
        is_ready: Callable[[], bool],
        announce: Callable[[], None],
    ) -> None:
        self.children = children
        self._is_ready = is_ready
        self._announce = announce
        self._asked = 0

    def run(self) -> None:
        """Watch until SIGINT, SIGTERM or SIGHUP; everything has ended when this returns."""
        before = {number: signal.signal(number, self._ask_to_stop) for number in SIGNALS}
        try:
            self._watch()
        finally:
            self._stop()
            for number, handler in before.items():
                signal.signal(number, handler)

    def _ask_to_stop(self, _number: int, _frame: FrameType | None) -> None:
        self._asked += 1

    def _watch(self) -> None:
        late_at = time.monotonic() + LATE_AFTER
        announced = said_late = False
        while not self._asked:
            for child in self.children:
                child.keep_running()
            if not announced and self._is_ready():
                announced = True
                self._announce()
            elif not announced and not said_late and time.monotonic() > late_at:
                said_late = True
                print(say(msg("The web server does not answer yet.")), file=sys.stderr)
            time.sleep(LOOK_EVERY)

    def _stop(self) -> None:
        """First those who use, all at once; last what is used. A second signal ends the wait."""
        print("\n" + say(msg("Stopping …")), file=sys.stderr)
        for last in (False, True):
            group = [child for child in self.children if child.stops_last is last]
            for child in group:
                child.ask_to_stop()
            end = time.monotonic() + STOP_WITHIN
            while self._asked < 2 and time.monotonic() < end:
                if all(child.has_ended() for child in group):
                    break
                time.sleep(0.05)
            for child in group:
                if not child.end():
                    late = msg("%(name)s did not end in time and was killed.", name=child.name)
                    print(say(late), file=sys.stderr)
        print(say(msg("Stopped.")), file=sys.stderr)

"""What a run says, on its way into the rows: redacted, in batches, and never without end."""

from __future__ import annotations

import time
from collections.abc import Callable

from migrations_app.actions import runs
from migrations_app.actions.runs import MAX_LINE, Claim, Line
from migrations_app.domain.rehearsal.hiding import Hider

MOST_CHARACTERS = 5 * 1024 * 1024
MOST_PER_SECOND = 500
FLUSH_EVERY = 0.5
BATCH = 200


class Journal:
    """The log of one attempt. What is too much is dropped and counted, and the log says so."""

    def __init__(self, claim: Claim, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self.hider = Hider()
        self._claim = claim
        self._monotonic = monotonic
        self._waiting: list[Line] = []
        self._room = MOST_CHARACTERS - runs.log_size(claim.run_id)
        self._second, self._in_second = 0, 0
        self._dropped = 0
        self._is_full = False
        self._flushed = monotonic()

    def say(self, source: str, stream: str, text: str) -> None:
        """Take one line."""
        if not self._takes(len(text)):
            self._dropped += 1
            return
        line = self.hider.text(text)
        self._waiting.append(Line(self.hider.text(source), line[:MAX_LINE], stream))
        self._room -= min(len(line), MAX_LINE)
        if len(self._waiting) >= BATCH:
            self.flush()

    def note(self, text: str, *, stream: str = "stdout") -> None:
        """A line of our own; never dropped, for there are few of them."""
        self._waiting.append(Line("runner", self.hider.text(text), stream))

    def flush_if_due(self) -> None:
        """Write what has waited long enough. To be called often."""
        if self._monotonic() - self._flushed >= FLUSH_EVERY:
            self.flush()

    def flush(self) -> None:
        """Write everything that waits."""
        self._flushed = self._monotonic()
        if self._dropped:
            self._waiting.append(Line("runner", f"{self._dropped} lines dropped", "stderr"))
            self._dropped = 0
        if self._waiting:
            batch, self._waiting = self._waiting, []
            runs.log(claim=self._claim, lines=batch)

    def _takes(self, size: int) -> bool:
        if self._room <= 0:
            if not self._is_full:
                self._is_full = True
                self.note("the log is full; what follows is not kept", stream="stderr")
            return False
        second = int(self._monotonic())
        if second != self._second:
            self._second, self._in_second = second, 0
        self._in_second += 1
        return self._in_second <= MOST_PER_SECOND

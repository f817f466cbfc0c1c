"""How many long answers one person may hold open in this process at once."""

from __future__ import annotations

import threading
from collections import Counter


class Slots:
    """Takes and gives back places, a few for each person."""

    def __init__(self, each: int) -> None:
        self.each = each
        self._held: Counter[str] = Counter()
        self._lock = threading.Lock()

    def take(self, who: str) -> bool:
        """Take a place; False if this person holds as many as they may."""
        with self._lock:
            if self._held[who] >= self.each:
                return False
            self._held[who] += 1
            return True

    def give_back(self, who: str) -> None:
        """Give a place back."""
        with self._lock:
            self._held[who] -= 1
            if self._held[who] <= 0:
                del self._held[who]


STREAMS = Slots(each=5)
WAITS = Slots(each=10)

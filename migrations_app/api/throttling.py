"""How much one person may ask for in a minute.

The counter is in the cache, where adding one is a single step: of many requests at once none is
let through by chance.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

from django.conf import settings
from django.core.cache import cache
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle
from rest_framework.views import APIView

WINDOW = 60


@dataclass(frozen=True, slots=True)
class Rate:
    """What is left of somebody's minute; ``reset`` in seconds."""

    limit: int
    remaining: int
    reset: int

    def headers(self) -> dict[str, str]:
        return {
            "RateLimit-Limit": str(self.limit),
            "RateLimit-Remaining": str(self.remaining),
            "RateLimit-Reset": str(self.reset),
        }


class PerPerson(BaseThrottle):
    """``WORKBENCH_RATE_LIMIT`` requests a minute for each person, tokens and sessions together."""

    def __init__(self) -> None:
        self.rate: Rate | None = None

    def allow_request(self, request: Request, _view: APIView) -> bool:
        limit: int = settings.WORKBENCH_RATE_LIMIT
        if not limit:
            return True
        now = time.time()
        count = counted(f"api-rate:{request.user.pk}:{int(now) // WINDOW}")
        reset = WINDOW - int(now) % WINDOW
        self.rate = Rate(limit, max(limit - count, 0), reset)
        request._request.rate = self.rate  # type: ignore[attr-defined]
        return count <= limit

    def wait(self) -> float | None:
        return float(self.rate.reset) if self.rate else None


def counted(key: str) -> int:
    """Count one more under a key; how many it are."""
    cache.add(key, 0, WINDOW * 2)
    try:
        return cache.incr(key)
    except ValueError:
        # It was put out between the two steps, because the cache is full.
        cache.set(key, 1, WINDOW * 2)
        return 1

"""Failures are counted one by one, however many come at once."""

from __future__ import annotations

import threading
from collections import Counter

import pytest
from django.core.cache import cache
from django.db import connection

from migrations_app.actions.tokens import FAILURES_ALLOWED
from migrations_app.api import throttling
from migrations_app.models import LoginAttempt
from tests.app.api.conftest import Api

THREADS, EACH = 6, 8


def at_once(work: object) -> None:
    def run() -> None:
        try:
            assert callable(work)
            for _number in range(EACH):
                work()
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _number in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


@pytest.mark.django_db(transaction=True)
def test_of_many_bad_tokens_at_once_only_so_many_are_heard() -> None:
    statuses: Counter[int] = Counter()

    def ask() -> None:
        statuses[Api("kk_nothing").get("applications/").status_code] += 1

    at_once(ask)
    assert statuses == {401: FAILURES_ALLOWED, 429: THREADS * EACH - FAILURES_ALLOWED}
    assert LoginAttempt.objects.get().failures == FAILURES_ALLOWED + 1


def test_of_many_requests_at_once_every_one_is_counted() -> None:
    key, seen = "a-key", []
    cache.delete(key)
    at_once(lambda: seen.append(throttling.counted(key)))
    assert sorted(seen) == list(range(1, THREADS * EACH + 1))

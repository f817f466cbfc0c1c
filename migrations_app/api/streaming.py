"""Answers that come piece by piece, without holding a database connection between the pieces."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Any, TypeVar

from asgiref.sync import sync_to_async
from django.db import connections
from django.http import StreamingHttpResponse

T = TypeVar("T")


def give_back_connections() -> None:
    """Let go of this thread's connections, as at the end of a request.

    One with an open transaction is somebody else's concern (a test's), and stays.
    """
    for connection in connections.all(initialized_only=True):
        if not connection.in_atomic_block:
            connection.close_if_unusable_or_obsolete()


def released(look: Callable[..., T]) -> Callable[..., Any]:
    """An awaitable form of a look into the database; its connection is given back afterwards."""

    def looked(*args: Any, **kwargs: Any) -> T:
        try:
            return look(*args, **kwargs)
        finally:
            give_back_connections()

    return sync_to_async(looked, thread_sensitive=True)


class Streamed(StreamingHttpResponse):
    """A streamed answer that does something when it is over, however it ends."""

    def __init__(
        self,
        pieces: AsyncIterator[str],
        *,
        content_type: str,
        at_the_end: Callable[[], None] | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(
            pieces,
            content_type=content_type,
            headers={
                "Cache-Control": "no-store",
                # A proxy that collects the pieces would make a live log a late one.
                "X-Accel-Buffering": "no",
                **(headers or {}),
            },
        )
        self._at_the_end = at_the_end

    def close(self) -> None:
        """Called by the server exactly when nothing more will be sent."""
        at_the_end, self._at_the_end = self._at_the_end, None
        if at_the_end is not None:
            at_the_end()
        super().close()

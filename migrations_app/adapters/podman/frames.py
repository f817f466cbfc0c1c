"""The stream in which Podman sends output of two channels: frames of eight bytes and a text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

HEADER = 8
_STREAMS = {1: "stdout", 2: "stderr", 3: "stderr"}


def frames(chunks: Iterable[bytes]) -> Iterator[tuple[str, bytes]]:
    """(stream, text) of each whole frame; a frame that is cut off at the end is left out."""
    waiting = b""
    for chunk in chunks:
        waiting += chunk
        while len(waiting) >= HEADER:
            size = int.from_bytes(waiting[4:HEADER], "big")
            if len(waiting) < HEADER + size:
                break
            stream = _STREAMS.get(waiting[0], "stdout")
            yield stream, waiting[HEADER : HEADER + size]
            waiting = waiting[HEADER + size :]

"""A container's log by line numbers, without reading it from its beginning each time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from migrations_app.adapters.podman.connection import Connection, segment
from migrations_app.adapters.podman.frames import frames
from migrations_app.ports import LogLine

MOST_LINES = 2000
"""Of one reading; the next goes on where this one ended."""
LONGEST = 16 * 1024
_EPOCH = datetime.fromtimestamp(0, UTC)


@dataclass(frozen=True, slots=True)
class Mark:
    """A whole second, and how many lines there are from before it."""

    second: int = 0
    before: int = 0


class LogReader:
    """Reads logs of containers; remembers of each where the last reading came to.

    The API can leave out what is older than a whole second. So a mark is the second of the last
    line that was seen, with the number of lines before that second.
    """

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self._marks: dict[str, Mark] = {}
        self._names: dict[str, str] = {}

    def read(self, container: str, *, since: int) -> Iterator[LogLine]:
        mark = self._marks.get(container, Mark())
        if mark.before > since:
            mark = Mark()
        params = {"stdout": "true", "stderr": "true", "timestamps": "true", "follow": "false"}
        if mark.second:
            params["since"] = str(mark.second)
        chunks = self.connection.stream("GET", f"containers/{segment(container)}/logs", params)
        joined = _Joined(self._name(container))
        number = mark.before
        for line in joined.lines(chunks):
            second = int((line.at or _EPOCH).timestamp())
            # What began earlier and has no end yet must be read again from its beginning.
            if second > mark.second and not joined.begun:
                mark = Mark(second, number)
                self._marks[container] = mark
            number += 1
            if number > since:
                yield line
            if number >= since + MOST_LINES:
                return
        if joined.begun and not self._runs(container):
            yield from list(joined.rest())[max(since - number, 0) :]

    def _runs(self, container: str) -> bool:
        found = self.connection.get(f"containers/{segment(container)}/json")
        return bool(found["State"]["Running"])

    def _name(self, container: str) -> str:
        if container not in self._names:
            found = self.connection.get(f"containers/{segment(container)}/json")
            self._names[container] = str(found["Name"])
        return self._names[container]


class _Joined:
    """Puts lines together from the pieces that Podman keeps; ``begun`` have no end yet."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.begun: dict[str, tuple[datetime | None, bytes]] = {}

    def lines(self, chunks: Iterable[bytes]) -> Iterator[LogLine]:
        """Whole lines, and what is too long to wait for its end."""
        for stream, frame in frames(chunks):
            written, _, text = frame.partition(b" ")
            at = _moment(written)
            if at is None:
                text = frame
            first, before = self.begun.pop(stream, (at, b""))
            together = before + text
            if text.endswith(b"\n") or len(together) >= LONGEST:
                yield LogLine(self.source, stream, _clean(together), first)
            else:
                self.begun[stream] = (first, together)

    def rest(self) -> Iterator[LogLine]:
        """What a container left without an end: it ended itself."""
        for stream, (first, text) in self.begun.items():
            yield LogLine(self.source, stream, _clean(text), first)


def _moment(written: bytes) -> datetime | None:
    try:
        return datetime.fromisoformat(written.decode("ascii"))
    except ValueError:
        return None


def _clean(text: bytes) -> str:
    """Text that can be stored anywhere: NUL is shown as what it is."""
    return (
        text[:LONGEST]
        .decode("utf-8", "replace")
        .rstrip("\r\n")
        .replace("\0", "\N{SYMBOL FOR NULL}")
    )

"""Logs by line numbers, put together from Podman's frames."""

from __future__ import annotations

import socket
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from migrations_app.adapters.podman.connection import Connection
from migrations_app.adapters.podman.frames import frames
from migrations_app.adapters.podman.log_reading import LONGEST, MOST_LINES, LogReader
from tests.app.adapters.scripted_host import body, scripted_host


def frame(text: str, second: int = 0, stream: int = 1) -> bytes:
    content = f"2026-01-01T00:00:{second:02d}Z {text}".encode()
    return bytes([stream, 0, 0, 0]) + len(content).to_bytes(4, "big") + content


class LogOf:
    """A host whose one container has said something; keeps the seconds that were asked for."""

    def __init__(self, *said: bytes) -> None:
        self.said = list(said)
        self.asked: list[str] = []
        self.runs = True

    def __call__(self, connection: socket.socket, request: str) -> None:
        target = urlsplit(request.split()[1])
        if target.path.endswith("/json"):
            state = "true" if self.runs else "false"
            found = f'{{"Name": "web", "State": {{"Running": {state}}}}}'
            connection.sendall(body(found.encode()))
            return
        self.asked.append(parse_qs(target.query).get("since", [""])[0])
        connection.sendall(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + b"".join(self.said))


def test_frames_are_found_wherever_chunks_end() -> None:
    whole = frame("one\n") + frame("two\n", stream=2)
    chunks = [whole[i : i + 3] for i in range(0, len(whole), 3)]
    assert [(stream, text[-4:]) for stream, text in frames(chunks)] == [
        ("stdout", b"one\n"),
        ("stderr", b"two\n"),
    ]
    assert list(frames([whole[:-1]])) == list(frames([frame("one\n")]))


def test_only_new_lines_are_asked_for_again(tmp_path: Path) -> None:
    log = LogOf(frame("a\n", 1), frame("b\n", 2), frame("c\n", 2))
    with scripted_host(tmp_path / "s", log) as path:
        reader = LogReader(Connection(path))
        first = list(reader.read("x", since=0))
        assert [line.text for line in first] == ["a", "b", "c"]
        assert [line.source for line in first] == ["web"] * 3
        # The host leaves out what is older than the second that it is asked about.
        log.said = [*log.said[1:], frame("d\n", 3)]
        assert [line.text for line in reader.read("x", since=3)] == ["d"]
        log.said = [frame("d\n", 3), frame("e\n", 3)]
        assert [line.text for line in reader.read("x", since=4)] == ["e"]
    assert log.asked == ["", "1767225602", "1767225603"]


def test_reading_from_the_beginning_is_possible_again(tmp_path: Path) -> None:
    log = LogOf(frame("a\n", 1), frame("b\n", 2))
    with scripted_host(tmp_path / "s", log) as path:
        reader = LogReader(Connection(path))
        assert len(list(reader.read("x", since=0))) == 2
        assert [line.text for line in reader.read("x", since=0)] == ["a", "b"]
    assert log.asked == ["", ""]


def test_pieces_of_a_line_are_put_together(tmp_path: Path) -> None:
    log = LogOf(frame("one "), frame("err\n", stream=2), frame("line\n"), frame("unfinished"))
    with scripted_host(tmp_path / "s", log) as path:
        lines = list(LogReader(Connection(path)).read("x", since=0))
    assert [(line.stream, line.text) for line in lines] == [
        ("stderr", "err"),
        ("stdout", "one line"),
    ]


def test_a_last_line_without_an_end_comes_when_the_container_has_ended(tmp_path: Path) -> None:
    log = LogOf(frame("one\n"), frame("mode = fast"))
    with scripted_host(tmp_path / "s", log) as path:
        reader = LogReader(Connection(path))
        assert [line.text for line in reader.read("x", since=0)] == ["one"]
        log.runs = False
        assert [line.text for line in reader.read("x", since=1)] == ["mode = fast"]
        assert list(reader.read("x", since=2)) == []


def test_a_line_that_takes_long_keeps_its_beginning(tmp_path: Path) -> None:
    log = LogOf(frame("begin ", 1), frame("err\n", 2, stream=2))
    with scripted_host(tmp_path / "s", log) as path:
        reader = LogReader(Connection(path))
        assert [line.text for line in reader.read("x", since=0)] == ["err"]
        log.said.append(frame("end\n", 3))
        assert [line.text for line in reader.read("x", since=1)] == ["begin end"]
    assert log.asked == ["", ""]


def test_nothing_a_container_says_breaks_the_log(tmp_path: Path) -> None:
    raw = b"2026-01-01T00:00:00Z \xff\x00\x1b[31mred\r\n"
    odd = bytes([1, 0, 0, 0]) + len(raw).to_bytes(4, "big") + raw
    flood = [frame("y\n") for _ in range(MOST_LINES + 10)]
    with scripted_host(tmp_path / "s", LogOf(odd, frame("x" * 40_000 + "\n"), *flood)) as path:
        lines = list(LogReader(Connection(path)).read("x", since=0))
    assert lines[0].text == "\ufffd\u2400\x1b[31mred"
    assert len(lines[1].text) == LONGEST
    assert len(lines) == MOST_LINES


def test_a_line_that_only_looks_like_one_with_a_time(tmp_path: Path) -> None:
    content = b"no time here\n"
    bare = bytes([1, 0, 0, 0]) + len(content).to_bytes(4, "big") + content
    with scripted_host(tmp_path / "s", LogOf(bare)) as path:
        (line,) = LogReader(Connection(path)).read("x", since=0)
    assert (line.text, line.at) == ("no time here", None)

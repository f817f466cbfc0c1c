"""Whatever a Podman host does, each call ends in time and with one clear error."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from migrations_app.adapters.podman.connection import Connection
from migrations_app.adapters.podman.host import PodmanHost
from migrations_app.domain.errors import EngineError, EngineUnreachable
from tests.app.adapters.scripted_host import Answer, body, says, scripted_host

SECONDS = 0.5
POD = '{"kind": "Pod", "metadata": {"name": "x"}, "spec": {}}'


def silent(_connection: socket.socket, _request: str) -> None:
    time.sleep(SECONDS * 4)


def drips(connection: socket.socket, _request: str) -> None:
    connection.sendall(body(b"", length=10_000))
    for _ in range(100):
        connection.sendall(b" ")
        time.sleep(0.05)


def drips_headers(connection: socket.socket, _request: str) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\n")
    for number in range(100):
        connection.sendall(f"X-{number}: y\r\n".encode())
        time.sleep(0.05)


def floods(connection: socket.socket, _request: str) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n[")
    for _ in range(200):
        connection.sendall(b"0," * 50_000)


HOSTILE: dict[str, tuple[Answer, str]] = {
    "silent": (silent, "engine_unreachable"),
    "drips": (drips, "engine_unreachable"),
    "drips headers": (drips_headers, "engine_unreachable"),
    "hangs up": (says(b""), "upstream_garbled"),
    "half an answer": (says(body(b'{"a": 1', length=500)), "upstream_garbled"),
    "half JSON": (says(body(b'{"a": [1, 2')), "upstream_garbled"),
    "no HTTP": (says(b"220 mail.example.com ESMTP\r\n"), "upstream_garbled"),
    "HTML": (says(body(b"<html>hello</html>")), "upstream_garbled"),
    "another shape": (says(body(b'"a text"')), "upstream_garbled"),
    "numbers": (says(body(b"[1, 2, 3]")), "upstream_garbled"),
    "deep JSON": (says(body(b"[" * 100_000 + b"]" * 100_000)), "upstream_garbled"),
    "error with a reason": (
        says(body(b'{"cause": "x", "message": "disk full", "response": 500}', "500 Oh")),
        "refused",
    ),
    "error without one": (says(body(b"<h1>Oh</h1>", "500 Oh")), "upstream_garbled"),
    "redirect": (
        says(body(b"", "302 Found", more="Location: http://169.254.169.254/latest/\r\n")),
        "upstream_redirect",
    ),
    "flood": (floods, "upstream_too_large"),
}

CALLS: dict[str, Callable[[PodmanHost], object]] = {
    "info": lambda host: host.info(),
    "workloads": lambda host: host.workloads(),
    "capture": lambda host: host.capture("x"),
    "image_id": lambda host: host.image_id("x"),
    "states": lambda host: host.states("x"),
    "play": lambda host: host.play(POD, network="n", aliases={}),
    "execute": lambda host: host.execute("x", ["true"], timeout=SECONDS),
    "logs": lambda host: list(host.logs("x", since=0)),
    "usage": lambda host: host.usage(["x"]),
    "running_user": lambda host: host.running_user("x"),
    "stop": lambda host: host.stop("x", timeout=1),
    "remove": lambda host: host.remove_labelled("a", "b"),
    "labelled": lambda host: host.labelled("a"),
}


@pytest.mark.parametrize("behaviour", HOSTILE)
def test_a_hostile_host_is_one_clear_error(tmp_path: Path, behaviour: str) -> None:
    answer, code = HOSTILE[behaviour]
    with scripted_host(tmp_path / "s", answer) as path:
        host = PodmanHost(Connection(path, seconds=SECONDS))
        begun = time.monotonic()
        with pytest.raises(EngineError) as caught:
            host.info()
        assert time.monotonic() - begun < SECONDS * 3
    assert caught.value.code == code
    assert path in str(caught.value)
    assert "169.254" not in str(caught.value)


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("behaviour", ["another shape", "numbers", "redirect", "hangs up"])
def test_no_call_lets_anything_else_out(tmp_path: Path, behaviour: str, call: str) -> None:
    answer, _code = HOSTILE[behaviour]
    with scripted_host(tmp_path / "s", answer) as path, pytest.raises(EngineError):
        CALLS[call](PodmanHost(Connection(path, seconds=SECONDS)))


@pytest.mark.parametrize(
    ("kind", "words"), [("nothing", "No Podman service listens"), ("file", "listens")]
)
def test_where_nothing_listens_the_remedy_is_said(tmp_path: Path, kind: str, words: str) -> None:
    path = tmp_path / "s"
    if kind == "file":
        path.write_text("no socket")
    with pytest.raises(EngineUnreachable) as caught:
        PodmanHost(Connection(str(path), seconds=SECONDS)).info()
    assert words in str(caught.value)
    assert "podman.socket" in str(caught.value)


def test_names_stay_one_part_of_a_path(tmp_path: Path) -> None:
    asked: list[str] = []

    def note(connection: socket.socket, request: str) -> None:
        asked.append(request)
        connection.sendall(body(b'{"cause": "", "message": "no", "response": 404}', "404 No"))

    with scripted_host(tmp_path / "s", note) as path:
        host = PodmanHost(Connection(path, seconds=SECONDS))
        with pytest.raises(EngineError):
            host.states("../../containers/x?all=true#y")
        assert host.image_id("a/b:c@d") is None
    assert "/pods/..%2F..%2Fcontainers%2Fx%3Fall%3Dtrue%23y/json" in asked[0]
    assert "/images/a%2Fb%3Ac%40d/json" in asked[1]


def test_a_network_is_given_no_options_by_way_of_a_name(tmp_path: Path) -> None:
    with scripted_host(tmp_path / "s", says(body(b"{}"))) as path:
        host = PodmanHost(Connection(path, seconds=SECONDS))
        for network, alias in (("n:ip=10.0.0.1", "a"), ("n", "a,ip=10.0.0.1"), ("-n", "a")):
            with pytest.raises(EngineError) as caught:
                host.play(POD, network=network, aliases={"x": [alias]})
            assert caught.value.code == "engine"

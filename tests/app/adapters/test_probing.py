"""Probes over real connections: what counts as healthy, and how long anything may take."""

from __future__ import annotations

import http.server
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, ClassVar

import pytest

from migrations_app.adapters.podman.measuring import Process
from migrations_app.adapters.podman.watching import ExecTimeout
from migrations_app.adapters.probing import prober as prober_module
from migrations_app.adapters.probing.dialling import CannotEnter
from migrations_app.adapters.probing.prober import PodProber
from migrations_app.domain.errors import EngineError, EngineUnreachable
from migrations_app.domain.messages import msg
from migrations_app.ports import EngineInfo, ExecResult, ProbeTarget


@dataclass
class Where:
    is_local: bool = True


@dataclass
class Host:
    """As much of a Podman host as a prober asks for."""

    rootless: bool = False
    outcome: ExecResult | Exception = field(default_factory=lambda: ExecResult(0, ""))
    connection: Where = field(default_factory=Where)

    def info(self) -> EngineInfo:
        return EngineInfo("5.8.0", rootless=self.rootless, runtime="crun", cgroup_version="v2")

    def process(self, _container: str) -> Process:
        """Our own: something that its mounts are sure to name stands for the container's id."""
        return Process("/proc", os.getpid())

    def execute(self, _container: str, _command: Any, *, timeout: float) -> ExecResult:
        if isinstance(self.outcome, Exception):
            raise self.outcome
        return self.outcome


class Pages(http.server.BaseHTTPRequestHandler):
    seen: ClassVar[list[dict[str, str]]] = []

    def do_GET(self) -> None:
        Pages.seen.append({"path": self.path, **{k.lower(): v for k, v in self.headers.items()}})
        status, _, where = self.path.lstrip("/").partition("/")
        self.send_response(int(status) if status.isdigit() else 200)
        if where:
            self.send_header("Location", where.replace("PORT", str(self.server.server_address[1])))
        self.end_headers()
        self.wfile.write(b"x" * 100_000)

    def log_message(self, *_arguments: object) -> None:
        return


@pytest.fixture
def port() -> Iterator[int]:
    Pages.seen.clear()
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Pages)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield server.server_address[1]
    server.shutdown()
    server.server_close()


@contextmanager
def listening(answer: Callable[[socket.socket], None]) -> Iterator[int]:
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen()

    def serve() -> None:
        with suppress(OSError):
            connection, _address = listener.accept()
            with connection:
                connection.recv(4096)
                answer(connection)

    threading.Thread(target=serve, daemon=True).start()
    with listener:
        yield listener.getsockname()[1]


def closed_port() -> int:
    with socket.socket() as made:
        made.bind(("127.0.0.1", 0))
        return int(made.getsockname()[1])


def target(action: str, port: int = 0, **more: Any) -> ProbeTarget:
    return ProbeTarget("pod", "container", "127.0.0.1", action, port, **more)


def prober(**host: Any) -> PodProber:
    return PodProber(Host(**host))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("path", "ok"),
    [
        ("/200", True),
        ("/204", True),
        ("200", True),
        ("/304", True),
        ("/399", True),
        ("/400", False),
        ("/404", False),
        ("/500", False),
        ("/302//200", True),
        ("/302//404", False),
        ("/302/http://127.0.0.1:PORT/500", False),
        ("/302/http://other.example/500", True),
        ("/302/ftp://127.0.0.1/x", True),
        ("/302/http://[broken", True),
    ],
)
def test_statuses_count_as_a_kubelet_counts_them(port: int, path: str, ok: bool) -> None:
    assert prober().probe(target("http", port, path=path)).ok is ok


def test_redirects_come_to_an_end(port: int) -> None:
    result = prober().probe(target("http", port, path="/302/302/x", timeout=5.0))
    assert result.ok is False
    assert "redirects" in str(result.detail)
    assert len(Pages.seen) == 10


def test_headers_are_a_kubelets_and_the_probes_own(port: int) -> None:
    headers = (("X-Probe", "yes"), ("User-Agent", "mine"))
    prober().probe(target("http", port, path="/ok?x=1"))
    prober().probe(target("http", port, path="/ok", host="shop.example", headers=headers))
    prober().probe(target("http", port, path="/ok", headers=(("host", "own.example"),)))
    plain, own, named = Pages.seen
    assert plain["path"] == "/ok?x=1"
    assert plain["host"] == f"127.0.0.1:{port}"
    assert plain["user-agent"].startswith("kube-probe/")
    assert plain["connection"] == "close"
    assert (own["host"], own["x-probe"], own["user-agent"]) == ("shop.example", "yes", "mine")
    assert named["host"] == "own.example"


def test_a_header_cannot_smuggle_another(port: int) -> None:
    result = prober().probe(target("http", port, headers=(("X-A", "b\r\nX-C: d"),)))
    assert result.ok is False
    assert Pages.seen == []


def drips(connection: socket.socket) -> None:
    with suppress(OSError):
        connection.sendall(b"HTTP/1.1 200 OK\r\n")
        for number in range(60):
            connection.sendall(f"X-{number}: y\r\n".encode())
            time.sleep(0.05)


def waits(_connection: socket.socket) -> None:
    time.sleep(3)


@pytest.mark.parametrize("answer", [drips, waits])
def test_no_server_makes_a_probe_take_longer(answer: Callable[[socket.socket], None]) -> None:
    with listening(answer) as port:
        result = prober().probe(target("http", port, timeout=0.3))
    assert result.ok is False
    assert "0.3 s" in str(result.detail)
    assert result.took < 1


@pytest.mark.parametrize("said", [b"", b"SSH-2.0-x\r\n", b"HTTP/1.1 abc\r\n\r\n"])
def test_what_is_no_http_is_a_failed_probe(said: bytes) -> None:
    with listening(lambda connection: connection.sendall(said)) as port:
        assert prober().probe(target("http", port)).ok is False


def test_https_to_what_speaks_none_is_a_failed_probe(port: int) -> None:
    result = prober().probe(target("http", port, scheme="HTTPS"))
    assert result.ok is False
    assert "TLS" in str(result.detail)


def test_an_open_port_is_enough_for_tcp(port: int) -> None:
    assert prober().probe(target("tcp", port)).ok is True


def test_a_closed_port_is_looked_at_from_inside(monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[tuple[int, str, int]] = []

    def inside(pid: int, address: str, port: int, _timeout: float) -> socket.socket:
        looked.append((pid, address, port))
        if port == open_inside:
            return socket.socket()
        raise ConnectionRefusedError(111, "refused")

    monkeypatch.setattr(prober_module, "dial_inside", inside)
    open_inside = closed_port()
    result = prober().probe(target("http", open_inside))
    assert (result.ok, result.loopback_only) == (False, True)
    open_inside = 0
    result = prober().probe(target("tcp", closed_port()))
    assert (result.ok, result.loopback_only) == (False, False)
    assert {(pid, address) for pid, address, _port in looked} == {(os.getpid(), "127.0.0.1")}


def test_a_port_that_opens_meanwhile_is_none_of_the_loopback(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A program begins to listen, on all addresses, after the first question."""
    begun: list[socket.socket] = []

    def opens(_pid: int, address: str, port: int, timeout: float) -> socket.socket:
        begun.append(socket.create_server((address, port)))
        return socket.create_connection((address, port), timeout)

    monkeypatch.setattr(prober_module, "dial_inside", opens)
    result = prober().probe(target("tcp", closed_port()))
    begun[0].close()
    assert (result.ok, result.loopback_only) == (True, False)


def test_a_users_own_pods_are_dialled_from_inside(
    port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def inside(_pid: int, address: str, number: int, timeout: float) -> socket.socket:
        return socket.create_connection((address, number), timeout)

    monkeypatch.setattr(prober_module, "dial_inside", inside)
    monkeypatch.setattr(prober_module, "dial", lambda *_: pytest.fail("dialled from outside"))
    assert prober(rootless=True).probe(target("http", port, path="/200")).ok is True

    def refuses(*_arguments: object) -> socket.socket:
        raise CannotEnter("no permission")

    monkeypatch.setattr(prober_module, "dial_inside", refuses)
    result = prober(rootless=True).probe(target("http", port))
    assert result.ok is None
    assert "no permission" in str(result.detail)


@pytest.mark.parametrize("why", ["engine elsewhere", "worker in a container"])
def test_what_is_out_of_reach_is_dialled_by_a_container_that_joins_it(
    port: int, why: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A pod's process number says nothing where we do not see the engine's processes."""
    if why == "worker in a container":
        monkeypatch.setattr(prober_module, "is_of", lambda _pid, _container: False)
    far = prober(connection=Where(is_local=why != "engine elsewhere"))
    asked: list[str] = []

    def joined(container: str, address: str, port: int, seconds: float) -> socket.socket:
        asked.append(container)
        return socket.create_connection((address, port), timeout=seconds)

    monkeypatch.setattr(far._joined, "dial", joined)
    assert far.probe(target("http", port, path="/200")).ok is True
    assert far.probe(target("http", port, path="/500")).ok is False
    assert set(asked) == {"container"}
    assert far.probe(target("exec", command=("true",))).ok is True


def test_no_container_to_dial_from_proves_nothing(
    port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    far = prober(connection=Where(is_local=False))

    def none(*_arguments: Any) -> socket.socket:
        raise CannotEnter("there is no static busybox on the worker")

    monkeypatch.setattr(far._joined, "dial", none)
    result = far.probe(target("http", port))
    assert result.ok is None
    assert "busybox" in str(result.detail)


@pytest.mark.parametrize(
    ("outcome", "ok", "words"),
    [
        (ExecResult(0, "fine\n"), True, "exit code 0 fine"),
        (ExecResult(2, "not\n ready"), False, "exit code 2 not ready"),
        (ExecTimeout("cmd", 1.0), False, "1 s"),
        (EngineError(msg("container is not running")), False, "not running"),
        (EngineUnreachable(msg("nobody there")), None, "nobody there"),
    ],
)
def test_commands_count_by_their_exit_code(outcome: Any, ok: bool | None, words: str) -> None:
    result = prober(outcome=outcome).probe(target("exec", command=("cmd",)))
    assert result.ok is ok
    assert words in str(result.detail)


def test_grpc_is_not_proven() -> None:
    assert prober().probe(target("grpc", 1)).ok is None

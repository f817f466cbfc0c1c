"""What runs in a container, and how it tells that it is healthy."""

from __future__ import annotations

import http.server
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from workbench import container


class _Ready(http.server.BaseHTTPRequestHandler):
    status = 200

    def do_GET(self) -> None:
        self.send_response(self.status if self.path == "/readyz" else 404)
        self.end_headers()

    def log_message(self, *_args: object) -> None:
        """Nothing: the test's output is its own."""


@pytest.fixture
def server() -> Iterator[http.server.HTTPServer]:
    server = http.server.HTTPServer(("127.0.0.1", 0), _Ready)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def _port(monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    monkeypatch.setenv("WORKBENCH_PORT", str(number))


def test_web_is_healthy_when_it_says_that_it_is_ready(
    server: http.server.HTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    _port(monkeypatch, server.server_port)
    assert container.main(["healthy", "web"]) == 0


def test_web_is_not_healthy_when_it_is_not_ready(
    server: http.server.HTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    _port(monkeypatch, server.server_port)
    monkeypatch.setattr(_Ready, "status", 503)
    assert container.main(["healthy", "web"]) == 1


def test_web_is_not_healthy_when_nothing_listens(monkeypatch: pytest.MonkeyPatch) -> None:
    with http.server.HTTPServer(("127.0.0.1", 0), _Ready) as closed:
        port = closed.server_port
    _port(monkeypatch, port)
    assert container.main(["healthy", "web"]) == 1


@pytest.mark.parametrize("words", [[], ["database"], ["web", "now"], ["healthy"], ["healthy", "x"]])
def test_wrong_words_are_refused_with_the_right_ones(
    words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert container.main(words) == 64
    assert "web|worker|reaper" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("role", "last"), [("web", "workbench.asgi:application"), ("reaper", "reaper")]
)
def test_each_role_becomes_what_bin_up_would_start(role: str, last: str) -> None:
    assert last in container.program(role)


@pytest.mark.django_db
def test_a_worker_without_a_word_is_not_healthy() -> None:
    assert container.main(["healthy", "worker"]) == 1


@pytest.mark.django_db
def test_a_worker_that_reported_is_healthy() -> None:
    import socket

    from migrations_app.actions.workers import note_alive

    note_alive(f"{socket.gethostname()}:17")
    assert container.main(["healthy", "worker"]) == 0


def test_a_database_that_never_answers_is_waited_for_and_then_named() -> None:
    script = (
        "import sys; from workbench import container; container.WAIT_FOR_DATABASE = 1.5; "
        "sys.exit(container.main(['worker']))"
    )
    with tempfile.TemporaryDirectory(prefix="kd-") as folder:
        done = subprocess.run(
            [sys.executable, "-c", script],
            cwd=Path(__file__).resolve().parents[2],
            env={
                **os.environ,
                "DATABASE_URL": "postgres://somebody:hidden-word@127.0.0.1:9/nothing",
                "WORKBENCH_DATA_DIR": folder,
                "WORKBENCH_LANGUAGE": "en",
            },
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert done.returncode == 69
    assert done.stderr.startswith("Waiting for the database")
    assert "did not answer for 1.5 s" in done.stderr
    assert "hidden-word" not in done.stderr
    assert "Traceback" not in done.stderr

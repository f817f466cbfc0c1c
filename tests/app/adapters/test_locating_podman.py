"""Which Podman is talked to, and how one is started where there is none."""

from __future__ import annotations

import os
import stat
import threading
import time
from pathlib import Path

import pytest

from migrations_app.adapters.podman import environment, locating, service, tunnel
from migrations_app.adapters.podman.locating import Places, connect
from migrations_app.domain.errors import EngineError, EngineUnreachable
from migrations_app.domain.hosts import parse_host_url
from tests.app.adapters.scripted_host import body, says, scripted_host

FAKE_PODMAN = """#!/bin/sh
echo "$@" >>"$0.calls"
[ -e "$0.broken" ] && { echo "cannot start: no space left" >&2; exit 125; }
exec python3 -c '
import socket, sys, threading
path = sys.argv[1].partition("://")[2]
listener = socket.socket(socket.AF_UNIX); listener.bind(path); listener.listen()
threading.Timer(20, lambda: __import__("os")._exit(0)).start()
while True:
    c, _ = listener.accept(); c.recv(9999)
    c.sendall(b"HTTP/1.1 200 OK\\r\\nLibpod-Api-Version: 5.0.0\\r\\nContent-Length: 0\\r\\n\\r\\n")
    c.close()
' "$4"
"""


@pytest.fixture
def podman(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A program that is called podman and serves nothing but pings."""
    programs = tmp_path / "bin"
    programs.mkdir()
    program = programs / "podman"
    program.write_text(FAKE_PODMAN)
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}:{os.environ['PATH']}")
    monkeypatch.setattr(locating, "_usual_sockets", list)
    return program


@pytest.fixture
def places(tmp_path: Path) -> Places:
    return Places(tmp_path / "run", [str(tmp_path / "run")])


def calls(podman: Path) -> list[str]:
    kept = podman.with_name("podman.calls")
    return kept.read_text().splitlines() if kept.exists() else []


def test_many_at_once_start_one_service(podman: Path, places: Places) -> None:
    found: list[str] = []
    threads = [
        threading.Thread(target=lambda: found.append(connect("", places).socket_path))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(found) == {str(places.folder / "podman.sock")}
    assert len(found) == 8
    assert len(calls(podman)) == 1
    assert calls(podman)[0].startswith("system service --time=600 unix://")
    assert stat.S_IMODE(places.folder.stat().st_mode) == 0o700
    assert connect("", places).version == "5.0.0"


def test_a_dead_socket_is_taken_over(podman: Path, places: Places) -> None:
    places.folder.mkdir()
    with scripted_host(places.folder / "podman.sock", says(b"")):
        pass
    assert connect("", places).version == "5.0.0"


def test_a_service_that_does_not_start_says_why(podman: Path, places: Places) -> None:
    podman.with_name("podman.broken").touch()
    with pytest.raises(EngineUnreachable, match="no space left"):
        connect("", places)


def test_a_machine_without_podman_is_told_what_to_do(
    places: Places, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(locating, "_usual_sockets", list)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(EngineUnreachable, match="not installed"):
        connect("", places)


def test_what_the_operator_set_comes_first(places: Places, tmp_path: Path) -> None:
    preferred = Places(places.folder, [], "unix:///elsewhere/p.sock")
    assert connect("", preferred).socket_path == "/elsewhere/p.sock"


def test_a_socket_that_answers_is_used(
    places: Places, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with scripted_host(tmp_path / "usual.sock", says(body(b"{}"))) as path:
        monkeypatch.setattr(locating, "_usual_sockets", lambda: [Path("/nothing"), Path(path)])
        assert connect("", places).socket_path == path


def test_a_link_out_of_the_folders_is_not_followed(places: Places, tmp_path: Path) -> None:
    places.folder.mkdir()
    link = places.folder / "innocent.sock"
    link.symlink_to(tmp_path / "docker.sock")
    for url in (f"unix://{link}", "unix:///var/run/docker.sock", "tcp://127.0.0.1:2375"):
        with pytest.raises(EngineError) as caught:
            connect(url, places)
        assert caught.value.code == "host_address"
    plain = places.folder / "plain.sock"
    assert connect(f"unix://{plain}", places).socket_path == str(plain)


def test_a_path_that_is_too_long_for_a_socket_is_refused(tmp_path: Path) -> None:
    with pytest.raises(EngineUnreachable, match="WORKBENCH_DATA_DIR"):
        service.ensure_service(tmp_path / ("x" * 120))


def test_a_tunnel_trusts_nobody_and_asks_nothing(tmp_path: Path) -> None:
    address = parse_host_url("ssh://core@edge:2222/run/podman/podman.sock", [])
    words = tunnel.arguments(address, tmp_path / "s")
    assert words[-2:] == ["--", "edge"]
    assert words[words.index("-l") + 1] == "core"
    assert words[words.index("-p") + 1] == "2222"
    assert words[words.index("-L") + 1] == f"{tmp_path}/s:/run/podman/podman.sock"
    for option in ("BatchMode=yes", "ConnectTimeout=5", "StrictHostKeyChecking=yes"):
        assert option in words


def test_a_tunnel_that_fails_says_why(
    places: Places, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    programs = tmp_path / "bin"
    programs.mkdir()
    ssh = programs / "ssh"
    ssh.write_text("#!/bin/sh\necho 'Host key verification failed.' >&2\nexit 255\n")
    ssh.chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}:{os.environ['PATH']}")
    begun = time.monotonic()
    with pytest.raises(EngineUnreachable, match="Host key verification failed"):
        connect("ssh://core@edge/run/podman/podman.sock", places)
    assert time.monotonic() - begun < 5


def test_limits_are_kept_where_they_cannot_be_raised(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("CONTAINERS_CONF", "CONTAINERS_CONF_OVERRIDE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(environment, "_CONFIGURATIONS", ())
    monkeypatch.setattr(environment, "_CONTROLLERS", tmp_path / "none")
    monkeypatch.setattr(environment.os, "geteuid", lambda: 0)
    monkeypatch.setattr(environment, "_may_raise_limits", lambda: True)
    assert "CONTAINERS_CONF" not in environment.podman_command(tmp_path).environment
    monkeypatch.setattr(environment, "_may_raise_limits", lambda: False)
    made = environment.podman_command(tmp_path).environment["CONTAINERS_CONF"]
    assert "default_ulimits" in Path(made).read_text()
    monkeypatch.setenv("CONTAINERS_CONF", "/my/own.conf")
    assert environment.podman_command(tmp_path).environment["CONTAINERS_CONF"] == "/my/own.conf"


def test_runc_is_named_where_crun_would_refuse_the_cgroups(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    programs = tmp_path / "bin"
    programs.mkdir()
    controllers = tmp_path / "cgroup.controllers"
    controllers.write_text("hugetlb\n")
    monkeypatch.setenv("PATH", str(programs))
    for name in ("CONTAINERS_CONF", "CONTAINERS_CONF_OVERRIDE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(environment, "_CONFIGURATIONS", ())
    monkeypatch.setattr(environment, "_CONTROLLERS", controllers)
    monkeypatch.setattr(environment, "_may_raise_limits", lambda: True)
    assert "CONTAINERS_CONF" not in environment.podman_command(tmp_path).environment
    for name in ("crun", "runc"):
        (programs / name).write_text("#!/bin/sh\n")
        (programs / name).chmod(0o755)
    made = environment.podman_command(tmp_path).environment["CONTAINERS_CONF"]
    assert Path(made).read_text() == '[engine]\nruntime = "runc"\n'
    controllers.write_text("\n")
    assert not environment.crun_refuses(controllers)
    assert not environment.crun_refuses(tmp_path / "none")


def test_a_service_of_our_own_runs_beside_us(podman: Path, places: Places) -> None:
    """Its containers see the files that we see: small bind-mounted ones are captured."""
    assert connect("", places).is_local

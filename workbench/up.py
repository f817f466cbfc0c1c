"""``bin/up``: prepares the data folder, starts what serving needs, and says where to go.

What runs: a private broker (unless ``REDIS_URL`` is given or there is no redis-server), a worker,
the reaper and the web server.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import struct
import sys
from collections.abc import Sequence
from pathlib import Path

from migrations_app.domain.messages import Message, msg
from workbench.broker import PrivateBroker, find_server
from workbench.child import Child
from workbench.language import say
from workbench.supervisor import Supervisor
from workbench.usage import Parser

EX_OK, EX_UNAVAILABLE = 0, 69
MANAGE = str(Path(__file__).resolve().parent.parent / "manage.py")
EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - compared with, not bound to


def main(arguments: Sequence[str]) -> int:
    """Serve until asked to stop; 69 if something that is needed is not there."""
    Parser(
        prog="bin/up",
        description="Serve the browser's pages and the API with a worker, until Ctrl-C. Where and "
        "with what is said by environment variables: docs/settings.md.",
    ).parse_args(arguments)
    # The database is made by us and holds what only its owner may read.
    os.umask(0o077)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "workbench.settings")
    import django

    django.setup()
    from django.conf import settings

    folder: Path = settings.WORKBENCH_DATA_DIR
    address: str = settings.WORKBENCH_BIND
    port: int = settings.WORKBENCH_PORT
    problem = _hindrance(folder, address, port) or _prepare(folder)
    if problem:
        print(problem, file=sys.stderr)
        return EX_UNAVAILABLE
    env = dict(os.environ)
    mode = choose_broker(folder, env)
    listed = [
        *broker_children(folder, env),
        *workers(folder, env),
        web(env, address, port),
    ]
    shown = EVERYWHERE.get(address, address)
    Supervisor(
        listed,
        is_ready=lambda: answers(shown, port),
        announce=lambda: _announce(folder, shown, port, mode),
    ).run()
    end_podman(folder)
    return EX_OK


def end_podman(folder: Path) -> None:
    """End the Podman service that a worker may have started; it would idle for minutes.

    Whoever still needs it (a command that captures) starts another.
    """
    path = folder / "run" / "podman.sock"
    with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as service:
        service.connect(str(path))
        told = service.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
        os.kill(struct.unpack("3i", told)[0], signal.SIGTERM)


def _hindrance(folder: Path, address: str, port: int) -> str:
    """Why we cannot serve here now; empty if we can."""
    from workbench.preparation import hold

    if not hold(folder, "up"):
        return say(
            msg(
                "Another bin/up is serving from %(folder)s. Stop it first, or use another folder: "
                "WORKBENCH_DATA_DIR=other bin/up",
                folder=folder,
            )
        )
    try:
        with socket.socket(_family(address)) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((address, port))
    except OSError as error:
        return say(
            msg(
                "Port %(port)s of %(address)s cannot be used (%(why)s). Choose another: "
                "WORKBENCH_PORT=%(other)s bin/up",
                port=port,
                address=address,
                why=error.strerror,
                other=port + 1 if port < 65535 else 8000,
            )
        )
    return ""


def _prepare(folder: Path) -> str:
    """Bring database and accounts up to date; what is wrong with them, or nothing."""
    from django.core.management import call_command
    from django.db import connections

    from workbench.preparation import damage, migrate_if_needed

    problem = damage()
    if problem:
        return problem
    migrate_if_needed()
    call_command("ensure_admin")
    connections.close_all()
    for stale in (folder / "run").glob("worker-*.pid"):
        stale.unlink()
    return ""


def choose_broker(folder: Path, env: dict[str, str]) -> Message:
    """Settle how work gets to the worker, for all processes; returns it in words."""
    if env.get("REDIS_URL") or env.get("REDIS_URL_FILE"):
        env["WORKBENCH_BROKER"] = "redis"
        return msg("the Redis at REDIS_URL")
    server = find_server()
    if server is None or env.get("WORKBENCH_BROKER") == "none":
        env["WORKBENCH_BROKER"] = "none"
        return msg("no broker: the worker looks for work itself")
    env["REDIS_URL"] = PrivateBroker(server, folder).url
    env["WORKBENCH_BROKER"] = "redis"
    return msg("a private Redis in the data folder")


def broker_children(folder: Path, env: dict[str, str]) -> list[Child]:
    """The private broker, if that is what was chosen."""
    server = find_server()
    if server is None or env["WORKBENCH_BROKER"] == "none":
        return []
    private = PrivateBroker(server, folder)
    if env.get("REDIS_URL") != private.url:
        return []
    private.clear_stale()
    return [Child("broker", private.command(), env, stops_last=True)]


def workers(folder: Path, env: dict[str, str]) -> list[Child]:
    """Worker and reaper: everything that background work needs beside the broker."""
    python = sys.executable
    if env["WORKBENCH_BROKER"] == "redis":
        worker = [python, "-m", "celery", "--quiet", "-A", "workbench.celery", "worker"]
        worker += ["--loglevel=WARNING", "--concurrency=2", "--without-gossip", "--without-mingle"]
    else:
        worker = [python, MANAGE, "poll_runs"]
    return [
        Child("worker", worker, env, pid_folder=folder / "run"),
        Child("reaper", [python, MANAGE, "reaper"], env),
    ]


def web(env: dict[str, str], address: str, port: int) -> Child:
    """The web server."""
    command = [sys.executable, "-m", "uvicorn", "workbench.asgi:application", "--host", address]
    command += ["--port", str(port), "--lifespan", "off", "--log-level", "warning"]
    command += ["--timeout-graceful-shutdown", "5", "--no-server-header"]
    # Assets are found where they are; the folder of collected ones need not exist.
    quiet = {"PYTHONWARNINGS": "ignore:No directory at:UserWarning", **env}
    return Child("web", command, quiet)


def answers(address: str, port: int) -> bool:
    """Whether something listens there; the port was free before, so it is our web server."""
    try:
        with socket.create_connection((address, port), timeout=1):
            return True
    except OSError:
        return False


def _announce(folder: Path, address: str, port: int, mode: Message) -> None:
    host = f"[{address}]" if ":" in address else address
    kept = folder / "admin-password"
    if os.environ.get("WORKBENCH_ADMIN_PASSWORD") or not kept.exists():
        login = msg("Log in as admin with the password you chose.")
    else:
        login = msg("Log in as admin with the password in %(file)s.", file=kept)
    work = msg(
        "Work goes through %(mode)s. Data: %(folder)s. Ctrl-C stops everything.",
        mode=mode,
        folder=folder,
    )
    print("\n" + say(msg("Kakehashi is at %(url)s", url=f"http://{host}:{port}")))
    print(say(login))
    print(say(work), flush=True)
    if shutil.which("podman") is None:
        missing = msg("There is no podman here: captures and rehearsals will not work.")
        print(say(missing), file=sys.stderr)


def _family(address: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in address else socket.AF_INET


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

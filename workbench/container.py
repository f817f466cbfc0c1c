"""What runs in a container: ``python -m workbench.container web|worker|reaper|healthy ROLE``.

The database may come up later than we do, and not every tool that reads a compose file heeds its
start conditions: so each role waits for the database itself, and for its tables, which ``web``
makes. Then it becomes the program it stands for, which gets the container's signals.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Sequence

from migrations_app.domain.messages import msg
from workbench.language import say

EX_OK, EX_UNHEALTHY, EX_USAGE, EX_UNAVAILABLE = 0, 1, 64, 69
WAIT_FOR_DATABASE = 180.0
LOOK_EVERY = 1.0
ROLES = ("web", "worker", "reaper")
USAGE = "usage: python -m workbench.container web|worker|reaper\n       … healthy web|worker|reaper"


def main(arguments: Sequence[str]) -> int:
    """Become a role, or tell whether one is healthy."""
    if len(arguments) == 1 and arguments[0] in ROLES:
        return _become(arguments[0])
    if len(arguments) == 2 and arguments[0] == "healthy" and arguments[1] in ROLES:
        return EX_OK if _healthy(arguments[1]) else EX_UNHEALTHY
    print(USAGE, file=sys.stderr)
    return EX_USAGE


def _setup() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "workbench.settings")
    import django

    django.setup()


def _become(role: str) -> int:
    _setup()
    from django.db import connections

    waited = f"{WAIT_FOR_DATABASE:g}"
    problem = _wait_for_database()
    if problem:
        told = msg(
            "The database did not answer for %(seconds)s s: %(why)s", seconds=waited, why=problem
        )
        print(say(told), file=sys.stderr)
        return EX_UNAVAILABLE
    if role == "web":
        from django.core.management import call_command

        from workbench.preparation import migrate_if_needed

        migrate_if_needed()
        call_command("ensure_admin")
    elif not _wait_for_tables():
        late = msg("The tables were not there after %(seconds)s s.", seconds=waited)
        print(say(late), file=sys.stderr)
        return EX_UNAVAILABLE
    connections.close_all()
    command = program(role)
    return os.execv(command[0], command)  # noqa: S606 - our own interpreter with fixed words


def program(role: str) -> list[str]:
    """The command a role becomes: the one that ``bin/up`` would start."""
    from django.conf import settings

    from workbench import up

    env = {"WORKBENCH_BROKER": settings.WORKBENCH_BROKER}
    programs = [
        up.web(env, settings.WORKBENCH_BIND, settings.WORKBENCH_PORT),
        *up.workers(settings.WORKBENCH_DATA_DIR, env),
    ]
    return next(child.command for child in programs if child.name == role)


def _wait_for_database() -> str:
    """Until the database answers; what it last said if it never does."""
    from django.db import OperationalError, connection

    said, end = "", time.monotonic() + WAIT_FOR_DATABASE
    while time.monotonic() < end:
        try:
            connection.ensure_connection()
        except OperationalError as error:
            if not said:
                print(say(msg("Waiting for the database …")), file=sys.stderr, flush=True)
            said = str(error).strip()
            time.sleep(LOOK_EVERY)
        else:
            return ""
    return said or say(msg("no answer"))


def _wait_for_tables() -> bool:
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    end = time.monotonic() + WAIT_FOR_DATABASE
    while time.monotonic() < end:
        executor = MigrationExecutor(connection)
        if not executor.migration_plan(executor.loader.graph.leaf_nodes()):
            return True
        time.sleep(LOOK_EVERY)
    return False


def _healthy(role: str) -> bool:
    """Whether the container's own program does its work, as seen from inside."""
    if role == "web":
        return _answers()
    _setup()
    from django.db import DatabaseError, connection

    try:
        if role == "reaper":
            connection.ensure_connection()
            return True
        import socket

        from django.db.models.functions import Now

        from migrations_app.models import Worker
        from migrations_app.queries.status import SILENT_AFTER

        here = Worker.objects.filter(name__startswith=f"{socket.gethostname()}:")
        return here.filter(seen__gt=Now() - SILENT_AFTER).exists()
    except DatabaseError:
        return False


def _answers() -> bool:
    """Whether our own web server says that it is ready. No Django: this runs every few seconds."""
    import urllib.error
    import urllib.request

    port = os.environ.get("WORKBENCH_PORT") or "8000"
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/readyz", headers={"Host": "localhost"}
    )
    try:
        with urllib.request.urlopen(request, timeout=4) as answer:  # noqa: S310 - a fixed address
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

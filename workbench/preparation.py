"""Getting the data folder ready: one process at a time makes it, the others wait."""

from __future__ import annotations

import fcntl
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import DatabaseError, OperationalError, connection
from django.db.migrations.executor import MigrationExecutor

from migrations_app.domain.messages import msg
from workbench import data
from workbench.language import say


@contextmanager
def locked(folder: Path, name: str) -> Iterator[None]:
    """Hold a lock file of the data folder."""
    with (data.prepare(folder) / "run" / f"{name}.lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def migrate_if_needed() -> bool:
    """Bring the database to today's schema; True if there was something to do."""
    with locked(settings.WORKBENCH_DATA_DIR, "migrate"):
        executor = MigrationExecutor(connection)
        if not executor.migration_plan(executor.loader.graph.leaf_nodes()):
            return False
        print(say(msg("Preparing the database …")), file=sys.stderr)
        call_command("migrate", interactive=False, verbosity=0)
        connection.close()
        return True


def damage() -> str:
    """Why the database cannot be used, in words that say what to do; empty if it can."""
    name = _database_name()
    try:
        with connection.cursor() as cursor:
            if connection.vendor == "sqlite":
                cursor.execute("PRAGMA quick_check(1)")
                (said,) = cursor.fetchone()
                if said != "ok":
                    return _damaged(name, str(said))
        return _from_the_future(name)
    except OperationalError as error:
        why = _first_line(error)
        return say(msg("The database %(name)s cannot be reached: %(why)s.", name=name, why=why))
    except DatabaseError as error:
        return _damaged(name, _first_line(error))
    finally:
        connection.close()


def _from_the_future(name: str) -> str:
    """The database knows schema migrations that this version does not."""
    loader = MigrationExecutor(connection).loader
    unknown = sorted(
        f"{app}.{step}"
        for app, step in loader.applied_migrations
        if app in loader.migrated_apps and (app, step) not in loader.disk_migrations
    )
    if not unknown:
        return ""
    return say(
        msg(
            "The database %(name)s was made by a newer version of the workbench (%(step)s). Use "
            "that version, or another data folder.",
            name=name,
            step=unknown[-1],
        )
    )


def _damaged(name: str, said: str) -> str:
    return say(
        msg(
            "The database %(name)s is damaged: %(said)s. Bring back a copy of it, or move it away "
            "to begin anew.",
            name=name,
            said=said,
        )
    )


def _database_name() -> str:
    """The file or the name; never a password."""
    config = connection.settings_dict
    where = f"{config['HOST']}/" if config.get("HOST") else ""
    return f"{where}{config['NAME']}"


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0].rstrip(".") or type(error).__name__


_HELD: list[object] = []


def hold(folder: Path, name: str) -> bool:
    """Hold a lock file until this process ends; False if another process holds it."""
    handle = (data.prepare(folder) / "run" / f"{name}.lock").open("w")
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        handle.close()
        return False
    _HELD.append(handle)
    return True

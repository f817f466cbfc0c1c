"""Getting the data folder ready: one process at a time makes it, the others wait."""

from __future__ import annotations

import fcntl
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from workbench import data


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
        print("Preparing the database …", file=sys.stderr)
        call_command("migrate", interactive=False, verbosity=0)
        connection.close()
        return True


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

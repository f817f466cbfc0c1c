"""``DATABASE_URL`` to Django's form: SQLite in the data folder unless it says otherwise."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import environ

from migrations_app.domain.messages import msg
from workbench.env import checked_url, env_secret, refuse

EXAMPLE = "postgres://user:password@host:5432/name"
SQLITE = ("sqlite",)
POSTGRESQL = ("postgres", "postgresql")


def database(default_file: Path) -> dict[str, Any]:
    """The default connection's settings."""
    url = checked_url("DATABASE_URL", env_secret("DATABASE_URL"), (*POSTGRESQL, *SQLITE), EXAMPLE)
    if not url:
        return _sqlite(default_file)
    try:
        config = dict(environ.Env.db_url_config(url))
    except ValueError as error:
        refuse("DATABASE_URL", msg("it cannot be taken apart (%(why)s).", why=error), EXAMPLE)
    if not config.get("NAME"):
        refuse("DATABASE_URL", msg("it names no database."), EXAMPLE)
    if url.startswith(SQLITE):
        return _sqlite(Path(config["NAME"]))
    # A server that is not there is to be noticed within seconds, not after the system's minutes.
    config["OPTIONS"] = {"connect_timeout": 5, **config.get("OPTIONS", {})}
    config["CONN_HEALTH_CHECKS"] = True
    return config


def _sqlite(path: Path) -> dict[str, Any]:
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": path,
        "OPTIONS": {
            # Readers and one writer at a time; IMMEDIATE takes the writer's place at the start of a
            # transaction instead of failing in the middle. No mmap_size: it makes damage permanent.
            "timeout": 20,
            "transaction_mode": "IMMEDIATE",
            "init_command": (
                "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;"
            ),
        },
        "TEST": {"NAME": path.with_name(f"test-{path.name}")},
    }

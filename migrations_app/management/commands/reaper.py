"""``reaper``: brings back what dead workers left, and clears what they left on Podman hosts."""

from __future__ import annotations

import logging
import signal
import threading
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.db import DatabaseError, InterfaceError, connection

from migrations_app import wiring
from migrations_app.actions.collecting import collect, hosts_to_sweep
from migrations_app.actions.reaping import reap
from migrations_app.actions.runs import lease
from migrations_app.domain.errors import WorkbenchError

logger = logging.getLogger(__name__)

LONGEST_ROUND = 2.0
SWEEP_EVERY = 30.0
TROUBLE = (DatabaseError, InterfaceError)


class Command(BaseCommand):
    requires_system_checks = []
    help = "Watch over runs and over what they make in Podman, until asked to stop."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--once", action="store_true", help="one round of each, then end")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["once"]:
            reap()
            sweep()
            return
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        sweeper = threading.Thread(target=_sweep_until, args=(stop,), name="sweeper", daemon=True)
        sweeper.start()
        every = min(LONGEST_ROUND, lease().total_seconds() / 4)
        while not stop.wait(every):
            try:
                counts = reap()
                if any(count for key, count in counts.items() if key != "rung"):
                    logger.info("reaped", extra=counts)
            except TROUBLE:
                logger.warning("database_away")
                connection.close()


def sweep() -> None:
    """Clear every host on which something was rehearsed; one that is away does not matter now."""
    for host in hosts_to_sweep():
        try:
            removed = collect(engine=wiring.podman_engine(host), now=wiring.clock().now())
        except WorkbenchError as error:
            logger.info("host_not_swept", extra={"host": host.name, "why": str(error.message)})
            continue
        if removed:
            logger.info("host_swept", extra={"host": host.name, "removed": removed})


def _sweep_until(stop: threading.Event) -> None:
    """A thread of its own, because a host that hangs must not hold up the leases."""
    every = min(SWEEP_EVERY, max(2.0, lease().total_seconds()))
    while True:
        try:
            sweep()
        except TROUBLE:
            logger.warning("database_away")
        except Exception:
            logger.exception("sweep_failed")
        finally:
            connection.close()
        if stop.wait(every):
            return

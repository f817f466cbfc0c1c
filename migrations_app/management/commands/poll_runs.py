"""``poll_runs``: a worker without a broker, which looks for waiting runs itself."""

from __future__ import annotations

import logging
import signal
import threading
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import DatabaseError, InterfaceError, connection

from migrations_app import queue
from migrations_app.actions import runs
from migrations_app.actions.presence import Presence, leave, stay

logger = logging.getLogger(__name__)

LOOK_EVERY = 0.5
AFTER_TROUBLE = 3.0


class Command(BaseCommand):
    requires_system_checks = []
    help = "Do waiting runs, one after the other in each of a few threads, until asked to stop."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--concurrency", type=int, default=2, metavar="N")

    def handle(self, *args: Any, **options: Any) -> None:
        stop = threading.Event()
        stay()

        def let_go(*_: object) -> None:
            leave()
            stop.set()

        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, let_go)
        presence = Presence(settings.WORKBENCH_DATA_DIR).begin()
        threads = [
            threading.Thread(target=_work, args=(stop,), name=f"slot-{number}")
            for number in range(max(1, options["concurrency"]))
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        presence.end()


def _work(stop: threading.Event) -> None:
    while not stop.is_set():
        pause = LOOK_EVERY
        try:
            if any(queue.do_here(run_id) for run_id in runs.waiting() if not stop.is_set()):
                pause = 0
        except (DatabaseError, InterfaceError):
            logger.warning("database_away")
            connection.close()
            pause = AFTER_TROUBLE
        stop.wait(pause)
    connection.close()

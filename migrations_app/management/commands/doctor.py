"""``doctor``: what works on this machine, and what to do about the rest."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from migrations_app.management.examination import FAILED, Result, examine
from migrations_app.queries.wording import translated


class Command(BaseCommand):
    help = "Look at data folder, database, keys, broker, workers, Podman and cluster."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="a JSON array instead of a table")

    def handle(self, *args: Any, **options: Any) -> None:
        results = []
        for result in examine():
            results.append(result)
            if not options["json"]:
                self._show(result)
        if options["json"]:
            self.stdout.write(json.dumps([_plain(result) for result in results], indent=2))
        if any(result.state == FAILED for result in results):
            raise CommandError("", returncode=1)

    def _show(self, result: Result) -> None:
        self.stdout.write(f"{result.state:8} {result.subject:14} {translated(result.detail)}")
        if result.remedy is not None:
            self.stdout.write(f"{'':23} → {translated(result.remedy)}")


def _plain(result: Result) -> dict[str, str]:
    return {
        "subject": result.subject,
        "state": result.state,
        "detail": str(result.detail),
        "remedy": str(result.remedy or ""),
    }

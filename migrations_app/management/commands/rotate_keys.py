"""``rotate_keys``: writes everything that is encrypted with the first key."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from migrations_app.actions.keys import rotate_keys
from migrations_app.domain.messages import counted
from migrations_app.management import acting
from migrations_app.queries.wording import translated


class Command(BaseCommand):
    help = (
        "Encrypt every stored value with the first key of WORKBENCH_ENCRYPTION_KEYS. After that "
        "the other keys can be taken away."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        acting.add_as(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        count = rotate_keys(actor=acting.actor(options))
        told = counted(
            "%(count)s value is encrypted with the first key.",
            "%(count)s values are encrypted with the first key.",
            count=count,
        )
        self.stdout.write(translated(told))

"""``create_user NAME --role ROLE [--application SLUG]``."""

from __future__ import annotations

import getpass
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from migrations_app.actions.users import create_user
from migrations_app.domain.messages import msg
from migrations_app.domain.people.roles import Role
from migrations_app.domain.words import word
from migrations_app.management import acting
from migrations_app.queries.wording import translated


class Command(BaseCommand):
    help = (
        "Make an account with one role. The password is asked for, or read from standard input; "
        "an empty one leaves an account that only tokens can use."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name")
        parser.add_argument("--role", required=True, choices=[role.value for role in Role])
        parser.add_argument("--application", metavar="SLUG", help="default: all applications")
        acting.add_as(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        slug = options["application"]
        user = create_user(
            actor=acting.actor(options),
            username=options["name"],
            password=_password() or None,
            role=Role(options["role"]),
            application=acting.application(slug) if slug else None,
        )
        told = msg(
            "%(name)s is %(role)s of %(where)s.",
            name=user.username,
            role=word("role", options["role"]),
            where=slug or msg("all applications"),
        )
        self.stderr.write(translated(told))


def _password() -> str:
    if sys.stdin is None or sys.stdin.closed:
        return ""
    if sys.stdin.isatty():
        return getpass.getpass(translated(msg("Password (empty for none): ")))
    return sys.stdin.readline().rstrip("\n")

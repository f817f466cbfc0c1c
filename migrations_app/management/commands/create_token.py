"""``create_token USER [--scope …]… [--days N]``: the token alone on standard output, once."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from migrations_app.actions.tokens import DEFAULT_DAYS, create_token
from migrations_app.domain.messages import listed, msg
from migrations_app.domain.people.roles import Scope
from migrations_app.management import acting
from migrations_app.models import User
from migrations_app.queries.wording import translated


class Command(BaseCommand):
    help = "Make a token for a user and print it. It cannot be shown again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("user")
        parser.add_argument(
            "--scope",
            action="append",
            choices=[scope.value for scope in Scope],
            help="may be given again; default: every scope that the user's roles allow",
        )
        parser.add_argument("--days", type=int, default=DEFAULT_DAYS)
        parser.add_argument("--name", default="command line")
        acting.add_as(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(username=options["user"]).first()
        if user is None:
            raise CommandError(
                translated(msg("There is no user %(name)s.", name=options["user"])),
                returncode=acting.USAGE,
            )
        scopes = options["scope"]
        token, text = create_token(
            actor=acting.actor(options),
            user=user,
            name=options["name"],
            scopes=[Scope(scope) for scope in scopes] if scopes else None,
            days=options["days"],
        )
        told = msg(
            "A token of %(name)s for %(scopes)s, good until %(day)s.",
            name=user.username,
            scopes=listed(token.scopes),
            day=f"{token.expires:%Y-%m-%d}",
        )
        self.stderr.write(translated(told))
        self.stdout.write(text)

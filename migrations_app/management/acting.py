"""In whose name a command acts: a user of the workbench, or the system with the login behind it."""

from __future__ import annotations

import getpass
from argparse import ArgumentParser
from typing import Any

from django.core.management import CommandError

from migrations_app.domain.messages import msg
from migrations_app.models import Application, User
from migrations_app.queries.actors import Actor
from migrations_app.queries.wording import translated

USAGE = 64


def add_as(parser: ArgumentParser) -> None:
    """The option ``--as USER``."""
    parser.add_argument(
        "--as",
        dest="acting_as",
        metavar="USER",
        help="act as this user, with no more rights than they have (default: the system)",
    )


def actor(options: dict[str, Any]) -> Actor:
    """Who acts by these options."""
    name = options.get("acting_as")
    if not name:
        return Actor.system("cli", on_behalf=_login())
    user = User.objects.filter(username=name, is_active=True).first()
    if user is None:
        raise CommandError(
            translated(msg("There is no active user %(name)s.", name=name)), returncode=USAGE
        )
    return Actor.person(user)


def application(slug: str) -> Application:
    """The application with this slug."""
    found = Application.objects.filter(slug=slug).first()
    if found is None:
        raise CommandError(
            translated(msg("There is no application %(slug)s.", slug=slug)), returncode=USAGE
        )
    return found


def _login() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"

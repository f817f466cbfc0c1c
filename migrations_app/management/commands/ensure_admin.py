"""``ensure_admin``: the first administrator, with a password that somebody can find."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from migrations_app.actions.users import ensure_admin
from migrations_app.domain.messages import msg
from migrations_app.models import User
from migrations_app.queries.wording import translated
from workbench.env import env_secret

NAME = "admin"
FILE = "admin-password"


class Command(BaseCommand):
    help = (
        "Make the account admin (administrator and operator) if it is not there. Its password is "
        "WORKBENCH_ADMIN_PASSWORD, or a random one that is kept in the data folder."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        if User.objects.filter(username=NAME).exists():
            return
        given = env_secret("WORKBENCH_ADMIN_PASSWORD")
        password = given or _kept_password(settings.WORKBENCH_DATA_DIR / FILE)
        _user, made = ensure_admin(username=NAME, password=password)
        if made and not given:
            told = msg(
                "Made the account %(name)s with the password %(password)s (kept in %(file)s).",
                name=NAME,
                password=password,
                file=settings.WORKBENCH_DATA_DIR / FILE,
            )
            self.stderr.write(translated(told))


def _kept_password(path: Path) -> str:
    """A random password in a file that only its owner can read; the one from before if there is."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text(encoding="utf-8").strip()
    password = secrets.token_urlsafe(12)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(password + "\n")
    return password

# ruff: noqa: N999 - the name of the command
"""``import PATH… --application SLUG``: stores a source; one JSON line per service."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from migrations_app import wiring
from migrations_app.actions.applications import create_application
from migrations_app.actions.sources import OnConflict, store_source
from migrations_app.domain.messages import counted, msg
from migrations_app.domain.reading.limits import WIDE
from migrations_app.management import acting
from migrations_app.models import Application
from migrations_app.queries.wording import translated

UNREADABLE = 2


class Command(BaseCommand):
    help = "Store files and folders as one source, and find or make the services they tell of."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("path", nargs="+", type=Path)
        parser.add_argument(
            "--application", required=True, metavar="SLUG", help="made if it is not there"
        )
        parser.add_argument(
            "--on-conflict",
            choices=[choice.value for choice in OnConflict],
            default=OnConflict.UPDATE.value,
            help="what to do with a service that is there already",
        )
        parser.add_argument(
            "--keep-going", action="store_true", help="take what can be read, and name the rest"
        )
        acting.add_as(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        actor = acting.actor(options)
        slug = options["application"]
        application = Application.objects.filter(slug=slug).first() or create_application(
            actor=actor, slug=slug
        )
        stored = store_source(
            actor=actor,
            application=application,
            files=_files(options["path"]),
            schemas=wiring.schemas(),
            on_conflict=OnConflict(options["on_conflict"]),
            partial=options["keep_going"],
            limits=WIDE,
        )
        for match in stored.matches:
            self.stdout.write(json.dumps({**match.record(), "source": str(stored.source.pk)}))
        unreadable = [m for m in stored.source.members.all() if m.errors]
        for member in unreadable:
            for error in member.errors:
                text = translated(error["message"])
                self.stderr.write(f"{member.path}:{error['place']['line']}: {text}")
        if unreadable:
            raise CommandError(
                translated(
                    counted(
                        "%(count)s file cannot be read; the others are stored.",
                        "%(count)s files cannot be read; the others are stored.",
                        count=len(unreadable),
                    )
                ),
                returncode=UNREADABLE,
            )


def _files(paths: list[Path]) -> dict[str, bytes]:
    """Member files by the names they get: of a folder everything below it that is not hidden."""
    files: dict[str, bytes] = {}
    for path in paths:
        if path.is_dir():
            found = sorted(p for p in path.rglob("*") if p.is_file() and not _is_hidden(p, path))
            files |= {f"{path.name}/{p.relative_to(path)}": _read(p) for p in found}
        else:
            files[path.name if path.name not in files else str(path)] = _read(path)
    return files


def _is_hidden(path: Path, root: Path) -> bool:
    return any(part.startswith(".") for part in path.relative_to(root).parts)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        told = msg("%(path)s cannot be read: %(why)s.", path=path, why=error.strerror)
        raise CommandError(translated(told), returncode=UNREADABLE) from None

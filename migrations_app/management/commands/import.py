# ruff: noqa: N999 - the name of the command
"""``import PATH… --application SLUG``: stores a source; one JSON line per service."""

from __future__ import annotations

import json
import posixpath
from argparse import ArgumentParser
from contextlib import suppress
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from migrations_app import wiring
from migrations_app.actions.applications import create_application
from migrations_app.actions.sources import OnConflict, store_source
from migrations_app.domain.bundle import Missing, SourceFiles
from migrations_app.domain.errors import UnreadableSource
from migrations_app.domain.messages import counted, msg
from migrations_app.domain.reading.file_names import member_name
from migrations_app.domain.reading.limits import WIDE
from migrations_app.domain.reading.read import read_bundle
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
    """Files, the sources in folders, and whatever these refer to, by the names they are kept under.

    A name begins at the folder of the file, or with that of the folder, so that what stood beside
    each other does so in the source as well.
    """
    for path in paths:
        if not path.is_dir():
            _read(path)
    found = wiring.files_at([str(path) for path in paths])
    files: dict[str, bytes] = {}
    for name in (*found.names(), *_drawn(found)):
        with suppress(Missing):
            files[member_name(_kept_name(name, paths), files)] = found.read(name)
    return files


def _drawn(found: SourceFiles) -> list[str]:
    """What the files refer to: read again from the source, it must be in it."""
    named = {posixpath.normpath(name) for name in found.names()}
    try:
        bundle = read_bundle(found, WIDE, partial=True)
    except UnreadableSource:
        return []
    return sorted(bundle.drawn - named)


def _kept_name(name: str, paths: list[Path]) -> str:
    at = Path(name).resolve()
    for path in paths:
        root = path.resolve().parent
        if at.is_relative_to(path.resolve() if path.is_dir() else root):
            return at.relative_to(root).as_posix()
    return name


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        told = msg("%(path)s cannot be read: %(why)s.", path=path, why=error.strerror)
        raise CommandError(translated(told), returncode=UNREADABLE) from None

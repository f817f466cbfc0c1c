"""``verify_audit``: 0 if every link of the audit trail holds, 1 naming the first that does not."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from migrations_app.actions import audit
from migrations_app.domain.audit.chain import Link, Verdict, verify
from migrations_app.domain.audit.tags import Tag
from migrations_app.domain.messages import msg
from migrations_app.management import acting
from migrations_app.queries.wording import translated

UNREADABLE = 2


class Command(BaseCommand):
    help = "Check the whole audit trail: every text, every hash, every link, and its end."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--input",
            type=Path,
            metavar="FILE",
            help="check an exported trail (JSON lines with seq, prev, hash and body) instead",
        )
        acting.add_as(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        path = options["input"]
        verdict = verify(_links(path)) if path else audit.check()
        if path is None:
            _record(options, verdict)
        if verdict.broken is not None:
            raise CommandError(
                translated(
                    msg(
                        "Event %(seq)s: %(why)s (%(code)s; events before it that hold: %(links)s)",
                        seq=verdict.broken.seq,
                        why=verdict.broken.why,
                        code=verdict.broken.code,
                        links=verdict.links,
                    )
                ),
                returncode=1,
            )
        told = msg(
            "%(links)s events, all hold. Head: %(head)s", links=verdict.links, head=verdict.head
        )
        self.stdout.write(translated(told))


@transaction.atomic
def _record(options: dict[str, Any], verdict: Verdict) -> None:
    broken = verdict.broken
    audit.record(
        tag=Tag.AUDIT_VERIFIED,
        actor=acting.actor(options),
        data={"events": str(verdict.links), "first_break": str(broken.seq) if broken else ""},
        outcome=audit.FAILED if broken else audit.OK,
    )


def _links(path: Path) -> Iterator[Link]:
    try:
        with path.open(encoding="utf-8") as file:
            for number, line in enumerate(file, start=1):
                yield _link(path, number, line)
    except (OSError, UnicodeDecodeError) as error:
        told = msg("%(path)s cannot be read: %(why)s.", path=path, why=_why(error))
        raise CommandError(translated(told), returncode=UNREADABLE) from None


def _why(error: OSError | UnicodeDecodeError) -> str:
    return str(getattr(error, "strerror", None) or error)


def _link(path: Path, number: int, line: str) -> Link:
    try:
        item = json.loads(line)
        return Link(int(item["seq"]), item["prev"], item["hash"], item["body"], {})
    except (ValueError, KeyError, TypeError):
        told = msg("%(place)s is no exported audit event.", place=f"{path}:{number}")
        raise CommandError(translated(told), returncode=UNREADABLE) from None

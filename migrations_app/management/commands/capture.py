"""``capture HOST NAME… --application SLUG``: captures from a host; one JSON line per service."""

from __future__ import annotations

import json
import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from migrations_app import queue, wiring
from migrations_app.actions.applications import create_application
from migrations_app.actions.captures import start_capture
from migrations_app.actions.collecting import RUN
from migrations_app.actions.hosts import local_host
from migrations_app.domain.messages import Message, msg
from migrations_app.domain.records import message_from
from migrations_app.domain.runs import RunState
from migrations_app.management import acting
from migrations_app.models import Application, Host, Run, Source
from migrations_app.models.hosts import LOCAL
from migrations_app.queries.wording import translated

UNREADABLE, USAGE, UNAVAILABLE = 2, 64, 69


class Command(BaseCommand):
    help = "Capture pods and containers from a Podman host as one source."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("host", help="local, or the name of a host that was added")
        parser.add_argument("name", nargs="*", help="pods and containers outside of pods")
        parser.add_argument(
            "--application", required=True, metavar="SLUG", help="made if it is not there"
        )
        parser.add_argument("--all", action="store_true", help="everything on the host")
        parser.add_argument(
            "--label", action="append", default=[], metavar="K=V", help="what carries this label"
        )
        acting.add_as(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        actor = acting.actor(options)
        host = _host(options["host"])
        names = [
            *options["name"],
            *_found(host, everything=options["all"], labels=options["label"]),
        ]
        if not names:
            raise CommandError(
                translated(
                    msg("Nothing to capture: give names, --all or --label K=V that fits something.")
                ),
                returncode=USAGE,
            )
        slug = options["application"]
        application = Application.objects.filter(slug=slug).first() or create_application(
            actor=actor, slug=slug
        )
        run = start_capture(actor=actor, application=application, host=host, names=names)
        # A worker may have heard the bell before us; then its result is ours.
        queue.do_here(run.pk, try_again=False)
        self._tell(_ended(run))

    def _tell(self, run: Run) -> None:
        for line in run.log_lines.filter(stream="stderr"):
            self.stderr.write(line.text)
        if run.state != RunState.SUCCEEDED.value:
            raise CommandError(
                translated(_why(run)),
                returncode=_code(run.error_code),
            )
        source = Source.objects.get(pk=run.result_id)
        known = {"match": "unchanged"} if run.outcome == "unchanged" else {}
        for match in source.matches:
            self.stdout.write(json.dumps({**match, **known, "source": str(source.pk)}))


def _host(name: str) -> Host:
    if name == LOCAL:
        return local_host()
    found = Host.objects.filter(name=name).first()
    if found is None:
        known = ", ".join([LOCAL, *Host.objects.exclude(name=LOCAL).values_list("name", flat=True)])
        told = msg("There is no host %(name)s. There are: %(known)s.", name=name, known=known)
        raise CommandError(translated(told), returncode=USAGE)
    return found


def _found(host: Host, *, everything: bool, labels: list[str]) -> list[str]:
    """What the host has now, of what was asked for by kind and not by name."""
    if not everything and not labels:
        return []
    wanted = dict(_label(text) for text in labels)
    return [
        workload.name
        for workload in wiring.podman_engine(host).workloads()
        if RUN not in workload.labels  # what a rehearsal plays is nobody's service
        and all(workload.labels.get(key) == value for key, value in wanted.items())
    ]


def _label(text: str) -> tuple[str, str]:
    key, equals, value = text.partition("=")
    if not equals or not key:
        told = msg("--label %(text)s: write KEY=VALUE.", text=text)
        raise CommandError(translated(told), returncode=USAGE)
    return key, value


def _ended(run: Run) -> Run:
    while True:
        run.refresh_from_db()
        if not run.is_active:
            return run
        time.sleep(0.2)


def _why(run: Run) -> Message:
    if not run.error_text:
        return msg("The capture was cancelled.")
    return message_from({"text": run.error_text, "params": run.error_params})


def _code(error: str) -> int:
    if error == "unreadable":
        return UNREADABLE
    engine = ("engine", "upstream", "refused", "not_found", "lost", "timeout")
    return UNAVAILABLE if error.startswith(engine) else 1

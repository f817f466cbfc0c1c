"""From an empty machine to the table at the end, and back to an empty machine."""

from __future__ import annotations

import contextlib
import getpass
import io
import re
import time
from collections import Counter
from pathlib import Path

from django.conf import settings
from django.core.management import call_command

from migrations_app import wiring
from migrations_app.actions import hosts
from migrations_app.domain.errors import EngineUnreachable, GateClosed, WorkbenchError
from migrations_app.domain.messages import Message, counted, msg
from migrations_app.domain.pipeline.gates import closed
from migrations_app.queries.actors import Actor
from workbench.demo import images
from workbench.demo.podman_host import PodmanHost
from workbench.demo.screen import WIDTH, Screen
from workbench.demo.story import Story, rows
from workbench.demo.table import table
from workbench.demo.work import Work
from workbench.demo.workers import Workers
from workbench.language import say
from workbench.preparation import damage, migrate_if_needed

GOOD, NEGATIVE, UNAVAILABLE = 0, 1, 69
COUNTED = {
    "pod": counted("%(count)s pod", "%(count)s pods", count=1),
    "container": counted("%(count)s container", "%(count)s containers", count=1),
    "volume": counted("%(count)s volume", "%(count)s volumes", count=1),
    "secret": counted("%(count)s secret", "%(count)s secrets", count=1),
    "network": counted("%(count)s network", "%(count)s networks", count=1),
}
HEAD = (
    msg("SERVICE"),
    msg("IN PODMAN"),
    msg("ON KUBERNETES"),
    msg("CHECKS"),
    msg("REHEARSAL"),
    msg("PHASE"),
    msg("TIME"),
)


_RESTRICTED = re.compile(r"rlimit|cgroup|OCI (?:permission|runtime)", re.IGNORECASE)
_REMEDY = msg(
    "This host lacks what Podman takes for granted, so its service must be told: see “Hosts with "
    "restricted cgroups” in docs/operating.md. A service that the workbench starts itself is told "
    "already: stop the other one, or unset PODMAN_URL, and try again."
)


class Unready(WorkbenchError):
    """The data folder cannot be used as it is."""

    code = "unready"


def tell(screen: Screen, began: float) -> int:
    """Do all of it and return the exit code; whatever was started in Podman is gone afterwards."""
    folder: Path = settings.WORKBENCH_DATA_DIR
    title = msg("Kakehashi: three services from Podman to Kubernetes, on this machine.")
    screen.line(title, "bold")
    screen.line()
    workers = Workers(folder)
    work = Work(screen, workers, Actor.system("demo", on_behalf=_login()))
    try:
        program = images.busybox()
        _prepare_database(screen)
        workers.keep_running()
        podman = _podman(screen)
        story = Story(screen, work, work.actor, wiring.schemas())
        try:
            _stage(screen, podman, program)
            for step in (story.capture, story.shape, story.answer, story.fix, story.revise):
                step()
            for step in (story.rehearse, story.move, story.verify):
                step()
        finally:
            work.cancel()
            _tidy_up(screen, podman)
    except WorkbenchError as error:
        show_error(screen, error)
        missing = isinstance(error, images.NoBusyBox | EngineUnreachable | Unready)
        return UNAVAILABLE if missing else NEGATIVE
    finally:
        workers.stop()
    _show(screen, story, folder, time.monotonic() - began)
    return GOOD


def _prepare_database(screen: Screen) -> None:
    with screen.step(msg("Preparing database and administrator")) as said:
        problem = damage()
        if problem:
            raise Unready(Message(problem))
        # What these say is said here, at its place.
        heard = io.StringIO()
        with contextlib.redirect_stderr(heard):
            said.append(msg("new") if migrate_if_needed() else msg("as it is"))
            call_command("ensure_admin", stderr=heard)
        for line in heard.getvalue().splitlines():
            if "password" in line:
                screen.note(line, "bold")


def _podman(screen: Screen) -> PodmanHost:
    with screen.step(msg("Reaching Podman")) as said:
        local = hosts.local_host()
        info = wiring.podman_engine(local).info()
        said.append(f"Podman {info.version}, {info.runtime}, cgroups {info.cgroup_version}")
        said.append(msg("rootless") if info.rootless else msg("rootful"))
        return PodmanHost(wiring.podman_connection(local))


def _stage(screen: Screen, podman: PodmanHost, program: bytes) -> None:
    left_over = podman.remove()
    if left_over:
        left = ", ".join(left_over)
        screen.note(msg("An interrupted demo had left %(things)s: removed.", things=left))
    with screen.step(msg("Building three images from scratch")) as said:
        for service in images.SERVICES:
            podman.build(service, program)
        said.append(msg("nothing pulled"))
    with screen.step(msg("Starting a pod of two containers and two containers")) as said:
        podman.prepare()
        podman.start()
        podman.wait_until_healthy()
        said.append(msg("all healthy"))


def _tidy_up(screen: Screen, podman: PodmanHost) -> None:
    with screen.step(msg("Removing what was started")) as said:
        removed = podman.remove()
        found = Counter(thing.partition(" ")[0] for thing in removed)
        said += [COUNTED[kind].about(count=found[kind]) for kind in COUNTED if found[kind]]


def show_error(screen: Screen, error: WorkbenchError) -> None:
    """What went wrong, and what would help."""
    screen.line()
    for line in error.told(say).splitlines():
        screen.line(line, "bad")
    if _RESTRICTED.search(str(error)):
        screen.line()
        screen.line(_REMEDY)
    if isinstance(error, GateClosed):
        for gate in closed(error.gates):
            screen.line(f"{gate.code}: {say(gate.why)}", "bad", indent="  ")
            for found in gate.findings:
                screen.note(f"{found.code} {found.place}: {say(found.message)} {say(found.fix)}")


def _show(screen: Screen, story: Story, folder: Path, took: float) -> None:
    screen.line()
    for number, line in enumerate(table([say(title) for title in HEAD], rows(story), width=WIDTH)):
        screen.row(line, "bold" if number == 0 else "")
    screen.line()
    screen.line(story.verdict)
    screen.line(
        msg(
            "All of it took %(seconds)s s. No pod, container, volume, network or secret is left.",
            seconds=f"{took:.1f}",
        )
    )
    kept = ", ".join(images.tag(service) for service in images.SERVICES)
    told = msg(
        "Kept: the database in %(folder)s, and the images %(images)s.", folder=folder, images=kept
    )
    screen.line(told)
    address = f"http://127.0.0.1:{settings.WORKBENCH_PORT}/applications/demo/"
    screen.line(msg("See it in the browser: bin/up, then %(address)s", address=address), "bold")


def _login() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"

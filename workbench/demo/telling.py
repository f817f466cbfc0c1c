"""From an empty machine to the table at the end, and back to an empty machine."""

from __future__ import annotations

import contextlib
import getpass
import io
import time
from collections import Counter
from pathlib import Path

from django.conf import settings
from django.core.management import call_command

from migrations_app import wiring
from migrations_app.actions import hosts
from migrations_app.domain.errors import EngineUnreachable, GateClosed, WorkbenchError
from migrations_app.domain.pipeline.gates import closed
from migrations_app.queries.actors import Actor
from workbench.demo import images
from workbench.demo.podman_host import PodmanHost
from workbench.demo.screen import WIDTH, Screen
from workbench.demo.story import Story, rows
from workbench.demo.table import table
from workbench.demo.work import Work
from workbench.demo.workers import Workers
from workbench.preparation import damage, migrate_if_needed

GOOD, NEGATIVE, UNAVAILABLE = 0, 1, 69
HEAD = ("SERVICE", "IN PODMAN", "ON KUBERNETES", "CHECKS", "REHEARSAL", "PHASE", "TIME")


def tell(screen: Screen, began: float) -> int:
    """Do all of it and return the exit code; whatever was started in Podman is gone afterwards."""
    folder: Path = settings.WORKBENCH_DATA_DIR
    screen.line("Kakehashi: three services from Podman to Kubernetes, on this machine.\n", "bold")
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
    except (images.NoBusyBox, EngineUnreachable) as error:
        screen.line(f"\n{error}", "bad")
        return UNAVAILABLE
    except WorkbenchError as error:
        _say_error(screen, error)
        return NEGATIVE
    finally:
        workers.stop()
    _show(screen, story, folder, time.monotonic() - began)
    return GOOD


def _prepare_database(screen: Screen) -> None:
    with screen.step("Preparing database and administrator") as said:
        problem = damage()
        if problem:
            screen.line(problem, "bad")
            raise SystemExit(UNAVAILABLE)
        # What these say is said here, at its place.
        heard = io.StringIO()
        with contextlib.redirect_stderr(heard):
            said.append("new" if migrate_if_needed() else "as it is")
            call_command("ensure_admin", stderr=heard)
        for line in heard.getvalue().splitlines():
            if "password" in line:
                screen.note(line, "bold")


def _podman(screen: Screen) -> PodmanHost:
    with screen.step("Reaching Podman") as said:
        local = hosts.local_host()
        info = wiring.podman_engine(local).info()
        said.append(f"Podman {info.version}, {info.runtime}, cgroups {info.cgroup_version}")
        said.append("rootless" if info.rootless else "rootful")
        return PodmanHost(wiring.podman_connection(local))


def _stage(screen: Screen, podman: PodmanHost, program: bytes) -> None:
    left_over = podman.remove()
    if left_over:
        screen.note(f"an interrupted demo had left {', '.join(left_over)}; removed")
    with screen.step("Building three images from scratch") as said:
        for service in images.SERVICES:
            podman.build(service, program)
        said.append("nothing pulled")
    with screen.step("Starting a pod of two containers and two containers") as said:
        podman.prepare()
        podman.start()
        podman.wait_until_healthy()
        said.append("all healthy")


def _tidy_up(screen: Screen, podman: PodmanHost) -> None:
    with screen.step("Removing what was started") as said:
        removed = podman.remove()
        kinds = Counter(thing.partition(" ")[0] for thing in removed)
        said.append(
            ", ".join(f"{n} {kind}{'s' * (n > 1)}" for kind, n in kinds.items()) or "nothing left"
        )


def _say_error(screen: Screen, error: WorkbenchError) -> None:
    screen.line()
    screen.line(str(error), "bad")
    if isinstance(error, GateClosed):
        for gate in closed(error.gates):
            screen.line(f"  {gate.code}: {gate.why}", "bad")
            for finding in gate.findings:
                screen.line(f"    {finding.code} {finding.place}: {finding.message} {finding.fix}")


def _show(screen: Screen, story: Story, folder: Path, took: float) -> None:
    screen.line()
    for number, line in enumerate(table(HEAD, rows(story), width=WIDTH)):
        screen.line(line, "bold" if number == 0 else "")
    kept = ", ".join(images.tag(service) for service in images.SERVICES)
    screen.line()
    screen.line(f"Audit trail: {story.verdict}")
    screen.line(
        f"All of it took {took:.1f} s. No pod, container, volume, network or secret is left."
    )
    screen.line(f"Kept: the database in {folder}, and the images")
    screen.line(f"  {kept}")
    screen.line(
        "See it in the browser: bin/up, then http://127.0.0.1:8000/applications/demo/", "bold"
    )


def _login() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"

"""Capturing: from names on a host to a stored source."""

from __future__ import annotations

from migrations_app import wiring
from migrations_app.actions.captures import finish_capture
from migrations_app.actions.hosts import note_seen
from migrations_app.domain.errors import EngineError
from migrations_app.domain.messages import msg
from migrations_app.tasks.execute import Job
from migrations_app.tasks.heart import Stopped


def capture(job: Job) -> None:
    """Inspect everything that was named, then store it as one source."""
    host = job.run.host
    assert host is not None  # noqa: S101 - no capture starts without a host
    job.step("connect")
    engine = wiring.podman_engine(host)
    info = engine.info()
    note_seen(host=host, info=info)
    job.say(f"Podman {info.version} on {host.name}")
    job.step("inspect")
    files: dict[str, bytes] = {}
    for name in job.run.params["names"]:
        job.check()
        captured = engine.capture(name)
        files |= captured.files
        job.say(f"{captured.name}: {len(captured.files)} inspections")
        for note in captured.notes:
            job.say(f"{captured.name}: {note}", stream="stderr")
    if not files:
        raise EngineError(msg("The host told nothing of what was named."), code="not_found")
    job.step("store")
    stored = finish_capture(claim=job.claim, run=job.run, files=files, schemas=wiring.schemas())
    if stored is None:
        raise Stopped(lost=True)

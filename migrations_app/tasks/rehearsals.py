"""Rehearsing: the steps of a run around the runner, and leaving nothing behind.

Everything that is made in Podman carries labels that say whose it is (this installation), which
run and which attempt. An attempt first removes what older ones left, and at its end what it made
itself, however it ends. What neither can do, the reaper does (``actions.collecting``).
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import Any

from django.conf import settings

from migrations_app import wiring
from migrations_app.actions import casting, rehearsals
from migrations_app.actions.casting import Cast
from migrations_app.actions.collecting import Marks
from migrations_app.actions.hosts import note_seen
from migrations_app.actions.rehearsal_runner import Pace, Rehearser
from migrations_app.domain.checks.rehearsals import rehearsal_findings
from migrations_app.domain.errors import EngineError
from migrations_app.domain.messages import msg
from migrations_app.domain.rehearsal import records
from migrations_app.domain.rehearsal.derive import RehearsalCopy, derive
from migrations_app.domain.rehearsal.host_rules import host_deviations
from migrations_app.domain.rehearsal.peers import Part
from migrations_app.domain.rehearsal.values import Deviation, Peers
from migrations_app.domain.rehearsal.verdict import judge
from migrations_app.models import Rehearsal
from migrations_app.ports import Clock, EngineInfo, PodmanEngine
from migrations_app.tasks.execute import Job
from migrations_app.tasks.heart import Stopped

EXPANDS_REFERENCES = (4, 7)
"""The first Podman that expands ``$(VAR)`` itself."""


def rehearse(job: Job) -> None:
    """Play a copy of the revision on the host, watch it, and keep the verdict."""
    host = job.run.host
    assert host is not None  # noqa: S101 - no rehearsal starts without a host
    rehearsal = rehearsals.of_run(job.run)
    engine, clock = wiring.podman_engine(host), wiring.clock()
    job.step("prepare")
    info = engine.info()
    note_seen(host=host, info=info)
    job.say(f"Podman {info.version} on {host.name}")
    marks = Marks.of(job.claim, made=clock.now())
    for older in marks.older_attempts():
        for name in engine.remove_labelled(*older):
            job.say(f"removed {name}, left by an attempt before this one")
    cast = _cast(rehearsal, Peers(job.run.params["peers"]))
    job.journal.hider.also(cast.secrets)
    cast = _at_home(cast, engine)
    copy = _copy(cast, marks, info)
    runner = _runner(job, engine, clock, marks)
    try:
        _play(job, runner, copy, marks, engine)
    finally:
        runner.seen.left_over = _clean_up(job, engine, marks)
    _finish(job, rehearsal, cast, copy, runner, info)


def _cast(rehearsal: Rehearsal, peers: Peers) -> Cast:
    return casting.with_values(casting.cast(rehearsal.revision, peers), rehearsal.revision)


def _at_home(cast: Cast, engine: PodmanEngine) -> Cast:
    """The cast with the images that the host really has: as captured, else as they are named."""
    known: dict[str, str | None] = {}

    def find(reference: str) -> str | None:
        if reference not in known:
            known[reference] = engine.image_id(reference)
        return known[reference]

    def part(old: Part) -> Part:
        found: dict[str, str] = {}
        for image in casting.images(old.objects):
            at_home = old.images.get(image)
            identity = (find(at_home) if at_home else None) or find(image)
            if identity:
                found[image] = identity
        return replace(old, images=found)

    return replace(cast, subject=part(cast.subject), peers=tuple(map(part, cast.peers)))


def _copy(cast: Cast, marks: Marks, info: EngineInfo) -> RehearsalCopy:
    copy = derive(
        cast.subject,
        cast.peers,
        cast.shared,
        prefix=marks.prefix,
        labels=marks.labels,
        escape_references=info.version_tuple >= EXPANDS_REFERENCES,
    )
    shut_in = Deviation(
        msg("No way out of the network"),
        msg("the cluster's network"),
        msg("a network of this run alone"),
    )
    added = (*cast.invented, shut_in, *host_deviations(info.version_tuple, rootless=info.rootless))
    return replace(copy, deviations=(*copy.deviations, *added))


def _runner(job: Job, engine: PodmanEngine, clock: Clock, marks: Marks) -> Rehearser:
    assert job.run.host is not None  # noqa: S101 - looked at before
    return Rehearser(
        engine=engine,
        prober=wiring.prober(job.run.host),
        clock=clock,
        network=marks.network,
        say=job.journal.say,
        check=job.check,
        pace=Pace(
            deadline=settings.WORKBENCH_REHEARSAL_DEADLINE, watch=settings.WORKBENCH_REHEARSAL_WATCH
        ),
    )


def _play(
    job: Job, runner: Rehearser, copy: RehearsalCopy, marks: Marks, engine: PodmanEngine
) -> None:
    if copy.missing_images:
        runner.seen.obstacle = msg(
            "%(images)s: no such image on this host, and a rehearsal pulls none. Build or pull it "
            "there, then rehearse again.",
            images=", ".join(copy.missing_images),
        )
        return
    job.step("play")
    engine.create_network(marks.network, labels=marks.labels, internal=True)
    if not runner.play_peers(copy):
        return
    runner.start_subject(copy)
    job.step("probe")
    runner.observe_subject()
    job.step("measure")
    runner.measured(copy)
    runner.stop(copy)


def _clean_up(job: Job, engine: PodmanEngine, marks: Marks) -> list[str]:
    """Remove everything of this attempt; what cannot be removed now is left to the reaper."""
    with suppress(Stopped):  # cleaning up comes first; whoever asked to stop is heard afterwards
        job.step("clean_up")
    try:
        for name in engine.remove_labelled(*marks.mine):
            job.say(f"removed {name}")
    except EngineError as error:
        job.say(f"cleaning up: {error.message}; the reaper tries again", stream="stderr")
        return [f"{marks.mine[0]}={marks.mine[1]}"]
    return []


def _finish(
    job: Job,
    rehearsal: Rehearsal,
    cast: Cast,
    copy: RehearsalCopy,
    runner: Rehearser,
    info: EngineInfo,
) -> None:
    verdict = judge(cast.subject.objects, copy, runner.seen)
    job.say(f"{verdict.outcome.value}: {verdict.reason}")
    job.journal.flush()
    found = rehearsal_findings(verdict, runner.seen, cast.subject.objects)
    fields: dict[str, Any] = {
        **records.verdict(verdict, runner.seen, found),
        "probes": runner.probe_log,
        "usage": runner.meter.samples,
        "peak": dict(runner.seen.peak),
        "podman_version": info.version,
    }
    kept = rehearsals.finish_rehearsal(
        claim=job.claim,
        rehearsal=rehearsal,
        fields=job.journal.hider.value(fields),
        peers=[
            {
                "service": key,
                "revision": revision.number,
                "base_digest": revision.base_digest,
                "up": key in runner.seen.peers_up,
            }
            for key, revision in cast.revisions.items()
        ],
    )
    if not kept:
        raise Stopped(lost=True)

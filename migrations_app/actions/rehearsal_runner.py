"""Playing a copy and watching it: the part of a rehearsal that meets Podman.

Nothing here touches the database. The engine, the prober and the clock come as arguments; what is
said goes to a sink; ``check`` raises when the run is to stop. What was created is removed by the
caller, by label, however this ends.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field

from migrations_app.actions.rehearsal_meter import Meter
from migrations_app.actions.rehearsal_words import describe, exit_message, short
from migrations_app.domain.errors import EngineError
from migrations_app.domain.messages import Message, counted, msg
from migrations_app.domain.rehearsal.derive import RehearsalCopy
from migrations_app.domain.rehearsal.schedule import ProbeBoard, ProbeTrack
from migrations_app.domain.rehearsal.values import PodCopy, ProbeKind
from migrations_app.domain.rehearsal.verdict import Observations
from migrations_app.domain.words import word
from migrations_app.ports import (
    Clock,
    ContainerState,
    FileDrop,
    PodmanEngine,
    Prober,
    ProbeTarget,
)

NOT_STARTED = "not_started"
"""The code with which an engine says that a container itself could not start."""

Say = Callable[[str, str, str], None]
"""Takes source, stream and text of one line."""


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds: how long to wait for readiness, to watch afterwards, and between two looks."""

    deadline: float = 120.0
    watch: float = 6.0
    look_every: float = 0.3
    sample_every: float = 1.0


@dataclass(slots=True)
class Rehearser:
    """One rehearsal on one engine. Steps are called in order: peers, start, observe, stop."""

    engine: PodmanEngine
    prober: Prober
    clock: Clock
    network: str
    say: Say
    check: Callable[[], None]
    pace: Pace = field(default_factory=Pace)
    seen: Observations = field(default_factory=Observations)
    probe_log: list[dict[str, object]] = field(default_factory=list)
    _boards: list[tuple[PodCopy, ProbeBoard]] = field(default_factory=list)
    _unprobeable: Message | None = None
    meter: Meter = field(init=False)
    _lines: dict[str, int] = field(default_factory=dict)
    _started: float = 0.0

    def __post_init__(self) -> None:
        self.meter = Meter(self.engine, self.clock, self.pace.sample_every)

    def play_peers(self, copy: RehearsalCopy) -> bool:
        """Bring up the peers, each ready before the next. False: one is in the way of a verdict."""
        for pod in copy.peers:
            self.say("runner", "stdout", f"peer {pod.workload} starts as pod {pod.name}")
            problem = self._bring_up(pod)
            if problem is not None:
                self.seen.obstacle = msg(
                    "Peer %(peer)s did not come up: %(why)s", peer=pod.workload, why=problem
                )
                return False
        self.seen.peers_up = copy.peer_services
        return True

    def _bring_up(self, pod: PodCopy) -> Message | None:
        try:
            board = self._play(pod)
        except EngineError as error:
            if error.transient:
                raise
            return error.message
        return self._until_ended(pod) if pod.to_the_end else self._until_ready(pod, board)

    def start_subject(self, copy: RehearsalCopy) -> None:
        """Start what is rehearsed. A container that cannot start is a finding, not a failure."""
        for pod in copy.subject:
            self.say("runner", "stdout", f"{pod.workload} starts as pod {pod.name}")
            try:
                self._boards.append((pod, self._play(pod)))
            except EngineError as error:
                if error.transient:
                    raise
                if error.code == NOT_STARTED:
                    self.seen.failure = error.message
                    self._last_words(pod)
                else:
                    self.seen.obstacle = error.message
                return
        self.seen.tracks = [track for _pod, board in self._boards for track in board.tracks]

    def _last_words(self, pod: PodCopy) -> None:
        """What containers said that ended before the pod had started; not every Podman keeps it."""
        with suppress(EngineError):
            self.pump(pod)
            self._note_exit_codes(pod)

    def observe_subject(self) -> None:
        """Watch until it is ready or has ended, and a while after."""
        if self.seen.failure is not None or self.seen.obstacle is not None:
            return
        for pod, board in self._boards:
            problem = self._until_ended(pod) if pod.to_the_end else self._until_ready(pod, board)
            if problem is not None:
                self.seen.failure = problem
                self._note_exit_codes(pod)
                return
        lasting = [(pod, board) for pod, board in self._boards if not pod.to_the_end]
        if lasting:
            self.seen.ready_at = self._now()
            self.say("runner", "stdout", f"ready after {self.seen.ready_at:.1f} s")
            self._watch(lasting)
        if self.seen.failure is None:
            self.seen.obstacle = self._unprobeable

    def stop(self, copy: RehearsalCopy) -> None:
        """Stop the subject as a kubelet would, and see whether it heeds SIGTERM in time."""
        if self.seen.failure is not None or self.seen.obstacle is not None:
            return
        for pod in copy.subject:
            if pod.to_the_end:
                continue
            self._note_users(pod)
            begun = self.clock.monotonic()
            self.say("runner", "stdout", f"SIGTERM to {pod.name}, grace {pod.grace} s")
            self.engine.stop(pod.name, timeout=pod.grace)
            took = self.clock.monotonic() - begun
            states = self.engine.states(pod.name)
            killed = any(state.exit_code == 137 for state in states)
            self.seen.stop_took = took
            self.seen.stop_in_time = not killed
            self.pump(pod)
            self.say("runner", "stdout", f"{pod.name} stopped after {took:.1f} s")

    def pump(self, pod: PodCopy) -> list[ContainerState]:
        """Bring the new log lines of a pod's containers into the log; returns their states."""
        states = [s for s in self.engine.states(pod.name) if s.name]
        for state in states:
            since = self._lines.get(state.id, 0)
            for line in self.engine.logs(state.id, since=since):
                since += 1
                self.say(short(pod, state.name), line.stream, line.text)
            self._lines[state.id] = since
        return states

    def _play(self, pod: PodCopy) -> ProbeBoard:
        self.check()
        self.engine.play(
            pod.text,
            network=self.network,
            aliases={pod.name: pod.aliases},
            files=[FileDrop(f.container, f.path, f.content, f.mode) for f in pod.files],
        )
        self._started = self.clock.monotonic()
        return ProbeBoard.of(pod.probes)

    def _now(self) -> float:
        return self.clock.monotonic() - self._started

    def _until_ready(self, pod: PodCopy, board: ProbeBoard) -> Message | None:
        """None when the pod is ready, else why it never will be (or was not in time)."""
        while True:
            problem = self._look(pod, board)
            if problem is not None:
                return problem
            if board.ready:
                return None
            if self._now() > self.pace.deadline:
                return msg(
                    "%(pod)s was not ready within %(seconds)s s.",
                    pod=pod.workload,
                    seconds=round(self.pace.deadline),
                )
            self.clock.sleep(self.pace.look_every)

    def _until_ended(self, pod: PodCopy) -> Message | None:
        """None when every container has ended with 0."""
        while True:
            self.check()
            states = [s for s in self.pump(pod) if short(pod, s.name) in pod.containers]
            self._sample(pod, states)
            ended = [s for s in states if not s.running and s.exit_code is not None]
            for state in ended:
                if state.exit_code != 0:
                    return exit_message(pod, state)
            if states and len(ended) == len(states):
                self.seen.exit_codes = {short(pod, s.name): s.exit_code or 0 for s in ended}
                return None
            if self._now() > self.pace.deadline:
                return msg(
                    "%(pod)s did not end within %(seconds)s s.",
                    pod=pod.workload,
                    seconds=round(self.pace.deadline),
                )
            self.clock.sleep(self.pace.look_every)

    def _watch(self, boards: list[tuple[PodCopy, ProbeBoard]]) -> None:
        """Keep looking for a while: a service that is ready once has shown little."""
        begun = self._now()
        slowest = max(
            (track.plan.period for _pod, board in boards for track in board.tracks), default=0.0
        )
        until = begun + max(self.pace.watch, min(slowest * 1.5, 30.0))
        while self._now() < until:
            for pod, board in boards:
                problem = self._look(pod, board)
                if problem is not None:
                    self.seen.failure = problem
                    self._note_exit_codes(pod)
                    self.seen.watched_for = self._now() - begun
                    return
            self.clock.sleep(self.pace.look_every)
        self.seen.watched_for = self._now() - begun
        unready = [pod for pod, board in boards if not board.ready]
        if unready:
            self.seen.failure = msg(
                "%(pod)s was ready, and then was not any more.", pod=unready[0].workload
            )

    def _look(self, pod: PodCopy, board: ProbeBoard) -> Message | None:
        """One round: states, log, samples, due probes. Returns why the pod is broken, if it is."""
        self.check()
        states = self.pump(pod)
        for state in states:
            if short(pod, state.name) in pod.containers and not state.running:
                if state.exit_code is not None:
                    return exit_message(pod, state)
        self._sample(pod, states)
        for track in board.due(self._now()):
            self._probe(pod, states, track)
        broken = board.would_restart
        if broken is not None:
            return counted(
                "Container %(container)s would be restarted: its %(kind)s probe missed once.",
                "Container %(container)s would be restarted: its %(kind)s probe missed "
                "%(count)s times in a row.",
                container=broken.plan.container,
                kind=word("probe", broken.plan.kind),
                count=broken.in_a_row,
            )
        return None

    def _probe(self, pod: PodCopy, states: list[ContainerState], track: ProbeTrack) -> None:
        plan = track.plan
        state = next((s for s in states if short(pod, s.name) == plan.container), None)
        if state is None:
            return
        result = self.prober.probe(
            ProbeTarget(
                pod=pod.name,
                container=state.id,
                address=state.address,
                action=plan.action.value,
                port=plan.port,
                path=plan.path,
                scheme=plan.scheme,
                host=plan.host,
                headers=plan.headers,
                command=plan.command,
                timeout=plan.timeout,
            )
        )
        name = f"{plan.container} {plan.kind.value}"
        if result.ok is None:
            if name not in self.seen.unprobed:
                self.seen.unprobed = (*self.seen.unprobed, name)
                self.say("prober", "stderr", f"{name}: {result.detail}")
            if plan.kind is not ProbeKind.LIVENESS:
                self._unprobeable = msg(
                    "The %(kind)s probe of %(container)s could not be run: %(why)s",
                    kind=word("probe", plan.kind),
                    container=plan.container,
                    why=result.detail,
                )
            track.record(ok=True, now=self._now())
            return
        track.record(ok=result.ok, now=self._now())
        self.probe_log.append(
            {
                "at": round(self._now(), 2),
                "container": plan.container,
                "kind": plan.kind.value,
                "ok": result.ok,
                "pod": pod.workload,
            }
        )
        if result.loopback_only and plan.container not in self.seen.loopback_only:
            self.seen.loopback_only = (*self.seen.loopback_only, plan.container)
        streak = "" if result.ok else f" ({track.in_a_row} of {plan.failure_threshold})"
        took = f" in {result.took * 1000:.0f} ms"
        stream = "stdout" if result.ok else "stderr"
        self.say("prober", stream, f"{name} {describe(plan.action)} {result.detail}{streak}{took}")

    def _sample(self, pod: PodCopy, states: Iterable[ContainerState]) -> None:
        running = {s.id: short(pod, s.name) for s in states if s.running}
        self.meter.sample(pod.workload, running, self._now())

    def measured(self, copy: RehearsalCopy) -> None:
        """Close the books: the peaks of the subject, and the last words of the peers."""
        self.seen.peak = self.meter.peak({pod.workload for pod in copy.subject})
        for pod in copy.peers:
            self.pump(pod)

    def _note_users(self, pod: PodCopy) -> None:
        """Who the processes really run as, where a container can be asked."""
        users: dict[str, str] = dict(self.seen.users)
        for state in self.engine.states(pod.name):
            user = self.engine.running_user(state.id)
            if user:
                users[short(pod, state.name)] = user
        self.seen.users = users

    def _note_exit_codes(self, pod: PodCopy) -> None:
        self.seen.exit_codes = {
            short(pod, state.name): state.exit_code
            for state in self.engine.states(pod.name)
            if state.exit_code is not None and not state.running
        }

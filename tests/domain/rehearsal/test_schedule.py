"""When probes are due and what their results mean, as a kubelet sees it."""

from __future__ import annotations

import pytest

from migrations_app.domain.rehearsal.probe_plans import probe_plans
from migrations_app.domain.rehearsal.schedule import ProbeBoard, ProbeTrack
from migrations_app.domain.rehearsal.values import ProbeAction, ProbeKind, ProbePlan


def plan(kind: ProbeKind, **timing: float) -> ProbePlan:
    return ProbePlan("app", kind, ProbeAction.TCP, port=80, **timing)  # type: ignore[arg-type]


STARTUP, READY, LIVE = ProbeKind.STARTUP, ProbeKind.READINESS, ProbeKind.LIVENESS


def test_a_probe_waits_for_its_delay_and_its_period() -> None:
    board = ProbeBoard.of((plan(READY, initial_delay=5, period=2),))
    assert board.due(4.9) == []
    (track,) = board.due(5)
    track.record(ok=True, now=5)
    assert board.due(6.9) == []
    assert board.due(7) == [track]


def test_a_start_up_probe_holds_the_others_back() -> None:
    board = ProbeBoard.of((plan(STARTUP), plan(READY), plan(LIVE)))
    assert [t.plan.kind for t in board.due(0)] == [STARTUP]
    board.tracks[0].record(ok=True, now=0)
    assert [t.plan.kind for t in board.due(0)] == [READY, LIVE]
    assert [t.plan.kind for t in board.due(100)] == [READY, LIVE], "it runs once only"


def test_readiness_takes_so_many_successes_in_a_row() -> None:
    track = ProbeTrack(plan(READY, success_threshold=2, failure_threshold=3))
    board = ProbeBoard([track])
    for ok, ready in [(True, False), (False, False), (True, False), (True, True)]:
        track.record(ok=ok, now=0)
        assert board.ready is ready
    for ready in (True, True, False):
        track.record(ok=False, now=0)
        assert board.ready is ready
    assert board.would_restart is None, "a pod that is not ready is not restarted"


@pytest.mark.parametrize("kind", [STARTUP, LIVE])
def test_so_many_misses_are_a_restart(kind: ProbeKind) -> None:
    track = ProbeTrack(plan(kind, failure_threshold=2))
    board = ProbeBoard([track])
    track.record(ok=False, now=0)
    assert not board.gave_up
    track.record(ok=False, now=1)
    assert board.would_restart is track
    assert (track.tries, track.misses, track.in_a_row) == (2, 2, 2)


def test_without_probes_a_pod_is_ready() -> None:
    assert ProbeBoard.of(()).ready
    assert ProbeBoard.of((plan(LIVE),)).ready


def test_the_defaults_are_those_of_kubernetes() -> None:
    (made,) = probe_plans([{"name": "app", "livenessProbe": {"tcpSocket": {"port": 80}}}])
    assert (made.initial_delay, made.period, made.timeout) == (0, 10, 1)
    assert (made.success_threshold, made.failure_threshold) == (1, 3)


@pytest.mark.parametrize(
    ("probe", "action", "port"),
    [
        ({"httpGet": {"port": "http", "path": "/x"}}, ProbeAction.HTTP, 8080),
        ({"httpGet": {"port": 81}}, ProbeAction.HTTP, 81),
        ({"tcpSocket": {"port": "81"}}, ProbeAction.TCP, 81),
        ({"tcpSocket": {"port": "nowhere"}}, ProbeAction.TCP, 0),
        ({"exec": {"command": ["a", "b"]}}, ProbeAction.EXEC, 0),
        ({"grpc": {"port": 9}}, ProbeAction.GRPC, 9),
    ],
)
def test_actions_and_named_ports(probe: dict, action: ProbeAction, port: int) -> None:
    container = {
        "name": "app",
        "ports": [{"name": "http", "containerPort": 8080}],
        "readinessProbe": probe,
    }
    (made,) = probe_plans([container])
    assert (made.action, made.port) == (action, port)


def test_a_probe_without_an_action_is_none() -> None:
    assert list(probe_plans([{"name": "app", "readinessProbe": {"periodSeconds": 3}}])) == []

"""What a rehearsal proved, simulated and left open; and which image stands behind a reference."""

from __future__ import annotations

import pytest

from migrations_app.domain.messages import msg
from migrations_app.domain.provenance import Change, Origin, Step, StepKind
from migrations_app.domain.rehearsal import records
from migrations_app.domain.rehearsal.host_rules import host_deviations
from migrations_app.domain.rehearsal.images import known_at_home
from migrations_app.domain.rehearsal.schedule import ProbeTrack
from migrations_app.domain.rehearsal.values import ProbeAction, ProbeKind, ProbePlan
from migrations_app.domain.rehearsal.verdict import Observations, Verdict, judge
from migrations_app.domain.transforms.base import Recorded
from tests.domain.rehearsal.making import copy_of, deployment, objects, part, service

TEXT = deployment("web", "", ", nodeSelector: {disk: ssd}") + service("web")


def judged(seen: Observations, text: str = TEXT) -> Verdict:
    return judge(objects(text), copy_of(part("web", text)), seen)


def what(claims: tuple) -> list[str]:
    return [str(claim.what) for claim in claims]


def ready_track() -> ProbeTrack:
    track = ProbeTrack(ProbePlan("app", ProbeKind.READINESS, ProbeAction.TCP, port=80))
    track.record(ok=True, now=1)
    return track


def test_passed() -> None:
    seen = Observations(
        ready_at=1.2,
        watched_for=6,
        tracks=[ready_track()],
        peers_up=["api"],
        users={"app": "1000"},
        peak={"app": {"memory": 5 * 2**20, "cpu": 3}},
        stop_took=0.3,
        stop_in_time=True,
    )
    verdict = judged(seen)
    assert verdict.outcome == "passed"
    assert str(verdict.reason) == "It became ready after 1.2 s and stayed so."
    assert what(verdict.proven) == [
        "It becomes ready",
        "It stays up for 6 s without a restart",
        "api was up under its Service name",
        "Container app runs as 1000",
        "Container app stays within its memory limit",
        "It stops within its grace period",
    ]
    assert len(verdict.simulated) == len(verdict.deviations) > 0
    assert verdict.simulated[0].evidence == "deviation:1"


def test_failed_says_why_and_proves_less() -> None:
    verdict = judged(Observations(failure=msg("It ended."), tracks=[ready_track()]))
    assert (verdict.outcome, str(verdict.reason)) == ("failed", "It ended.")
    assert verdict.proven == ()


def test_inconclusive_proves_nothing_at_all() -> None:
    verdict = judged(Observations(obstacle=msg("No image."), ready_at=1, tracks=[ready_track()]))
    assert verdict.outcome == "inconclusive"
    assert (verdict.proven, verdict.simulated) == ((), ())


def test_without_a_copy_there_is_a_verdict_too() -> None:
    verdict = judge(objects(TEXT), None, Observations(obstacle=msg("Refused.")))
    assert verdict.outcome == "inconclusive"
    assert verdict.deviations == ()


def test_what_only_a_cluster_can_show_stays_open() -> None:
    claims = what(judged(Observations(ready_at=1)).not_proven)
    assert "The cluster can pull the images" in claims
    assert "Admission, quota and scheduling accept it" in claims
    assert "Node selection finds a node" in claims
    assert "It says when it is ready" in claims, "there is no readiness probe"


def test_a_job_ends_well() -> None:
    text = (
        "{apiVersion: batch/v1, kind: Job, metadata: {name: web}, spec: {template: {spec: "
        "{containers: [{name: c, image: 'localhost/web:1'}]}}}}"
    )
    verdict = judged(Observations(exit_codes={"c": 0}), text)
    assert verdict.outcome == "passed"
    assert what(verdict.proven) == ["Job/web ends with exit code 0"]


def test_a_verdict_as_plain_values() -> None:
    seen = Observations(ready_at=1.0, stop_took=0.5, exit_codes={"app": 0})
    plain = records.verdict(judged(seen), seen)
    assert plain["outcome"] == "passed"
    assert plain["summary"]["ready_at"] == 1.0
    assert plain["summary"]["reason"]["params"] == {"seconds": "1.0"}
    assert set(plain["deviations"][0]) == {"what", "manifest", "played"}
    assert set(plain["not_proven"][0]) == {"what", "how", "evidence"}


@pytest.mark.parametrize(
    ("version", "rootless", "count"),
    [((5, 8, 0), True, 0), ((5, 6, 1), True, 0), ((5, 6, 0), True, 1), ((4, 3, 1), False, 2)],
)
def test_what_a_host_takes_away(version: tuple[int, ...], rootless: bool, count: int) -> None:
    assert len(host_deviations(version, rootless=rootless)) == count


def moved(before: str, after: str, kind: StepKind = StepKind.PRESET) -> Recorded:
    path = ("spec", "template", "spec", "containers", 0, "image")
    return Recorded(
        0, "Deployment/web", Change(Step(kind, "registry"), path, before, after, Origin())
    )


WEB = objects(deployment("web").replace("localhost/web:1", "registry.example.com/web:abc"))


class TestImages:
    def test_the_captured_id_follows_the_rewriting(self) -> None:
        changes = [moved("localhost/web:1", "registry.example.com/web:abc")]
        found = known_at_home({"localhost/web:1": "a" * 64}, changes, WEB)
        assert found == {"registry.example.com/web:abc": "a" * 64}

    def test_over_several_steps(self) -> None:
        changes = [moved("web", "mirror/web"), moved("mirror/web", "registry.example.com/web:abc")]
        assert known_at_home({}, changes, WEB) == {"registry.example.com/web:abc": "web"}

    def test_an_image_set_by_hand_is_another_one(self) -> None:
        changes = [moved("localhost/web:1", "registry.example.com/web:abc", StepKind.ANSWER)]
        assert known_at_home({"localhost/web:1": "a" * 64}, changes, WEB) == {}

    def test_what_is_not_used_is_left_out(self) -> None:
        assert known_at_home({"localhost/other:1": "b" * 64}, [], WEB) == {}

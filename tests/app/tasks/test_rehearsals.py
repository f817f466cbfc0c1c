"""Rehearsals from the wish to the verdict, on a Podman host in memory."""

from __future__ import annotations

import pytest
from django.conf import LazySettings

from migrations_app.actions import runs
from migrations_app.actions.hosts import local_host
from migrations_app.actions.rehearsals import start_application_rehearsal, start_rehearsal
from migrations_app.adapters.fakes import Behaviour
from migrations_app.domain.errors import (
    Conflict,
    EngineError,
    EngineUnreachable,
    InvalidInput,
    NotAllowed,
    RunActive,
)
from migrations_app.domain.messages import msg
from migrations_app.domain.rehearsal.values import Peers
from migrations_app.models import Application, AuditEvent, Host, Rehearsal, Run, RunLogLine
from migrations_app.ports import ExecResult
from migrations_app.queries.actors import Actor
from tests.app.tasks.conftest import API, JOB, WEB, Store, WatchedPodman, Work, nothing_left

pytestmark = pytest.mark.django_db(transaction=True)

BOTH = {"web.yaml": WEB, "api.yaml": API}


def rehearsal_of(run: Run) -> Rehearsal:
    return Rehearsal.objects.get(run=run)


def log_of(run: Run) -> str:
    return "\n".join(RunLogLine.objects.filter(run=run).values_list("text", flat=True))


def wording(claims: list[dict]) -> str:
    return "\n".join(c["what"]["text"] % c["what"]["params"] for c in claims)


def test_a_service_that_comes_up_passes(
    operator: Actor, host: WatchedPodman, store: Store, work: Work
) -> None:
    web = store({"web.yaml": WEB})["web"]
    version = web.version
    run = work(start_rehearsal(actor=operator, service=web))
    rehearsal = rehearsal_of(run)
    web.refresh_from_db()
    assert (run.state, run.outcome, run.result_type) == ("succeeded", "passed", "rehearsal")
    assert run.result_id == str(rehearsal.pk)
    assert rehearsal.outcome == "passed"
    assert rehearsal.ended is not None
    assert rehearsal.podman_version == "5.8.0"
    assert rehearsal.summary["ready_at"] >= 2
    assert "It becomes ready" in wording(rehearsal.proven)
    assert "It stops within its grace period" in wording(rehearsal.proven)
    assert rehearsal.peak["web"]["memory"] == 8 * 2**20
    assert {probe["kind"] for probe in rehearsal.probes} == {"readiness", "liveness"}
    assert web.version > version, "what gates read has changed"
    assert [s.state for s in run.steps.all()] == ["succeeded"] * 5
    assert "up" in log_of(run).splitlines()
    assert nothing_left(host)
    event = AuditEvent.objects.get(tag="rehearsal:ended")
    assert event.digest == rehearsal.base_digest


def test_a_service_that_ends_by_itself_fails(
    operator: Actor, host: WatchedPodman, store: Store, work: Work
) -> None:
    host.behaviours["web"] = Behaviour(exits=(1, 3))
    web = store({"web.yaml": WEB})["web"]
    run = work(start_rehearsal(actor=operator, service=web))
    rehearsal = rehearsal_of(run)
    assert (run.state, rehearsal.outcome) == ("succeeded", "failed")
    assert rehearsal.summary["reason"]["params"]["code"] == 3
    assert rehearsal.summary["exit_codes"] == {"web": 3}
    assert nothing_left(host)


def test_a_service_that_never_answers_fails_at_the_deadline(
    operator: Actor, host: WatchedPodman, store: Store, work: Work, settings: LazySettings
) -> None:
    settings.WORKBENCH_REHEARSAL_DEADLINE = 20
    host.behaviours["web"] = Behaviour()
    text = WEB.replace("          livenessProbe: {tcpSocket: {port: http}, periodSeconds: 2}\n", "")
    web = store({"web.yaml": text})["web"]
    rehearsal = rehearsal_of(work(start_rehearsal(actor=operator, service=web)))
    assert rehearsal.outcome == "failed"
    assert "not ready within" in rehearsal.summary["reason"]["text"]
    assert nothing_left(host)


def test_a_liveness_probe_that_fails_is_a_restart(
    operator: Actor, host: WatchedPodman, store: Store, work: Work
) -> None:
    host.behaviours["web"] = Behaviour(listens={9090: 200})
    web = store({"web.yaml": WEB})["web"]
    rehearsal = rehearsal_of(work(start_rehearsal(actor=operator, service=web)))
    assert rehearsal.outcome == "failed"
    assert "would be restarted" in rehearsal.summary["reason"]["text"]


def test_without_a_local_image_nothing_is_concluded(
    operator: Actor, host: WatchedPodman, store: Store, work: Work
) -> None:
    host.images.clear()
    web = store({"web.yaml": WEB})["web"]
    run = work(start_rehearsal(actor=operator, service=web))
    rehearsal = rehearsal_of(run)
    assert (run.state, rehearsal.outcome) == ("succeeded", "inconclusive")
    assert "localhost/web:1" in str(rehearsal.summary["reason"]["params"])
    assert not any(call == "play" for call in host.calls)
    assert nothing_left(host)


def test_peers_come_first_and_share_their_secret(
    operator: Actor, host: WatchedPodman, store: Store, work: Work
) -> None:
    host.behaviours["api"] = Behaviour(answers=lambda command: ExecResult(0, "ready"))
    run = work(start_rehearsal(actor=operator, service=store(BOTH)["web"]))
    rehearsal = rehearsal_of(run)
    assert rehearsal.outcome == "passed", log_of(run)
    assert [peer["service"] for peer in rehearsal.peers] == ["api"]
    assert rehearsal.peers[0]["up"]
    assert ["a" * 64 in text for text in host.texts] == [True, False], "the peer, then the subject"
    assert "correct-horse-battery" in host.texts[0], "the real value is played"
    assert "exec" in log_of(run)
    assert nothing_left(host)


def test_a_peer_that_does_not_come_up_is_in_the_way(
    operator: Actor, host: WatchedPodman, store: Store, work: Work
) -> None:
    host.behaviours["api"] = Behaviour(exits=(0.5, 1))
    web = store(BOTH)["web"]
    rehearsal = rehearsal_of(work(start_rehearsal(actor=operator, service=web)))
    assert rehearsal.outcome == "inconclusive"
    alone = rehearsal_of(work(start_rehearsal(actor=operator, service=web, peers=Peers.NONE)))
    assert (alone.number, alone.outcome, alone.peers) == (2, "passed", [])


def test_an_exec_probe_decides(
    operator: Actor, host: WatchedPodman, store: Store, work: Work, settings: LazySettings
) -> None:
    settings.WORKBENCH_REHEARSAL_DEADLINE = 10
    host.behaviours["api"] = Behaviour(answers=lambda command: ExecResult(1, "no"))
    api = store(BOTH)["api"]
    assert rehearsal_of(work(start_rehearsal(actor=operator, service=api))).outcome == "failed"
    host.behaviours["api"] = Behaviour(answers=lambda command: ExecResult(0, "yes"))
    assert rehearsal_of(work(start_rehearsal(actor=operator, service=api))).outcome == "passed"


@pytest.mark.parametrize(("code", "outcome"), [(0, "passed"), (7, "failed")])
def test_a_job_is_waited_for(
    operator: Actor, host: WatchedPodman, store: Store, work: Work, code: int, outcome: str
) -> None:
    host.behaviours["load"] = Behaviour(exits=(1.5, code))
    load = store({"load.yaml": JOB})["load"]
    rehearsal = rehearsal_of(work(start_rehearsal(actor=operator, service=load)))
    assert rehearsal.outcome == outcome
    assert rehearsal.summary["exit_codes"] == {"load": code}
    assert nothing_left(host)


def test_a_play_that_fails_half_way_leaves_nothing(
    operator: Actor, host: WatchedPodman, store: Store, work: Work
) -> None:
    web = store({"web.yaml": WEB})["web"]
    host.breaks_at_start = EngineError(msg("Podman refused it: no space left"), code="refused")
    run = work(start_rehearsal(actor=operator, service=web))
    rehearsal = rehearsal_of(run)
    assert (run.state, rehearsal.outcome) == ("succeeded", "inconclusive")
    assert nothing_left(host)


def test_a_container_that_cannot_start_is_the_services_fault(
    operator: Actor, host: WatchedPodman, store: Store, work: Work
) -> None:
    web = store({"web.yaml": WEB})["web"]
    host.fail("play", EngineError(msg("web: no such command"), code="not_started"))
    assert rehearsal_of(work(start_rehearsal(actor=operator, service=web))).outcome == "failed"


def test_a_host_that_does_not_answer_is_tried_again_three_times(
    operator: Actor, host: WatchedPodman, store: Store, work: Work
) -> None:
    web = store({"web.yaml": WEB})["web"]
    run = start_rehearsal(actor=operator, service=web)
    for attempt in (1, 2, 3):
        host.fail("info", EngineUnreachable(msg("No Podman service listens here.")))
        Run.objects.filter(pk=run.pk).update(not_before=None)
        run = work(run)
        assert (run.attempt, run.state) == (attempt, "queued" if attempt < 3 else "failed")
    assert run.error_code == "engine_unreachable"


def test_an_attempt_removes_what_the_one_before_it_left(
    operator: Actor, host: WatchedPodman, store: Store, work: Work
) -> None:
    web = store({"web.yaml": WEB})["web"]
    run = start_rehearsal(actor=operator, service=web)
    label = {"io.kakehashi.attempt": f"{run.pk}.1"}
    host.create_network("left", labels=label, internal=True)
    Run.objects.filter(pk=run.pk).update(attempt=1)
    run = work(run)
    assert (run.attempt, run.outcome) == (2, "passed")
    assert "removed network/left" in log_of(run)
    assert nothing_left(host)


def test_a_cancelled_rehearsal_stops_and_cleans_up(
    operator: Actor, host: WatchedPodman, store: Store, work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    web = store({"web.yaml": WEB})["web"]
    run = start_rehearsal(actor=operator, service=web)
    from migrations_app.tasks.heart import Heart, Stopped

    checks = iter(range(1000))

    def check(self: Heart) -> None:
        if next(checks) == 6:
            runs.cancel(run=Run.objects.get(pk=run.pk), actor=operator)
        if runs.wants_cancel(claim=self.claim):
            raise Stopped

    monkeypatch.setattr(Heart, "check", check)
    run = work(run)
    assert run.state == "cancelled"
    assert rehearsal_of(run).outcome == ""
    assert "play" in host.calls
    assert nothing_left(host)


def test_secrets_never_reach_the_log_or_the_verdict(
    operator: Actor, host: WatchedPodman, store: Store, work: Work
) -> None:
    host.behaviours["api"] = Behaviour(
        answers=lambda command: ExecResult(0, "ready"),
        logs=[
            (0, "stdout", "password is correct-horse-battery!"),
            (0, "stderr", "Y29ycmVjdC1ob3JzZS1iYXR0ZXJ5"),
        ],
    )
    api = store(BOTH)["api"]
    run = work(start_rehearsal(actor=operator, service=api))
    text = log_of(run)
    assert "password is (hidden)!" in text
    assert "correct-horse" not in text
    assert "Y29ycmVj" not in text


def test_a_missing_secret_is_made_up_and_listed(
    operator: Actor, host: WatchedPodman, store: Store, work: Work
) -> None:
    host.behaviours["api"] = Behaviour(answers=lambda command: ExecResult(0, "ready"))
    text = API.replace("correct-horse-battery", "kakehashi:secret")
    api = store({"api.yaml": text})["api"]
    rehearsal = rehearsal_of(work(start_rehearsal(actor=operator, service=api)))
    made_up = [d for d in rehearsal.deviations if d["what"]["text"] == "Secret value made up"]
    assert [d["manifest"] for d in made_up] == ["Secret/api/stringData/password"]
    assert rehearsal.outcome == "passed"


def test_an_old_rootful_host_is_a_deviation(
    operator: Actor, host: WatchedPodman, store: Store, work: Work
) -> None:
    host.version = "4.3.1"
    web = store({"web.yaml": WEB})["web"]
    rehearsal = rehearsal_of(work(start_rehearsal(actor=operator, service=web)))
    told = wording(rehearsal.deviations)
    assert "root" in told
    assert "CVE-2025-9566" in told


def test_the_network_is_closed_and_labelled(
    operator: Actor, host: WatchedPodman, store: Store, work: Work
) -> None:
    host.behaviours["web"] = Behaviour(exits=(0, 1))
    run = work(start_rehearsal(actor=operator, service=store({"web.yaml": WEB})["web"]))
    assert len(host.labels_seen) == 2, "a pod and a network"
    for labels in host.labels_seen:
        assert labels["io.kakehashi.run"] == str(run.pk)
        assert labels["io.kakehashi.attempt"] == f"{run.pk}.1"


@pytest.mark.parametrize(
    ("extra", "code"),
    [
        ("securityContext: {privileged: true}", "policy.privileged"),
        ("securityContext: {capabilities: {add: [SYS_ADMIN]}}", "policy.capability"),
        ("securityContext: {procMount: Unmasked}", "policy.proc_mount"),
    ],
)
def test_power_over_the_host_is_refused_by_name(
    operator: Actor, store: Store, extra: str, code: str
) -> None:
    text = WEB.replace("image: localhost/web:1", f"image: localhost/web:1\n          {extra}")
    web = store({"web.yaml": text})["web"]
    with pytest.raises(InvalidInput) as refused:
        start_rehearsal(actor=operator, service=web)
    assert [problem.code for problem in refused.value.problems] == [code]
    assert not Run.objects.exists()
    assert not Rehearsal.objects.exists()


def test_a_peers_power_is_refused_unless_it_stays_away(
    operator: Actor, host: WatchedPodman, store: Store
) -> None:
    text = API.replace(
        "image: localhost/api:1",
        "image: localhost/api:1\n          securityContext: {privileged: true}",
    )
    web = store({"web.yaml": WEB, "api.yaml": text})["web"]
    with pytest.raises(InvalidInput):
        start_rehearsal(actor=operator, service=web)
    assert start_rehearsal(actor=operator, service=web, peers=Peers.NONE)


def test_who_when_and_where(
    operator: Actor, viewer: Actor, host: WatchedPodman, store: Store
) -> None:
    services = store(BOTH)
    with pytest.raises(NotAllowed):
        start_rehearsal(actor=viewer, service=services["web"])
    closed = Host.objects.create(name="closed", url="unix:///run/podman/other.sock")
    with pytest.raises(Conflict, match="not open for rehearsals"):
        start_rehearsal(actor=operator, service=services["web"], host=closed)
    with pytest.raises(InvalidInput, match="another service"):
        start_rehearsal(
            actor=operator, service=services["web"], revision=services["api"].revisions.get()
        )
    run = start_rehearsal(actor=operator, service=services["web"], host=local_host())
    with pytest.raises(RunActive) as active:
        start_rehearsal(actor=operator, service=services["web"])
    assert active.value.run_id == str(run.pk)


def test_an_application_is_rehearsed_service_by_service(
    operator: Actor, application: Application, host: WatchedPodman, store: Store, work: Work
) -> None:
    with pytest.raises(Conflict):
        start_application_rehearsal(actor=operator, application=application)
    store(BOTH)
    run = start_application_rehearsal(actor=operator, application=application)
    assert run.service is not None
    assert run.service.key == "web", "the one that needs the other"
    assert Run.objects.filter(kind="rehearsal", state="queued").count() == 2

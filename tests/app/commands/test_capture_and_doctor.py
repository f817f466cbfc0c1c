"""``capture``, ``doctor`` and the commands that keep background work going."""

from __future__ import annotations

import json
from io import StringIO
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.management import CommandError, call_command

from migrations_app import wiring
from migrations_app.actions.presence import Presence
from migrations_app.adapters.fakes import FakeClock, FakePodman, FakeProber
from migrations_app.domain.errors import EngineError, EngineUnreachable
from migrations_app.domain.messages import msg
from migrations_app.models import Application, AuditEvent, Host, Run, Source, Worker
from migrations_app.queries.status import work_status
from tests.factories import RunFactory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def host(monkeypatch: pytest.MonkeyPatch) -> FakePodman:
    clock = FakeClock()
    engine = FakePodman(images={"localhost/web:1": "a" * 64}, clock=clock)
    monkeypatch.setattr(wiring, "podman_engine", lambda host: engine)
    monkeypatch.setattr(wiring, "prober", lambda host: FakeProber(engine))
    monkeypatch.setattr(wiring, "clock", lambda: clock)
    return engine


def called(*words: str) -> tuple[list[dict[str, Any]], str]:
    out, err = StringIO(), StringIO()
    call_command(*words, stdout=out, stderr=err)
    return [json.loads(line) for line in out.getvalue().splitlines()], err.getvalue()


def test_capture_prints_a_line_for_each_service(host: FakePodman) -> None:
    host.run("web", "localhost/web:1")
    host.run("shop", "localhost/web:1")
    lines, _ = called("capture", "local", "web", "shop", "--application", "bank")
    assert sorted(line["name"] for line in lines) == ["shop", "web"]
    assert {line["match"] for line in lines} == {"created"}
    assert {line["source"] for line in lines} == {str(Source.objects.get().pk)}
    assert Application.objects.get().slug == "bank"
    run = Run.objects.get()
    assert (run.kind, run.state, run.attempt) == ("capture", "succeeded", 1)
    again, _ = called("capture", "local", "web", "shop", "--application", "bank")
    assert {line["match"] for line in again} == {"unchanged"}


def test_capture_finds_by_label_and_takes_all(host: FakePodman) -> None:
    host.run("web", "localhost/web:1", labels={"team": "pay"})
    host.run("shop", "localhost/web:1", labels={"team": "shop"})
    host.run("played", "localhost/web:1", labels={"io.kakehashi.run": "x"})
    lines, _ = called("capture", "local", "--label", "team=pay", "--application", "one")
    assert [line["name"] for line in lines] == ["web"]
    lines, _ = called("capture", "local", "--all", "--application", "two")
    assert sorted(line["name"] for line in lines) == ["shop", "web"]


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["local", "--application", "bank"], 64, "Nothing to capture"),
        (["local", "--label", "novalue", "--application", "bank"], 64, "KEY=VALUE"),
        (["elsewhere", "web", "--application", "bank"], 64, "There are: local"),
    ],
)
def test_capture_refuses_wrong_words(
    host: FakePodman, words: list[str], code: int, said: str
) -> None:
    with pytest.raises(CommandError, match=said) as refused:
        called("capture", *words)
    assert refused.value.returncode == code


def test_capture_tells_what_the_host_said(host: FakePodman) -> None:
    host.fail("capture", EngineError(msg("Podman has no web."), code="not_found"))
    with pytest.raises(CommandError, match="Podman has no web") as failed:
        called("capture", "local", "web", "--application", "bank")
    assert failed.value.returncode == 69


def test_a_host_that_is_away_fails_a_capture_at_once(host: FakePodman) -> None:
    host.fail("info", EngineUnreachable(msg("No Podman service listens.")))
    with pytest.raises(CommandError, match="No Podman service listens"):
        called("capture", "local", "web", "--application", "bank")
    assert Run.objects.get().state == "failed", "nobody waits for a second attempt"


def examined(*words: str) -> tuple[int, dict[str, list[dict[str, str]]]]:
    out = StringIO()
    try:
        call_command("doctor", "--json", *words, stdout=out)
        code = 0
    except CommandError as error:
        code = error.returncode
    found: dict[str, list[dict[str, str]]] = {}
    for result in json.loads(out.getvalue()):
        found.setdefault(result["subject"], []).append(result)
    return code, found


def test_a_healthy_machine(host: FakePodman) -> None:
    code, found = examined()
    assert code == 0
    for subject in ("database", "keys", "broker", "podman local"):
        assert found[subject][0]["state"] == "ok", found[subject]
    assert found["workers"][0]["state"] == "warning"


def test_a_podman_that_is_away_is_a_failure(host: FakePodman) -> None:
    host.fail("info", EngineUnreachable(msg("No Podman service listens.")))
    code, found = examined()
    assert code == 1
    assert found["podman local"][0]["detail"] == "No Podman service listens."


def test_a_host_of_others_that_is_away_is_a_warning(
    host: FakePodman, monkeypatch: pytest.MonkeyPatch
) -> None:
    def engine(row: Host) -> FakePodman:
        if row.name != "local":
            raise EngineUnreachable(msg("Away."))
        return host

    monkeypatch.setattr(wiring, "podman_engine", engine)
    Host.objects.create(name="office", url="unix:///run/podman/office.sock")
    code, found = examined()
    assert (code, found["podman office"][0]["state"]) == (0, "warning")


def test_an_old_podman_is_named_with_its_remedy(host: FakePodman) -> None:
    host.version = "4.2.0"
    code, found = examined()
    assert code == 1
    assert "4.3" in found["podman local"][0]["remedy"]


def test_a_broker_that_does_not_answer(host: FakePodman, settings: LazySettings) -> None:
    from celery import current_app

    settings.WORKBENCH_BROKER = "redis"
    before = current_app.conf.broker_url
    current_app.conf.broker_url = "redis+socket:///nowhere/redis.sock"
    try:
        code, found = examined()
    finally:
        current_app.conf.broker_url = before
    assert (code, found["broker"][0]["state"]) == (1, "failed")


def test_the_reaper_reaps_and_sweeps_once(host: FakePodman) -> None:
    from datetime import timedelta

    from django.utils import timezone

    from migrations_app.actions.hosts import local_host

    gone = RunFactory.create(
        state="running",
        attempt=1,
        host=local_host(),
        lease_until=timezone.now() - timedelta(minutes=1),
    )
    labels = {
        "io.kakehashi.instance": "",
        "io.kakehashi.attempt": f"{gone.pk}.1",
        "io.kakehashi.made": "0",
    }
    from django.conf import settings

    labels["io.kakehashi.instance"] = settings.WORKBENCH_INSTANCE
    host.create_network("left", labels=labels, internal=True)
    call_command("reaper", "--once")
    gone.refresh_from_db()
    assert gone.state == "queued"
    assert not host.networks
    assert not AuditEvent.objects.filter(tag="run:ended").exists()


def test_a_host_that_is_away_does_not_stop_the_sweep(host: FakePodman) -> None:
    from migrations_app.actions.hosts import local_host

    RunFactory.create(state="succeeded", attempt=1, host=local_host())
    host.fail("labelled", EngineUnreachable(msg("Away.")))
    call_command("reaper", "--once")


def test_a_worker_is_seen_while_it_is_there(settings: LazySettings, tmp_path: Any) -> None:
    import time

    assert not work_status().alive
    presence = Presence(tmp_path).begin()
    for _ in range(50):
        if work_status().alive:
            break
        time.sleep(0.05)
    assert work_status().workers == 1
    assert len(list((tmp_path / "run").glob("worker-*.pid"))) == 1
    presence.end()
    assert not work_status().alive
    assert not Worker.objects.exists()
    assert not list((tmp_path / "run").iterdir())


def test_a_worker_that_went_silent_counts_no_more() -> None:
    from datetime import timedelta

    from django.utils import timezone

    long_ago = timezone.now() - timedelta(minutes=2)
    Worker.objects.create(name="dead", started=long_ago, seen=long_ago)
    RunFactory.create(state="queued")
    status = work_status()
    assert (status.alive, status.waiting, status.mode) == (False, 1, "none")
    assert status.oldest_waiting is not None

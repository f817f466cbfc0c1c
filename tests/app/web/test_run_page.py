"""The page of one run: real steps, the log, and what can be done."""

from __future__ import annotations

import html
import re
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from migrations_app.domain.messages import msg
from migrations_app.domain.records import message
from migrations_app.models import Rehearsal, Run, RunLogLine, RunStep, Service
from migrations_app.queries.actors import Actor
from tests.factories import RunFactory

LogIn = Callable[[Actor], Client]


@pytest.fixture
def visitor(operator: Actor, as_person: LogIn) -> Client:
    return as_person(operator)


@pytest.fixture
def queued(web: Service, operator: Actor) -> Run:
    run = RunFactory.create(
        kind="revision",
        state="queued",
        service=web,
        application=web.application,
        environment="local",
        actor=operator.as_json(),
        initiator=operator.user,
        params={"environment": "local", "images": {}, "parameters": {}, "change": CHANGE},
    )
    for position, name in enumerate(("render", "store"), start=1):
        RunStep.objects.create(run=run, position=position, name=name)
    return run


CHANGE = {"commit": "", "author": "", "url": ""}


def test_a_queued_run_says_that_nobody_takes_work(visitor: Client, queued: Run) -> None:
    page = visitor.get(reverse("run", args=[queued.pk])).content.decode()
    assert "No worker is taking work" in page
    assert "Make the manifest" in page
    assert f"/api/v1/runs/{queued.pk}/events/?after=0" in page


def test_a_run_is_cancelled_and_tried_again(visitor: Client, queued: Run) -> None:
    where = reverse("run-cancel", args=[queued.pk])
    page = visitor.post(where, follow=True).content.decode()
    assert "It was cancelled" in page
    answer = visitor.post(reverse("run-retry", args=[queued.pk]))
    again = Run.objects.exclude(pk=queued.pk).get()
    assert answer["Location"] == reverse("run", args=[again.pk])
    assert visitor.post(where).status_code == 409


def test_a_failed_run_says_why_and_offers_to_try_again(visitor: Client, queued: Run) -> None:
    told = message(msg("Preset %(name)s needs %(what)s.", name="bank", what="GIT_COMMIT"))
    Run.objects.filter(pk=queued.pk).update(
        state="failed",
        error_code="missing_parameter",
        error_text=told["text"],
        error_params=told["params"],
    )
    page = visitor.get(reverse("run", args=[queued.pk])).content.decode()
    assert "Preset bank needs GIT_COMMIT." in page
    assert "missing_parameter" in page
    assert reverse("run-retry", args=[queued.pk]) in page


def test_the_part_that_is_polled_is_no_page_and_stops_with_the_run(
    visitor: Client, queued: Run
) -> None:
    where = reverse("run-progress", args=[queued.pk])
    part = visitor.get(where).content.decode()
    assert "<html" not in part
    assert "every 4s" in part
    Run.objects.filter(pk=queued.pk).update(state="cancelled")
    headers = {"HX-Request": "true", "HX-Current-URL": reverse("run", args=[queued.pk])}
    ended = visitor.get(where, headers=headers)
    assert "every 4s" not in ended.content.decode()
    assert 'id="run-state" hx-swap-oob="true"' in ended.content.decode()
    assert "HX-Refresh" not in ended
    headers["HX-Current-URL"] = "/rehearsals/1/"
    assert visitor.get(where, headers=headers)["HX-Refresh"] == "true"


def test_the_log_is_escaped_and_can_be_had_whole(visitor: Client, queued: Run) -> None:
    RunLogLine.objects.create(
        run=queued, seq=1, attempt=1, at=timezone.now(), source="web", text="<b>up</b>"
    )
    page = visitor.get(reverse("run", args=[queued.pk])).content.decode()
    assert "&lt;b&gt;up&lt;/b&gt;" in page
    assert "events/?after=1" in page
    answer = visitor.get(reverse("run-log", args=[queued.pk]))
    text = answer.content.decode()
    assert text.endswith("web <b>up</b>\n")
    assert answer["Content-Type"].startswith("text/plain")


def test_a_rehearsal_that_has_ended_leads_to_its_verdict(
    visitor: Client, rehearsed: Rehearsal
) -> None:
    Run.objects.filter(pk=rehearsed.run_id).update(
        result_type="rehearsal", result_id=str(rehearsed.pk)
    )
    page = visitor.get(reverse("run", args=[rehearsed.run_id])).content.decode()
    assert reverse("rehearsal", args=[rehearsed.pk]) in page
    assert "It became ready after 1.5 s and stayed so." in page


def test_the_verdict_stands_on_its_claims_and_samples(
    visitor: Client, rehearsed: Rehearsal
) -> None:
    claim = {"what": message(msg("It becomes ready")), "how": message(msg("probes"))}
    rehearsed.proven = [{**claim, "evidence": "probes"}]
    rehearsed.not_proven = [{**claim, "evidence": "gate:STG-05"}]
    rehearsed.probes = [
        {"at": n, "container": "web", "kind": "readiness", "ok": n != 3, "pod": "Deployment/web"}
        for n in range(5)
    ]
    rehearsed.usage = [
        {"at": n, "container": "web", "memory": n * 2**20, "cpu": 5, "pod": "Deployment/web"}
        for n in range(1, 6)
    ]
    rehearsed.save()
    where = reverse("rehearsal", args=[rehearsed.pk])
    page = visitor.get(where).content.decode()
    assert "Passed · Rehearsal 1 of web" in page
    assert page.count("kh-chart__hit") == 4
    assert page.count("kh-chart__miss") == 1
    assert "STG-05" in page
    assert "peak 5Mi" in page
    assert "style=" not in page.partition('id="main"')[2].partition("</main>")[0]
    preset = re.search(r'href="([^"]+\?text=[^"]+)"', page)
    assert preset is not None
    begun = visitor.get(html.unescape(preset[1])).content.decode()
    assert "web: {requests: {cpu: 10m, memory: 16Mi}}" in begun
    table = visitor.get(where, {"view": "table"}).content.decode()
    assert "missed" in table
    assert '<svg class="kh-chart' not in table

"""The live events of a run: in order, without gap or repeat, to the end, and not without end."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from migrations_app.api.slots import STREAMS
from migrations_app.api.v1 import run_events
from migrations_app.models import Run, RunLogLine, Service
from migrations_app.queries.actors import Actor
from tests.app.api.conftest import Api, close, token_of
from tests.factories import RunFactory


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run_events, "LOOK_EVERY", 0.01)
    monkeypatch.setattr(run_events, "HEARTBEAT_EVERY", 0.05)


def say(run: Run, first: int, last: int) -> None:
    RunLogLine.objects.bulk_create(
        RunLogLine(
            run=run, seq=seq, attempt=1, at=timezone.now(), source="runner", text=f"line {seq}\nx"
        )
        for seq in range(first, last + 1)
    )


def events(text: str) -> list[tuple[str, str, Any]]:
    """Id, name and data of every event, as a client reads them."""
    found = []
    for block in text.split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.splitlines() if ": " in line)
        if "event" in fields:
            found.append((fields.get("id", ""), fields["event"], json.loads(fields["data"])))
    return found


async def all_of(pieces: AsyncIterator[str]) -> str:
    return "".join([piece async for piece in pieces])


@pytest.mark.django_db(transaction=True)
def test_an_ended_run_is_told_whole_and_the_stream_ends(quick: None) -> None:
    run = RunFactory.create(state="succeeded")
    say(run, 1, 1203)
    found = events(asyncio.run(all_of(run_events.follow(run.pk, 0, "en"))))
    assert [int(identity) for identity, name, _data in found if name == "log"] == list(
        range(1, 1204)
    )
    assert found[0][2]["text"] == "line 1\nx"
    assert [name for _identity, name, _data in found if name != "log"] == ["state", "end"]
    assert found[-1][2]["state"] == "succeeded"


@pytest.mark.django_db(transaction=True)
def test_a_client_that_comes_back_gets_the_rest(quick: None) -> None:
    run = RunFactory.create(state="succeeded")
    say(run, 1, 10)
    found = events(asyncio.run(all_of(run_events.follow(run.pk, 7, "en"))))
    assert [identity for identity, name, _data in found if name == "log"] == ["8", "9", "10"]


@pytest.mark.django_db(transaction=True)
def test_what_happens_is_told_as_it_happens(quick: None) -> None:
    run = RunFactory.create(state="running")

    async def watch() -> list[str]:
        told: list[str] = []
        async for piece in run_events.follow(run.pk, 0, "en"):
            told.append(piece)
            if "line 1" in piece:
                await _in_thread(say, run, 2, 3)
            if piece.startswith(":"):
                await _in_thread(_end, run)
            if len(told) == 2:
                await _in_thread(say, run, 1, 1)
        return told

    told = asyncio.run(asyncio.wait_for(watch(), 20))
    found = events("".join(told))
    assert [identity for identity, name, _data in found if name == "log"] == ["1", "2", "3"]
    assert [data["state"] for _identity, name, data in found if name == "state"] == [
        "running",
        "failed",
    ]
    assert found[-1][1] == "end"
    assert any(piece.startswith(": ") for piece in told)


async def _in_thread(function: Any, *args: Any) -> None:
    def run() -> None:
        function(*args)
        connection.close()

    await asyncio.to_thread(run)


def _end(run: Run) -> None:
    Run.objects.filter(pk=run.pk).update(state="failed", error_code="x", error_text="broken")


@pytest.mark.django_db
def test_the_stream_is_one_and_nobody_opens_too_many(
    operator: Actor, viewer: Actor, web: Service
) -> None:
    run = RunFactory.create(application=web.application, service=web, state="running")
    api = Api(token_of(operator))
    open_ones = [api.get(f"runs/{run.pk}/events/") for _number in range(STREAMS.each)]
    assert {response.status_code for response in open_ones} == {200}
    assert open_ones[0]["Content-Type"].startswith("text/event-stream")
    assert open_ones[0]["Cache-Control"] == "no-store"
    assert open_ones[0].streaming
    refused = api.get(f"runs/{run.pk}/events/")
    assert (refused.status_code, refused.json()["code"]) == (429, "too_many_streams")
    other = Api(token_of(viewer)).get(f"runs/{run.pk}/events/", Accept="text/event-stream")
    assert other.status_code == 200
    close(open_ones.pop())
    again = api.get(f"runs/{run.pk}/events/")
    assert again.status_code == 200
    for response in (*open_ones, other, again):
        close(response)


@pytest.mark.django_db
@pytest.mark.parametrize("last", ["x", "-1", "1.5", "9" * 10])
def test_a_place_that_is_none(api: Api, web: Service, last: str) -> None:
    run = RunFactory.create(application=web.application, service=web)
    response = api.get(f"runs/{run.pk}/events/", Last_Event_ID=last)
    assert (response.status_code, response.json()["code"]) == (400, "malformed")
    assert api.get(f"runs/{run.pk}/events/?after={last}").status_code == 400


@pytest.mark.django_db
def test_the_log_is_read_by_cursor(api: Api, web: Service) -> None:
    run = RunFactory.create(application=web.application, service=web)
    say(run, 1, 7)
    path, seen = f"runs/{run.pk}/log/?page_size=3", []
    while path:
        page = api.get(path.replace("http://testserver", "")).json()
        assert "count" not in page
        seen += [line["seq"] for line in page["results"]]
        path = page["next"]
    assert seen == list(range(1, 8))
    assert api.get(f"runs/{run.pk}/log/?cursor=nonsense").status_code == 422

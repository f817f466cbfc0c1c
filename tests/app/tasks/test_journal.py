"""The log of a run: redacted, bounded, in batches."""

from __future__ import annotations

import pytest

from migrations_app.actions.runs import Claim
from migrations_app.models import Run, RunLogLine
from migrations_app.tasks import journal as module
from migrations_app.tasks.journal import Journal
from tests.factories import RunFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def run() -> Run:
    return RunFactory.create(state="running", attempt=1)


def texts(run: Run) -> list[str]:
    return list(RunLogLine.objects.filter(run=run).values_list("text", flat=True))


def test_lines_are_written_in_batches(run: Run) -> None:
    now = [0.0]
    journal = Journal(Claim(run.pk, 1), monotonic=lambda: now[0])
    journal.say("web", "stdout", "one")
    journal.flush_if_due()
    assert texts(run) == []
    now[0] = 1
    journal.flush_if_due()
    assert texts(run) == ["one"]


def test_a_flood_is_cut_and_counted(run: Run) -> None:
    journal = Journal(Claim(run.pk, 1), monotonic=lambda: 0.0)
    for number in range(module.MOST_PER_SECOND + 40):
        journal.say("web", "stdout", str(number))
    journal.flush()
    assert len(texts(run)) == module.MOST_PER_SECOND + 1
    assert texts(run)[-1] == "40 lines dropped"


def test_a_full_log_says_so_once(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_CHARACTERS", 10)
    journal = Journal(Claim(run.pk, 1), monotonic=lambda: 0.0)
    for _ in range(5):
        journal.say("web", "stdout", "12345")
    journal.flush()
    assert texts(run)[:3] == ["12345", "12345", "the log is full; what follows is not kept"]
    assert texts(run)[3] == "3 lines dropped"


def test_an_earlier_attempt_counts(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_CHARACTERS", 10)
    first = Journal(Claim(run.pk, 1), monotonic=lambda: 0.0)
    first.say("web", "stdout", "1234567890")
    first.flush()
    second = Journal(Claim(run.pk, 1), monotonic=lambda: 0.0)
    second.say("web", "stdout", "more")
    second.flush()
    assert "more" not in texts(run)


def test_secrets_are_hidden_in_every_line(run: Run) -> None:
    journal = Journal(Claim(run.pk, 1))
    journal.hider.also(["hunter22-hunter22", "prod"])
    journal.say("web", "stdout", "login hunter22-hunter22 in prod")
    journal.note("hunter22-hunter22")
    journal.flush()
    assert texts(run) == ["login (hidden) in prod", "(hidden)"]


def test_who_lost_the_claim_writes_nothing(run: Run) -> None:
    journal = Journal(Claim(run.pk, 2))
    journal.say("web", "stdout", "x")
    journal.flush()
    assert texts(run) == []

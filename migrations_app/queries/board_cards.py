"""What the cards on screen need beyond their rows: the worst finding in words, running work."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from migrations_app.domain.pipeline.gates import CLOSING
from migrations_app.domain.runs import StepState
from migrations_app.models import Assessment, RunStep
from migrations_app.queries.services import Card

Record = Mapping[str, Any]
RANKS = {"blocker": 0, "high": 1, "medium": 2, "low": 3, "": 4}


@dataclass(frozen=True, slots=True)
class Headline:
    """The worst finding of a service in short, and how many more there are.

    ``serious`` holds the codes of all that close a gate.
    """

    code: str
    message: Mapping[str, Any]
    more: int
    serious: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Work:
    """How far a run is: the step at work, and the states of all steps in order."""

    step: str
    position: int
    states: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Shown:
    """A card with what only the cards on screen need."""

    card: Card
    headline: Headline | None = None
    work: Work | None = None


def dressed(cards: Sequence[Card]) -> dict[UUID, Shown]:
    """The cards with headlines and the steps of running work: two queries, however many."""
    headlines = _headlines(cards)
    work = _work([card.active_run for card in cards if card.active_run])
    return {
        card.service.pk: Shown(card, headlines.get(card.service.pk), work.get(card.active_run))
        for card in cards
    }


def _headlines(cards: Sequence[Card]) -> dict[UUID, Headline]:
    wanted = [card.service.pk for card in cards if card.worst]
    rows = Assessment.objects.filter(service__in=wanted).values_list("service_id", "findings")
    made: dict[UUID, Headline] = {}
    for service_id, findings in rows:
        left = open_ones(findings)
        if left:
            worst = min(left, key=lambda finding: RANKS[finding["severity"]])
            made[service_id] = Headline(
                worst["code"], worst["message"], len(left) - 1, frozenset(serious(left))
            )
    return made


def open_ones(findings: Iterable[Record]) -> list[Record]:
    """Those of the findings that we have not mended ourselves."""
    return [finding for finding in findings if not finding.get("mended")]


def serious(findings: Iterable[Record]) -> set[str]:
    """The codes of those that close gates."""
    closing = {severity.value for severity in CLOSING}
    return {finding["code"] for finding in findings if finding["severity"] in closing}


def _work(runs: Sequence[str]) -> dict[str, Work]:
    rows = RunStep.objects.filter(run__in=[UUID(run) for run in runs]).order_by("run", "position")
    steps: dict[str, list[RunStep]] = {}
    for row in rows:
        steps.setdefault(str(row.run_id), []).append(row)
    return {run: _so_far(found) for run, found in steps.items()}


def _so_far(steps: Sequence[RunStep]) -> Work:
    ended = (StepState.SUCCEEDED.value, StepState.SKIPPED.value)
    now = next((step for step in steps if step.state not in ended), steps[-1])
    return Work(now.name, now.position, tuple(step.state for step in steps))

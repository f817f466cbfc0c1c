"""The portfolio: cards by phase, narrowed down and counted, in a number of queries that stays."""

from __future__ import annotations

import re
import statistics
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import TextField
from django.db.models.functions import Cast
from django.utils import timezone

from migrations_app.domain.pipeline.next_step import NextStep
from migrations_app.domain.pipeline.phases import Phase
from migrations_app.domain.runs import StepState
from migrations_app.models import Assessment, RunStep
from migrations_app.queries import services
from migrations_app.queries.actors import Actor
from migrations_app.queries.services import Card

CARDS_SHOWN = 30
AGE_LIMIT_DAYS = 60
"""A service that stays longer in one phase stands out."""

_FINDING_CODE = re.compile(r"[A-Za-z]{3}-[0-9]{2}")
_RANKS = {"blocker": 0, "high": 1, "medium": 2, "low": 3, "": 4}


def _by_key(card: Card) -> tuple[Any, ...]:
    return (card.service.key, card.service.application.slug)


ORDERS: Mapping[str, Callable[[Card], tuple[Any, ...]]] = {
    "worst": lambda card: (_RANKS[card.worst], *_by_key(card)),
    "name": _by_key,
    "oldest": lambda card: (card.service.phase_since, *_by_key(card)),
    "owner": lambda card: (not card.service.owner, card.service.owner, *_by_key(card)),
}
SHOWS: Mapping[str, Callable[[Card], bool]] = {
    "blockers": lambda card: card.worst == "blocker",
    "questions": lambda card: card.open_questions > 0,
    "ready": lambda card: card.next_step is NextStep.MOVE,
    "running": lambda card: bool(card.active_run),
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the address of the portfolio asks for; empty means everything."""

    q: str = ""
    applications: tuple[str, ...] = ()
    owners: tuple[str, ...] = ()
    show: str = ""
    order: str = "worst"

    @property
    def narrows(self) -> bool:
        return bool(self.q or self.applications or self.owners or self.show)


@dataclass(frozen=True, slots=True)
class Headline:
    """The worst finding of a service in short, and how many more there are."""

    code: str
    message: Mapping[str, Any]
    more: int


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


@dataclass(frozen=True, slots=True)
class BoardColumn:
    """One phase: the cards on screen, how many there are, and the figure that matters."""

    phase: Phase
    cards: tuple[Shown, ...]
    count: int
    ready: int
    median_days: int | None

    @property
    def hidden(self) -> int:
        return self.count - len(self.cards)


@dataclass(frozen=True, slots=True)
class Counts:
    """The figures of the head, over everything visible."""

    services: int = 0
    blockers: int = 0
    questions: int = 0
    ready: int = 0


@dataclass(frozen=True, slots=True)
class Portfolio:
    """``cards`` are all that match, in order; ``applications`` and ``owners`` one may choose."""

    wanted: Wanted
    counts: Counts
    cards: tuple[Card, ...]
    applications: tuple[tuple[str, str], ...] = ()
    owners: tuple[str, ...] = ()


def portfolio(actor: Actor, wanted: Wanted) -> Portfolio:
    """Everything visible, counted, and what of it matches."""
    every = [services.card(service) for service in services.listed(actor)]
    found = set(_with_code(wanted.q)) if _FINDING_CODE.fullmatch(wanted.q) else set()
    matching = [card for card in every if _matches(card, wanted, found)]
    order = ORDERS.get(wanted.order, ORDERS["worst"])
    return Portfolio(
        wanted,
        _counts(every),
        tuple(sorted(matching, key=order)),
        tuple(sorted({(c.service.application.slug, c.service.application.name) for c in every})),
        tuple(sorted({card.service.owner for card in every if card.service.owner})),
    )


def columns(found: Portfolio, *, unfolded: str = "") -> tuple[BoardColumn, ...]:
    """The matching cards by phase. ``unfolded`` names a phase whose cards are all shown."""
    by_phase = {
        phase: [card for card in found.cards if card.service.phase == phase.value]
        for phase in Phase
    }
    on_screen = {
        phase: cards if phase.value == unfolded else cards[:CARDS_SHOWN]
        for phase, cards in by_phase.items()
    }
    shown = dressed([card for cards in on_screen.values() for card in cards])
    return tuple(
        BoardColumn(
            phase,
            tuple(shown[card.service.pk] for card in on_screen[phase]),
            len(cards),
            sum(SHOWS["ready"](card) for card in cards),
            _median_days(cards),
        )
        for phase, cards in by_phase.items()
    )


def dressed(cards: Sequence[Card]) -> dict[UUID, Shown]:
    """The cards with headlines and the steps of running work: two queries, however many."""
    headlines = _headlines(cards)
    work = _work([card.active_run for card in cards if card.active_run])
    return {
        card.service.pk: Shown(card, headlines.get(card.service.pk), work.get(card.active_run))
        for card in cards
    }


def _with_code(code: str) -> Iterable[UUID]:
    """The services with a finding of this code."""
    text = Cast("findings", TextField())
    rows = Assessment.objects.annotate(findings_text=text)
    return rows.filter(findings_text__contains=f'"code": "{code.upper()}"').values_list(
        "service_id", flat=True
    )


def _matches(card: Card, wanted: Wanted, found: set[UUID]) -> bool:
    service = card.service
    text = wanted.q.casefold()
    return (
        (not wanted.applications or service.application.slug in wanted.applications)
        and (not wanted.owners or service.owner in wanted.owners)
        and (wanted.show not in SHOWS or SHOWS[wanted.show](card))
        and (
            not text
            or service.pk in found
            or any(text in part.casefold() for part in (service.key, service.name, service.owner))
        )
    )


def _counts(cards: Sequence[Card]) -> Counts:
    return Counts(
        len(cards),
        sum(SHOWS["blockers"](card) for card in cards),
        sum(card.open_questions for card in cards),
        sum(SHOWS["ready"](card) for card in cards),
    )


def _median_days(cards: Sequence[Card]) -> int | None:
    if not cards:
        return None
    now = timezone.now()
    return int(statistics.median((now - card.service.phase_since).days for card in cards))


def _headlines(cards: Sequence[Card]) -> dict[UUID, Headline]:
    wanted = [card.service.pk for card in cards if card.worst]
    rows = Assessment.objects.filter(service__in=wanted).values_list("service_id", "findings")
    made: dict[UUID, Headline] = {}
    for service_id, findings in rows:
        left = [finding for finding in findings if not finding.get("mended")]
        if left:
            worst = min(left, key=lambda finding: _RANKS[finding["severity"]])
            made[service_id] = Headline(worst["code"], worst["message"], len(left) - 1)
    return made


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

"""The portfolio: cards by phase, narrowed down and counted, in a number of queries that stays."""

from __future__ import annotations

import itertools
import re
import statistics
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import TextField
from django.db.models.functions import Cast
from django.utils import timezone

from migrations_app.domain.pipeline.gates import closed
from migrations_app.domain.pipeline.next_step import NextStep
from migrations_app.domain.pipeline.phases import Phase
from migrations_app.models import Assessment
from migrations_app.queries import services, visibility
from migrations_app.queries.actors import Actor
from migrations_app.queries.board_cards import RANKS, Shown, dressed, open_ones, serious
from migrations_app.queries.facts import gates_before
from migrations_app.queries.services import Card

CARDS_SHOWN = 30
WORTH_SAYING = 3
"""From so many services on a common obstacle is pointed out."""
AGE_LIMIT_DAYS = 60
"""A service that stays longer in one phase stands out."""

_FINDING_CODE = re.compile(r"[A-Za-z]{3}-[0-9]{2}")


def _by_key(card: Card) -> tuple[Any, ...]:
    return (card.service.key, card.service.application.slug)


ORDERS: Mapping[str, Callable[[Card], tuple[Any, ...]]] = {
    "worst": lambda card: (RANKS[card.worst], *_by_key(card)),
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
class Closest:
    """Who comes next into a phase in which nobody is yet, and how many gates are closed."""

    phase: Phase
    card: Card
    closed: int


@dataclass(frozen=True, slots=True)
class Insight:
    """The serious finding that is open in most services, and in how many."""

    code: str
    services: int


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


def closest(shown: Sequence[BoardColumn]) -> Closest | None:
    """For the first empty phase: the service before it that is best off and has waited longest."""
    for before, column in itertools.pairwise(shown):
        if column.count or not before.cards:
            continue
        card = min(
            (shown.card for shown in before.cards),
            key=lambda card: (-RANKS[card.worst], card.service.phase_since),
        )
        gates = gates_before(card.service, column.phase)
        return Closest(column.phase, card, len(closed(gates)))
    return None


def insight(actor: Actor, shown: Sequence[BoardColumn]) -> Insight | None:
    """The commonest serious finding of the cards on screen, counted over everything visible."""
    codes = Counter(
        code
        for column in shown
        for item in column.cards
        if item.headline
        for code in item.headline.serious
    )
    if not codes:
        return None
    code, _count = min(codes.items(), key=lambda pair: (-pair[1], pair[0]))
    visible = visibility.services(actor).filter(archived=None, pk__in=_with_code(code))
    findings = Assessment.objects.filter(service__in=visible).values_list("findings", flat=True)
    stands_open = sum(code in serious(open_ones(found)) for found in findings)
    return Insight(code, stands_open) if stands_open >= WORTH_SAYING else None


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

"""The portfolio: the board by phase, and the same services as a table."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse, QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from migrations_app.domain.people.roles import Verb
from migrations_app.domain.pipeline.phases import MOVES, Direction, Phase
from migrations_app.queries.actors import Actor, verbs, verbs_anywhere
from migrations_app.queries.board_cards import dressed
from migrations_app.queries.boards import (
    AGE_LIMIT_DAYS,
    ORDERS,
    SHOWS,
    Portfolio,
    Wanted,
    closest,
    columns,
    insight,
    portfolio,
)
from migrations_app.web.requests import PageRequest, actor_of, answer, page, paged

VIEWS = ("board", "table")
TABLE_ROWS = 50


@require_GET
@page
def board(request: PageRequest) -> HttpResponse:
    """All services that one may see. Everything chosen is in the address."""
    context = board_context(actor_of(request), request.GET)
    if context["view"] == "table":
        rows = paged(request, list(context["found"].cards), TABLE_ROWS)
        shown = dressed(list(rows.object_list))
        rows.object_list = [shown[card.service.pk] for card in rows.object_list]
        context["rows"] = rows
    else:
        context.update(columns_context(actor_of(request), context["found"], request.GET))
    return answer(request, "portfolio/page.html", "portfolio/board.html", context, target="board")


def columns_context(actor: Actor, found: Portfolio, query: QueryDict) -> dict[str, Any]:
    """The columns, and what is worth saying about them as long as nothing is filtered out."""
    shown = columns(found, unfolded=query.get("all", ""))
    if found.wanted.narrows:
        return {"columns": shown}
    return {"columns": shown, "closest": closest(shown), "insight": insight(actor, shown)}


def wanted_from(query: QueryDict) -> Wanted:
    """What an address asks for; what nobody knows is left out."""
    show, order = query.get("show", ""), query.get("order", "")
    return Wanted(
        q=query.get("q", "").strip()[:200],
        applications=tuple(dict.fromkeys(filter(None, query.getlist("application")))),
        owners=tuple(dict.fromkeys(filter(None, query.getlist("owner")))),
        show=show if show in SHOWS else "",
        order=order if order in ORDERS else "worst",
    )


def board_context(actor: Actor, query: QueryDict) -> dict[str, Any]:
    """What the head, the toolbar and the board show."""
    found = portfolio(actor, wanted_from(query))
    view = query.get("view", "board")
    anywhere = verbs_anywhere(actor)
    return {
        "found": found,
        "wanted": found.wanted,
        "counts": found.counts,
        "view": view if view in VIEWS else "board",
        "chips": _chips(found, query),
        "orders": _orders(),
        "age_limit": AGE_LIMIT_DAYS,
        "movable": _movable(actor, found),
        "moves": offered_moves(),
        "may_upload": Verb.STORE_SOURCE in anywhere,
        "may_capture": Verb.CAPTURE in anywhere,
        "first_phase": _first_phase(found, query),
        "address_query": query,
        "at_work": any(card.active_run for card in found.cards),
    }


def _movable(actor: Actor, found: Portfolio) -> frozenset[str]:
    """The applications in which this person may move services; asked once for each."""
    applications = {card.service.application.pk: card.service.application for card in found.cards}
    return frozenset(
        application.slug
        for application in applications.values()
        if Verb.MOVE_SERVICE in verbs(actor, application)
    )


def offered_moves() -> dict[str, list[tuple[str, int, bool]]]:
    """The moves that a card's menu offers: to which phase, its number, and whether it is back."""
    ways: dict[str, list[tuple[str, int, bool]]] = {phase.value: [] for phase in Phase}
    for (start, to), direction in MOVES.items():
        ways[start.value].append((to.value, to.rank, direction is Direction.BACK))
    return ways


def _chips(found: Portfolio, query: QueryDict) -> list[dict[str, str]]:
    """Each filter with the address that is left when it is taken away."""
    names = dict(found.applications)
    wanted = found.wanted
    chips = [("q", wanted.q, _("Text"), wanted.q)] if wanted.q else []
    chips += [
        ("application", slug, _("Application"), names.get(slug, slug))
        for slug in wanted.applications
    ]
    chips += [("owner", owner, _("Owner"), owner) for owner in wanted.owners]
    if wanted.show:
        chips.append(("show", wanted.show, _("Only"), _shows()[wanted.show]))
    return [
        {"label": label, "value": value, "without": _without(query, key, raw)}
        for key, raw, label, value in chips
    ]


def _without(query: QueryDict, key: str, value: str) -> str:
    left = query.copy()
    left.setlist(key, [item for item in left.getlist(key) if item.strip() != value])
    left.pop("page", None)
    return f"{reverse('portfolio')}?{left.urlencode()}"


def _first_phase(found: Portfolio, query: QueryDict) -> str:
    """The phase that a narrow screen begins with: the one asked for, else the first with cards."""
    wish = query.get("phase", "")
    if wish in [phase.value for phase in Phase]:
        return wish
    taken = {card.service.phase for card in found.cards}
    return next((phase.value for phase in Phase if phase.value in taken), Phase.LOCAL.value)


def _orders() -> dict[str, str]:
    return {
        "worst": _("Worst first"),
        "oldest": _("Longest in phase first"),
        "name": _("By name"),
        "owner": _("By owner"),
    }


def _shows() -> dict[str, str]:
    return {
        "blockers": _("with blockers"),
        "questions": _("with open questions"),
        "ready": _("ready to move"),
        "running": _("at work"),
    }

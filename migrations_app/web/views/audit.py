"""The audit trail: filters, the state of the chain, one event, export, and verifying."""

from __future__ import annotations

import json
from datetime import datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from migrations_app.actions import audit
from migrations_app.actions.verifying import verify_trail
from migrations_app.domain.audit.tags import Tag
from migrations_app.domain.people.roles import Verb
from migrations_app.queries import trail as queries
from migrations_app.queries import visibility
from migrations_app.queries.actors import Actor, verbs, verbs_anywhere
from migrations_app.queries.chain import began, chain_state
from migrations_app.queries.trail import TrailFilters, told
from migrations_app.web.requests import PageRequest, actor_of, answer, page, paged, wants_part

OUTCOMES = ("ok", "refused", "failed")


def _auditor(request: PageRequest) -> Actor:
    """The page is not there for whoever may read nothing of the trail."""
    actor = actor_of(request)
    if Verb.READ_AUDIT not in verbs_anywhere(actor):
        raise Http404
    return actor


@require_GET
@page
def trail(request: PageRequest) -> HttpResponse:
    """The events one may read, latest first; everything chosen is in the address."""
    actor = _auditor(request)
    filters = _filters(request, actor)
    rows = paged(request, queries.events(actor, filters), 50)
    context = {
        "rows": rows,
        "events": [told_with_row(row) for row in rows.object_list],
        "export_jsonl": export_address(filters, "jsonl"),
        "export_csv": export_address(filters, "csv"),
        "chain": chain_state(),
        "began": began(),
        "chosen": request.GET,
        "narrowed": any(value for key, value in request.GET.items() if key != "page"),
        "subjects": sorted({tag.value.partition(":")[0] for tag in Tag}),
        "tags": [tag.value for tag in Tag],
        "outcomes": OUTCOMES,
        "applications": visibility.applications(actor).order_by("slug"),
        "may_verify": Verb.READ_AUDIT in verbs(actor),
    }
    return answer(request, "audit/page.html", "audit/rows.html", context, target="events")


@require_GET
@page
def event(request: PageRequest, seq: int) -> HttpResponse:
    """One event with all that the chain protects: a drawer, or a page of its own."""
    actor = _auditor(request)
    row = get_object_or_404(queries.events(actor), seq=seq)
    context = {
        "event": told_with_row(row),
        "row": row,
        "data": json.dumps(told(row)["data"], indent=2, ensure_ascii=False, sort_keys=True),
        "body": row.body,
    }
    template = "audit/drawer.html" if wants_part(request) else "audit/event.html"
    return render(request, template, context)


@require_POST
@page
def verify(request: PageRequest) -> HttpResponse:
    """Walk the whole chain now, and record what was found."""
    verdict = verify_trail(actor=actor_of(request))
    if verdict.broken is None:
        text = _("The chain is intact: all %(n)s events hold.") % {"n": verdict.links}
        messages.success(request, text)
    else:
        text = _("The chain is broken at event %(seq)s.") % {"seq": verdict.broken.seq}
        messages.error(request, text)
    return redirect("audit")


def export_address(filters: TrailFilters, form: str) -> str:
    """The same events from the API, which streams them, however long the trail is."""
    values = {
        "format": form,
        "from": filters.since.isoformat() if filters.since else "",
        "to": filters.until.isoformat() if filters.until else "",
        "actor": filters.actor,
        "action": filters.action,
        "application": filters.application or "",
        "service": filters.service or "",
        "digest": filters.digest,
        "outcome": filters.outcome,
    }
    query = urlencode({key: value for key, value in values.items() if value})
    return f"/api/v1/audit/export/?{query}"


def told_with_row(row: Any) -> dict[str, Any]:
    """What the text of an event says, with its number, time and hash."""
    body = told(row)
    return {**body, "row": row, "refused": row.outcome == audit.REFUSED}


def _filters(request: PageRequest, actor: Actor) -> TrailFilters:
    get = request.GET
    application = (
        visibility.applications(actor).filter(slug=get.get("application", "")).first()
        if get.get("application")
        else None
    )
    text = get.get("q", "").strip()[:200]
    service = _service(actor, text)
    is_digest = len(text) == 64 and all(letter in "0123456789abcdef" for letter in text)
    return TrailFilters(
        since=_day(get.get("from", "")),
        until=_day(get.get("to", ""), days=1),
        actor="" if is_digest or service else text,
        action=get.get("action", ""),
        application=application.pk if application else None,
        service=service,
        digest=text if is_digest else "",
        outcome=get.get("outcome", "") if get.get("outcome") in OUTCOMES else "",
    )


def _service(actor: Actor, key: str) -> Any:
    """The id of the visible service with this key, if the text is one."""
    if not key:
        return None
    rows: Any = visibility.services(actor).filter(key=key)
    return rows.values_list("pk", flat=True).first()


def _day(text: str, days: int = 0) -> datetime | None:
    """The beginning of a day in the reader's zone (of the day after it, with ``days=1``)."""
    try:
        day = parse_date(text)
    except ValueError:
        return None
    if day is None:
        return None
    return timezone.make_aware(datetime.combine(day + timedelta(days=days), time()))

"""The list of runs: what is at work, what waits, what ended how."""

from __future__ import annotations

from django.http import HttpResponse
from django.views.decorators.http import require_GET

from migrations_app.domain.runs import RunKind, RunState
from migrations_app.models.runs import ACTIVE
from migrations_app.queries import visibility
from migrations_app.queries.status import work_status
from migrations_app.web.requests import PageRequest, actor_of, answer, page, paged


@require_GET
@page
def listed(request: PageRequest) -> HttpResponse:
    """Latest first; narrowed down by state, kind and text, all in the address."""
    rows = visibility.runs(actor_of(request)).select_related(
        "application", "service", "host", "initiator"
    )
    state, kind = request.GET.get("state", ""), request.GET.get("kind", "")
    q = request.GET.get("q", "").strip()[:200]
    if state == "active":
        rows = rows.filter(state__in=ACTIVE)
    elif state in [item.value for item in RunState]:
        rows = rows.filter(state=state)
    if kind in [item.value for item in RunKind]:
        rows = rows.filter(kind=kind)
    if q:
        rows = rows.filter(service__key__icontains=q) | rows.filter(application__slug__icontains=q)
    context = {
        "rows": paged(request, rows),
        "state": state,
        "kind": kind,
        "q": q,
        "states": [item.value for item in RunState],
        "kinds": [item.value for item in RunKind],
        "work": work_status(),
        "narrowed": bool(state or kind or q),
    }
    return answer(request, "runs/list.html", "runs/rows.html", context, target="runs")

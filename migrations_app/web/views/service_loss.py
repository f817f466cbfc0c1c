"""The loss report of one service: what became of every field of its source."""

from __future__ import annotations

from collections import Counter
from uuid import UUID

from django.http import HttpResponse
from django.views.decorators.http import require_GET

from migrations_app.domain.loss import Outcome
from migrations_app.queries import service_pages
from migrations_app.web.requests import PageRequest, page, paged
from migrations_app.web.views.service_head import find_service, service_page


@require_GET
@page
def loss_report(request: PageRequest, pk: UUID) -> HttpResponse:
    service = find_service(request, pk)
    head = service_pages.head(service)
    rows = list(head.assessment.loss) if head.assessment else []
    counts = Counter(row["outcome"] for row in rows)
    wanted = request.GET.get("outcome", "")
    q = request.GET.get("q", "").strip().lower()
    shown = [
        row
        for row in rows
        if (not wanted or row["outcome"] == wanted)
        and (not q or q in row["path"].lower() or q in row["target"].lower())
    ]
    carried = counts["kept"] + counts["converted"]
    context = {
        "rows": paged(request, shown, 100),
        "counts": [(outcome.value, counts[outcome.value]) for outcome in Outcome],
        "all": len(rows),
        "carried": carried,
        "coverage": round(carried * 100 / len(rows), 1) if rows else None,
        "wanted": wanted,
        "q": request.GET.get("q", ""),
    }
    return service_page(
        request, "services/loss_report.html", service, "service-loss-report", context, head=head
    )

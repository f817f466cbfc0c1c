"""The loss report of one service: what became of every field of its source."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.views.decorators.http import require_GET

from migrations_app.queries import service_pages
from migrations_app.queries.loss_pages import loss_report
from migrations_app.web.requests import PageRequest, page, paged
from migrations_app.web.views.service_head import find_service, service_page


@require_GET
@page
def report_page(request: PageRequest, pk: UUID) -> HttpResponse:
    service = find_service(request, pk)
    head = service_pages.head(service)
    report = loss_report(head.assessment.loss if head.assessment else ())
    wanted, q = request.GET.get("outcome", ""), request.GET.get("q", "")
    context = {
        "report": report,
        "rows": paged(request, report.narrowed(wanted, q), 40),
        "wanted": wanted,
        "q": q,
    }
    return service_page(
        request, "services/loss_report.html", service, "service-loss-report", context, head=head
    )

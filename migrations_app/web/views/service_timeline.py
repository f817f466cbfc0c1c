"""Everything that happened to one service."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.views.decorators.http import require_GET

from migrations_app.queries import trail
from migrations_app.web.requests import PageRequest, page, paged
from migrations_app.web.views.service_head import find_service, service_page

_SAID_ELSEWHERE = ("action", "verb")


@require_GET
@page
def timeline(request: PageRequest, pk: UUID) -> HttpResponse:
    service = find_service(request, pk)
    rows = paged(request, trail.timeline(service), 50)
    told = [
        {
            "event": event,
            "data": {
                key: _plain(value)
                for key, value in trail.told(event).get("data", {}).items()
                if key not in _SAID_ELSEWHERE and value not in ("", [], {}, None)
            },
        }
        for event in rows
    ]
    context = {"rows": rows, "told": told}
    return service_page(request, "services/timeline.html", service, "service-timeline", context)


def _plain(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(str(item) for item in value)
    if isinstance(value, dict):
        return ", ".join(f"{key}: {item}" for key, item in value.items())
    return str(value)

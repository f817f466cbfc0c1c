"""The sources of one service, as they may be shown."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.views.decorators.http import require_GET

from migrations_app.queries import source_pages
from migrations_app.web.requests import PageRequest, page
from migrations_app.web.views.service_head import find_service, service_page


@require_GET
@page
def source(request: PageRequest, pk: UUID) -> HttpResponse:
    """The source in force, or an older one by its number, member by member."""
    service = find_service(request, pk)
    rows = list(source_pages.of_service(service)[:50])
    wanted = request.GET.get("number", "")
    row = next((row for row in rows if str(row.number) == wanted), rows[0] if rows else None)
    members = []
    if row is not None:
        found = list(source_pages.members(row.source))
        mine = [member for member in found if member.path == row.member_path]
        others = [member for member in found if member.path != row.member_path]
        folder = row.member_path.rpartition("/")[0]
        if folder:
            others = [m for m in others if m.path.startswith(f"{folder}/")]
        members = source_pages.shown([*mine, *others])
    context = {"rows": rows, "row": row, "members": members}
    return service_page(request, "services/source.html", service, "service-source", context)

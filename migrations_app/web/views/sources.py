"""A source: what was uploaded or captured, redacted, and the services it tells of."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from migrations_app.actions.sources import purge_source
from migrations_app.queries import source_pages
from migrations_app.web.requests import PageRequest, actor_of, page
from migrations_app.web.views.service_head import may


@require_GET
@page
def source(request: PageRequest, pk: UUID) -> HttpResponse:
    found = get_object_or_404(source_pages.find(actor_of(request), pk))
    rows = list(source_pages.members(found)[:500])
    wanted = request.GET.get("file", "")
    chosen = [row for row in rows if row.path == wanted] or rows[:1]
    application = found.application
    context = {
        "source": found,
        "members": rows,
        "chosen": source_pages.shown(chosen),
        "services": source_pages.services_of(found)[:200],
        "matches": {match["id"]: match["match"] for match in found.matches},
        "findings": [f for f in found.findings if not f["mended"]],
        "may": may(request, application),
        "crumbs": [
            (_("Portfolio"), reverse("portfolio")),
            (application.slug, reverse("application", args=[application.slug])),
            (found.title, ""),
        ],
    }
    return render(request, "sources/source.html", context)


@require_POST
@page
def purge(request: PageRequest, pk: UUID) -> HttpResponse:
    """Delete the bytes for good; the title has to be typed, so that nobody does it by mistake."""
    found = get_object_or_404(source_pages.find(actor_of(request), pk))
    if request.POST.get("title", "") != found.title:
        messages.error(request, _("Nothing was deleted: the title that was typed is another one."))
        return redirect("source", pk)
    purge_source(actor=actor_of(request), source=found, reason=request.POST.get("reason", ""))
    messages.success(request, _("The bytes of this source are deleted."))
    return redirect("source", pk)

"""The rehearsals of one service, and starting one."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods, require_POST

from migrations_app.actions.hosts import local_host
from migrations_app.actions.rehearsals import start_application_rehearsal, start_rehearsal
from migrations_app.domain.errors import Conflict, InvalidInput
from migrations_app.domain.rehearsal.values import Peers
from migrations_app.models import Host, Revision
from migrations_app.queries import rehearsal_pages, service_pages, visibility
from migrations_app.web.forms.services import RehearsalForm
from migrations_app.web.requests import PageRequest, actor_of, page, paged, refusal
from migrations_app.web.views.service_head import find_service, service_page

TAB = "service-rehearsals"


@require_http_methods(["GET", "POST"])
@page
def rehearsals(request: PageRequest, pk: UUID) -> HttpResponse:
    service = find_service(request, pk)
    revisions = list(service_pages.revisions(service)[:50])
    hosts = [local_host(), *Host.objects.filter(allow_rehearsal=True).exclude(name="local")]
    form = RehearsalForm(
        request.POST if request.method == "POST" else None,
        revisions=revisions,
        hosts=hosts,
        initial={"revision": request.GET.get("revision", "")},
    )
    refused: dict[str, Any] | None = None
    status = 200
    if form.is_bound:
        status = 422
        if form.is_valid():
            number = int(form.cleaned_data["revision"])
            try:
                run = start_rehearsal(
                    actor=actor_of(request),
                    service=service,
                    revision=Revision.objects.select_related("shared", "service__application").get(
                        service=service, number=number
                    ),
                    host=next(h for h in hosts if h.name == form.cleaned_data["host"]),
                    peers=Peers(form.cleaned_data["peers"]),
                )
            except (Conflict, InvalidInput) as error:
                refused = refusal(error)
                status = refused["status"]
            else:
                return redirect("run", run.pk)
    context = {
        "form": form,
        "revisions": revisions,
        "rows": paged(request, rehearsal_pages.listed(service), 30),
        "refusal": refused,
    }
    return service_page(request, "services/rehearsals.html", service, TAB, context, status=status)


@require_POST
@page
def rehearse_application(request: PageRequest, slug: str) -> HttpResponse:
    """Rehearse all services of an application that have a revision."""
    actor = actor_of(request)
    application = get_object_or_404(visibility.applications(actor), slug=slug)
    run = start_application_rehearsal(actor=actor, application=application)
    return redirect("run", run.pk)

"""A service: its overview, whose it is, and putting it out of sight."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from migrations_app import wiring
from migrations_app.actions.services import archive_service, change_service
from migrations_app.domain.errors import InvalidInput, StaleState
from migrations_app.queries import rehearsal_pages, service_pages, source_pages, trail
from migrations_app.web.forms.services import OwnerForm
from migrations_app.web.requests import PageRequest, actor_of, page
from migrations_app.web.stale import Stale, late, typed_again
from migrations_app.web.views.service_head import find_service, service_page


@require_GET
@page
def overview(request: PageRequest, pk: UUID) -> HttpResponse:
    """Where it stands: gates, findings, sources, revisions, the last rehearsal."""
    service = find_service(request, pk)
    return _overview(request, pk, OwnerForm(initial={"owner": service.owner}))


@require_POST
@page
def edit(request: PageRequest, pk: UUID) -> HttpResponse:
    service = find_service(request, pk)
    form = OwnerForm(request.POST)
    if form.is_valid():
        try:
            change_service(
                actor=actor_of(request),
                service=service,
                owner=form.cleaned_data["owner"],
                version=form.cleaned_data["version"],
            )
        except InvalidInput as error:
            form.refuse(error)
        except StaleState:
            return _late(request, pk, form)
        else:
            messages.success(request, _("The owner is changed."))
            return redirect("service", pk)
    return _overview(request, pk, form, status=422)


@require_http_methods(["GET", "POST"])
@page
def archive(request: PageRequest, pk: UUID) -> HttpResponse:
    """Ask first; then put the service out of sight."""
    service = find_service(request, pk)
    if request.method == "POST":
        archive_service(actor=actor_of(request), service=service, schemas=wiring.schemas())
        messages.success(request, _("%(key)s is archived.") % {"key": service.key})
        return redirect("application", service.application.slug)
    return service_page(request, "services/archive.html", service, "service")


def _late(request: PageRequest, pk: UUID, form: OwnerForm) -> HttpResponse:
    """Somebody changed the service while the owner was typed."""
    service = find_service(request, pk)
    stale = late(form, {"owner": service.owner}, trail.timeline(service).first())
    again = OwnerForm(typed_again(request, service.version))
    return _overview(request, pk, again, status=412, stale=stale)


def _overview(
    request: PageRequest,
    pk: UUID,
    form: OwnerForm,
    *,
    status: int = 200,
    stale: Stale | None = None,
) -> HttpResponse:
    service = find_service(request, pk)
    head = service_pages.head(service)
    context = {
        "form": form,
        "stale": stale,
        "sources": source_pages.of_service(service)[:5],
        "revisions": service_pages.revisions(service)[:5],
        "rehearsals": rehearsal_pages.listed(service)[:5],
        "severities": _severities(head.findings),
    }
    return service_page(
        request, "services/overview.html", service, "service", context, head=head, status=status
    )


def _severities(findings: list[service_pages.Record]) -> list[tuple[str, int]]:
    return [
        (severity, sum(finding["severity"] == severity for finding in findings))
        for severity in ("blocker", "high", "medium", "low")
    ]

"""Making a revision of one service."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from migrations_app.actions.revisions import Change, Wish, start_revision
from migrations_app.domain.errors import Conflict, InvalidInput, MissingParameter
from migrations_app.domain.manifests.resources import containers
from migrations_app.models import Environment
from migrations_app.queries import service_pages, source_pages
from migrations_app.queries.inputs import layered_options
from migrations_app.queries.service_pages import Head
from migrations_app.web.forms.services import RevisionForm, Wanted
from migrations_app.web.requests import PageRequest, actor_of, page, refusal
from migrations_app.web.views.service_head import find_service, service_page


@require_http_methods(["GET", "POST"])
@page
def make(request: PageRequest, pk: UUID) -> HttpResponse:
    """Ask for environment, parameters and images; then follow the run."""
    service = find_service(request, pk)
    head = service_pages.head(service)
    environments = list(service.application.environments.all())
    chosen = _chosen(request, environments)
    layered = layered_options(service, chosen, {}) if chosen else None
    latest = head.revision
    form = RevisionForm(
        request.POST if request.method == "POST" and "show" not in request.POST else None,
        environments=[environment.name for environment in environments],
        wanted=Wanted.of(layered.layers) if layered else [],
        containers=_containers(head),
        given=latest.parameters if latest else None,
        images=latest.images if latest else None,
        initial={"environment": chosen.name if chosen else ""},
    )
    refused = None
    status = 200
    if form.is_bound:
        status = 422
        if form.is_valid():
            try:
                run = start_revision(actor=actor_of(request), service=service, wish=_wish(form))
            except (InvalidInput, MissingParameter) as error:
                form.refuse(error)
            except Conflict as error:
                refused = refusal(error)
                status = refused["status"]
            else:
                return redirect("run", run.pk)
    context: dict[str, Any] = {
        "form": form,
        "refusal": refused,
        "layers": layered.layers if layered else (),
    }
    return service_page(
        request,
        "services/revision.html",
        service,
        "service-manifest",
        context,
        head=head,
        status=status,
    )


def _chosen(request: PageRequest, environments: list[Environment]) -> Environment | None:
    name = request.POST.get("environment") or request.GET.get("environment", "")
    found = next((e for e in environments if e.name == name), None)
    return found or next(iter(environments), None)


def _containers(head: Head) -> dict[str, str]:
    """The containers of the present manifest, and the image of each."""
    if head.assessment is None or not head.assessment.text:
        return {}
    return {
        str(container.get("name")): str(container.get("image", ""))
        for body in source_pages.objects_in(head.assessment.text)
        for _path, container in containers(body)
    }


def _wish(form: RevisionForm) -> Wish:
    return Wish(
        environment=form.cleaned_data["environment"],
        images=form.given("image:"),
        parameters=form.given("parameter:"),
        change=Change(
            commit=form.cleaned_data["commit"], author=form.cleaned_data["change_author"]
        ),
    )

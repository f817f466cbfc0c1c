"""Editing the manifest of a service by hand: the text, what would differ, and what contradicts."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from migrations_app import wiring
from migrations_app.actions import edits
from migrations_app.actions.permissions import Verb, require
from migrations_app.domain.errors import WorkbenchError
from migrations_app.domain.manifests.diff import compare
from migrations_app.domain.manifests.render import to_yaml
from migrations_app.domain.manifests.three_way import ABSENT, Conflict
from migrations_app.models import Environment, ManifestEdit, Service
from migrations_app.queries.editing import Desk
from migrations_app.queries.previews import Preview, preview
from migrations_app.web.requests import PageRequest, actor_of, page, refusal, status_of
from migrations_app.web.views.service_head import find_service, service_page

TAB = "service-manifest"
PREFIX = "choice:"
_SERIOUS = ("blocker", "high")


@dataclass(frozen=True, slots=True)
class Column:
    """One contradiction as the page lays it out: three sides, and a name for the choice."""

    id: str
    name: str
    object: str
    path: str
    base: str
    mine: str
    generated: str


@require_http_methods(["GET", "POST"])
@page
def edit(request: PageRequest, pk: UUID) -> HttpResponse:
    """The editor. POST looks at a text (``look``) or keeps it."""
    service = find_service(request, pk)
    require(actor_of(request), Verb.EDIT_MANIFEST, service.application)
    where = request.POST.get("environment", request.GET.get("environment", ""))
    schemas = wiring.schemas()
    desk = edits.open_desk(service, where, schemas)
    text = to_yaml(desk.merged)
    context: dict[str, Any] = {"version": service.version}
    status = 200
    if request.method == "POST":
        text = request.POST.get("text", "")
        try:
            if "look" in request.POST:
                context |= _looked(text, desk, service, where)
            else:
                _save(request, service, where, text)
                return redirect(_address(TAB, service, where))
        except WorkbenchError as error:
            service.refresh_from_db()
            status = status_of(error)
            context |= {"refusal": refusal(error), "problems": _problems(error)}
            context["version"] = service.version
    environments = Environment.objects.filter(application=service.application)
    context |= {
        "text": text,
        "where": where,
        "desk": desk,
        "edit": desk.row,
        "columns": [_column(item) for item in desk.conflicts],
        "environments": list(environments.values_list("name", flat=True)),
        "edits": list(ManifestEdit.objects.filter(service=service).defer("generated", "edited")),
    }
    return service_page(request, "services/edit.html", service, TAB, context, status=status)


@require_POST
@page
def settle(request: PageRequest, pk: UUID) -> HttpResponse:
    """Decide what contradicts the edit."""
    service = find_service(request, pk)
    where = request.POST.get("environment", "")
    choices = {
        name.removeprefix(PREFIX): str(value)
        for name, value in request.POST.items()
        if name.startswith(PREFIX)
    }
    edits.settle_edit(
        actor=actor_of(request),
        service=service,
        environment=where,
        choices=choices,
        schemas=wiring.schemas(),
    )
    messages.success(request, _("Decided. The manifest has changed; make a revision of it."))
    return redirect(_address(TAB, service, where))


@require_POST
@page
def remove(request: PageRequest, pk: UUID) -> HttpResponse:
    """Take an edit back."""
    service = find_service(request, pk)
    where = request.POST.get("environment", "")
    edits.remove_edit(
        actor=actor_of(request), service=service, environment=where, schemas=wiring.schemas()
    )
    messages.success(
        request, _("The edit is taken back. Revisions that were made with it stay as they are.")
    )
    return redirect(_address(TAB, service, where))


def _save(request: PageRequest, service: Service, where: str, text: str) -> None:
    version = request.POST.get("version", "")
    edits.save_edit(
        actor=actor_of(request),
        service=service,
        environment=where,
        text=text,
        schemas=wiring.schemas(),
        version=int(version) if version.isdigit() else None,
    )
    messages.success(
        request, _("The edit is kept. The manifest has changed; make a revision of it.")
    )


def _looked(text: str, desk: Desk, service: Service, where: str) -> dict[str, Any]:
    """What a text would change, and what checks say of its lines."""
    edited = edits.read_edit(text, desk.generated)
    environment = Environment.objects.filter(application=service.application, name=where).first()
    version = environment.kubernetes_version if environment else ""
    wish = Preview({edits.FILE: text.encode()}, environment=where, kubernetes_version=version)
    findings = preview(wish, wiring.schemas())["findings"]
    return {
        "looked": True,
        "diffs": compare(list(desk.merged), list(edited)),
        "found": [f for f in findings if f["severity"] in _SERIOUS and f["place"]["line"]],
    }


def _problems(error: WorkbenchError) -> list[dict[str, Any]]:
    """The problems that have a line, for the editor's margin."""
    return [
        {"line": it.place.line, "column": it.place.column or 1, "text": str(it.message)}
        for it in error.problems
        if it.place.line
    ]


def _column(item: Conflict) -> Column:
    key = edits.conflict_id(item.object, item.path)
    sides = (_shown(side) for side in (item.base, item.theirs, item.ours))
    return Column(key, f"{PREFIX}{key}", item.object, item.path or "/", *sides)


def _shown(value: Any) -> str:
    if value is ABSENT:
        return ""
    if isinstance(value, str):
        return value
    return json.dumps(value, indent=1, ensure_ascii=False)


def _address(name: str, service: Service, where: str) -> str:
    return reverse(name, args=[service.pk]) + (
        f"?environment={where}" if where else "?revision=now"
    )

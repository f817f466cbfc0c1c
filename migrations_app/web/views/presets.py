"""Presets: the list, one with its versions, the editor with its preview, and what it reaches."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from migrations_app import wiring
from migrations_app.actions import presets as changes
from migrations_app.domain.errors import InvalidInput, StaleState, WorkbenchError
from migrations_app.domain.people.roles import Verb
from migrations_app.models import Preset
from migrations_app.queries import presets as queries
from migrations_app.queries import visibility
from migrations_app.queries.actors import Actor, verbs_anywhere
from migrations_app.queries.impact import impacts, shaped_by
from migrations_app.queries.wording import translated
from migrations_app.web.forms.presets import PresetForm, PresetVersionForm
from migrations_app.web.requests import PageRequest, actor_of, page, paged, status_of
from migrations_app.web.stale import late_text, typed_again

STARTING_POINT = """\
name: my-preset
# scope: {application: my-app, environment: production}
registry:
  rewrite: [{from: localhost, to: registry.example.com/team}]
  pullPolicy: IfNotPresent
resources:
  default: {requests: {cpu: 100m, memory: 128Mi}, limits: {memory: 256Mi}}
"""


@require_GET
@page
def listed(request: PageRequest) -> HttpResponse:
    actor = actor_of(request)
    q = request.GET.get("q", "").strip()[:200]
    rows = paged(request, queries.listed(actor, q))
    may = bool(verbs_anywhere(actor) & {Verb.EDIT_PRESET, Verb.EDIT_ORGANISATION_PRESET})
    return render(request, "presets/list.html", {"rows": rows, "q": q, "may_edit": may})


@require_http_methods(["GET", "POST"])
@page
def new(request: PageRequest) -> HttpResponse:
    """Make a preset; its name and scope are in its text.

    An address may begin the text, or name the service whose answers it begins with.
    """
    actor = actor_of(request)
    answers = queries.begun_with_answers(actor, request.GET.get("answers", ""))
    begun = request.GET.get("text", "")[:20_000] or answers or STARTING_POINT
    form = PresetForm(request.POST or None, initial={"text": begun})
    status = 200
    problems: list[dict[str, Any]] = []
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                made = changes.create_preset(
                    actor=actor, schemas=wiring.schemas(), **form.cleaned_data
                )
            except WorkbenchError as error:
                status, problems = status_of(error), shown_problems(error)
                form.refuse_text(error)
            else:
                messages.success(
                    request, _("The preset %(name)s is kept.") % {"name": made.preset.name}
                )
                return redirect("preset", made.preset_id)
    context = {
        "form": form,
        "problems": problems,
        "samples": queries.samples(actor),
        "tried_on": request.POST.get("service") or request.GET.get("answers", ""),
        "crumbs": [(_("Presets"), reverse("presets")), (_("New preset"), "")],
    }
    return render(request, "presets/new.html", context, status=status)


@require_http_methods(["GET", "POST"])
@page
def detail(request: PageRequest, pk: UUID) -> HttpResponse:
    """One preset: what its versions say, where it applies; POST makes the next version."""
    actor = actor_of(request)
    preset = _visible(actor, pk)
    versions = list(preset.versions.all())
    number = request.GET.get("version", "")
    shown = next((row for row in versions if str(row.number) == number), versions[0])
    form = PresetVersionForm(
        request.POST or None, initial={"text": shown.text, "version": preset.latest}
    )
    status, problems, stale = 200, [], None
    may_edit = queries.may_edit(actor, preset)
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                made = changes.create_version(
                    actor=actor,
                    preset=preset,
                    text=form.cleaned_data["text"],
                    schemas=wiring.schemas(),
                    latest=form.cleaned_data["version"],
                )
            except StaleState:
                preset.refresh_from_db()
                versions = list(preset.versions.all())
                shown = now = versions[0]
                mine = form.cleaned_data["text"]
                status, stale = 412, late_text(mine, now.text, now.author_name, now.created)
                form = PresetVersionForm(typed_again(request, preset.latest))
            except InvalidInput as error:
                problems = shown_problems(error)
                form.refuse_text(error)
            else:
                messages.success(
                    request, _("Version %(number)s is in force.") % {"number": made.number}
                )
                return redirect("preset", preset.pk)
    context = {
        "preset": preset,
        "versions": versions,
        "shown": shown,
        "form": form,
        "stale": stale,
        "problems": problems,
        "may_edit": may_edit,
        "editing": may_edit and (request.method == "POST" or "edit" in request.GET),
        "pins": queries.pins(actor, preset),
        "reached": shaped_by(actor, preset).count(),
        "samples": queries.samples(actor, preset),
        "tried_on": request.POST.get("service", ""),
        "crumbs": [(_("Presets"), reverse("presets")), (preset.name, "")],
    }
    return render(request, "presets/detail.html", context, status=status)


@require_POST
@page
def preview(request: PageRequest) -> HttpResponse:
    """What a text would make of one service; nothing is stored. Only ever a part of a page."""
    actor = actor_of(request)
    chosen = _uuid(request.POST.get("service", ""))
    rows = visibility.services(actor).select_related("application")
    service = rows.filter(pk=chosen).first() if chosen else None
    text = request.POST.get("text", "")[:100_000]
    try:
        made = queries.preview(text, service, wiring.schemas())
    except WorkbenchError as error:
        context = {"error": error, "problems": shown_problems(error)}
        return render(request, "presets/preview.html", context)
    return render(request, "presets/preview.html", {"made": made, "service": service})


@require_GET
@page
def impact(request: PageRequest, pk: UUID) -> HttpResponse:
    """Which services the latest version reaches, and what each of them would be made of with it."""
    actor = actor_of(request)
    preset = _visible(actor, pk)
    rows = paged(request, shaped_by(actor, preset), 25)
    context = {
        "preset": preset,
        "rows": rows,
        "impacts": list(impacts(preset, rows.object_list, wiring.schemas())),
        "crumbs": [
            (_("Presets"), reverse("presets")),
            (preset.name, reverse("preset", args=[preset.pk])),
            (_("Where it applies"), ""),
        ],
    }
    return render(request, "presets/impact.html", context)


def shown_problems(error: WorkbenchError) -> list[dict[str, Any]]:
    """What is wrong, with its line and column, as the editor marks it."""
    return [
        {
            "line": problem.place.line,
            "column": problem.place.column,
            "text": translated(problem.message),
        }
        for problem in error.problems
    ]


def _visible(actor: Actor, pk: UUID) -> Preset:
    return get_object_or_404(visibility.presets(actor).select_related("application"), pk=pk)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None

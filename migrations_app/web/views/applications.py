"""Applications: the list, one of them with its environments, and what may be changed about it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from migrations_app.actions import applications as changes
from migrations_app.actions.applications import Target
from migrations_app.domain.audit.tags import Tag
from migrations_app.domain.errors import Conflict, InvalidInput, StaleState
from migrations_app.domain.people.roles import Verb
from migrations_app.models import Application, Environment
from migrations_app.queries import applications as queries
from migrations_app.queries import trail, visibility
from migrations_app.queries.actors import Actor, verbs
from migrations_app.queries.board_cards import dressed
from migrations_app.queries.boards import Wanted, portfolio
from migrations_app.web.forms.applications import (
    ApplicationForm,
    ArchiveForm,
    EnvironmentForm,
    RenameForm,
)
from migrations_app.web.requests import PageRequest, actor_of, page, paged, status_of
from migrations_app.web.stale import Stale, late, typed_again
from migrations_app.web.views.portfolio import offered_moves


@require_http_methods(["GET", "POST"])
@page
def listed(request: PageRequest) -> HttpResponse:
    """The visible applications; administrators make new ones here."""
    actor = actor_of(request)
    may_create = Verb.CREATE_APPLICATION in verbs(actor)
    form = ApplicationForm(request.POST or None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                made = changes.create_application(actor=actor, **form.cleaned_data)
            except (InvalidInput, Conflict) as error:
                form.refuse(error)
                status = status_of(error)
            else:
                return redirect("application", made.slug)
    q = request.GET.get("q", "").strip()[:200]
    rows = paged(request, queries.listed(actor, q=q), 24)
    found = list(rows.object_list)
    asked = queries.questions(found)
    context = {
        "rows": rows,
        "cards": [(row, queries.shares(row), asked.get(row.slug, 0)) for row in found],
        "form": form,
        "q": q,
        "may_create": may_create,
        "creating": request.method == "POST" or "new" in request.GET,
    }
    return render(request, "applications/list.html", context, status=status)


@require_http_methods(["GET", "POST"])
@page
def detail(request: PageRequest, slug: str) -> HttpResponse:
    """One application; POST renames it."""
    actor = actor_of(request)
    application = _visible(actor, slug)
    form = RenameForm(
        request.POST or None,
        initial={"name": application.name, "version": application.version},
    )
    if request.method == "POST" and form.is_valid():
        try:
            changes.change_application(actor=actor, application=application, **form.cleaned_data)
        except InvalidInput as error:
            form.refuse(error)
        else:
            return redirect("application", slug)
    status = 422 if request.method == "POST" else 200
    return render(
        request,
        "applications/detail.html",
        {**_context(actor, application), "form": form},
        status=status,
    )


@require_POST
@page
def archive(request: PageRequest, slug: str) -> HttpResponse:
    """Archive the application, when its slug was typed."""
    actor = actor_of(request)
    application = _visible(actor, slug)
    form = ArchiveForm(request.POST)
    if not form.is_valid() or form.cleaned_data["slug"] != slug:
        form.add_error("slug", _("This is not the slug. Nothing was archived."))
        context = {**_context(actor, application), "archive_form": form}
        return render(request, "applications/detail.html", context, status=422)
    changes.archive_application(actor=actor, application=application)
    messages.success(request, _("%(name)s is archived.") % {"name": application.name})
    return redirect("applications")


@require_http_methods(["GET", "POST"])
@page
def environment(request: PageRequest, slug: str, name: str) -> HttpResponse:
    """What an environment is; operators and administrators change it."""
    actor = actor_of(request)
    application = _visible(actor, slug)
    row = get_object_or_404(Environment, application=application, name=name)
    fields = ("namespace", "kubernetes_version", "cluster", "time_zone", "version")
    form = EnvironmentForm(
        request.POST or None, initial={field: getattr(row, field) for field in fields}
    )
    status, stale = 200, None
    if request.method == "POST":
        status = 422
        if form.is_valid():
            values = dict(form.cleaned_data)
            version = values.pop("version")
            try:
                changes.put_environment(
                    actor=actor,
                    application=application,
                    name=name,
                    target=Target(**values),
                    version=version,
                )
            except InvalidInput as error:
                form.refuse(error)
            except StaleState:
                row.refresh_from_db()
                status, stale = 412, _late(form, row)
                form = EnvironmentForm(typed_again(request, row.version))
            else:
                messages.success(request, _("The environment %(name)s is kept.") % {"name": name})
                return redirect("application", slug)
    context = {
        "application": application,
        "environment": row,
        "form": form,
        "stale": stale,
        "may_edit": Verb.EDIT_ENVIRONMENT in verbs(actor, application),
        "crumbs": [
            (_("Applications"), reverse("applications")),
            (application.name, reverse("application", args=[slug])),
            (name, ""),
        ],
    }
    return render(request, "applications/environment.html", context, status=status)


def _late(form: EnvironmentForm, row: Environment) -> Stale:
    """Somebody changed the environment while the form was filled in."""
    theirs = {name: getattr(row, name) for name in form.fields if name != "version"}
    event = trail.last_change(
        Tag.ENVIRONMENT_CHANGED, application=row.application_id, environment=row.name
    )
    return late(form, theirs, event)


def _visible(actor: Actor, slug: str) -> Application:
    return get_object_or_404(visibility.applications(actor), slug=slug)


def _context(actor: Actor, application: Application) -> dict[str, Any]:
    may = verbs(actor, application)
    found = portfolio(actor, Wanted(applications=(application.slug,)))
    shown = dressed(list(found.cards))
    annotated = queries.listed(actor, archived=application.archived is not None)
    shares = queries.shares(annotated.get(pk=application.pk))
    return {
        "application": application,
        "shares": shares,
        "cards": [shown[card.service.pk] for card in found.cards],
        "questions": sum(card.open_questions for card in found.cards),
        "blockers": sum(card.worst == "blocker" for card in found.cards),
        "environments": application.environments.all(),
        "sources": visibility.sources(actor).filter(application=application)[:6],
        "runs": visibility.runs(actor)
        .filter(application=application)
        .select_related("service")[:6],
        "presets": visibility.presets(actor).filter(application=application),
        "members": application.memberships.select_related("user")
        if Verb.MANAGE_USERS in verbs(actor)
        else (),
        "may_edit": Verb.EDIT_APPLICATION in may,
        "may_environment": Verb.EDIT_ENVIRONMENT in may,
        "may_upload": Verb.STORE_SOURCE in may,
        "movable": frozenset([application.slug] if Verb.MOVE_SERVICE in may else []),
        "moves": offered_moves(),
        "form": RenameForm(initial={"name": application.name, "version": application.version}),
        "archive_form": ArchiveForm(),
        "crumbs": [(_("Applications"), reverse("applications")), (application.name, "")],
    }

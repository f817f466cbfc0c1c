"""Podman hosts: testing them, looking at what runs on them, capturing it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from migrations_app import wiring
from migrations_app.actions.captures import start_capture
from migrations_app.actions.hosts import (
    add_host,
    change_host,
    local_host,
    note_test,
    without_password,
)
from migrations_app.domain.audit.tags import Tag
from migrations_app.domain.errors import Conflict, EngineError, InvalidInput, StaleState
from migrations_app.domain.people.roles import Verb
from migrations_app.models import Host
from migrations_app.queries import host_pages, trail
from migrations_app.queries.actors import verbs, verbs_anywhere
from migrations_app.queries.wording import translated
from migrations_app.web.forms.hosts import HostChangeForm, HostForm
from migrations_app.web.requests import PageRequest, actor_of, page, refusal
from migrations_app.web.stale import late, typed_again


@require_http_methods(["GET", "POST"])
@page
def listed(request: PageRequest) -> HttpResponse:
    """Every host; administrators add one here."""
    _require_some_right(request)
    form = HostForm(request.POST or None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                made = add_host(actor=actor_of(request), **form.cleaned_data)
            except (InvalidInput, Conflict) as error:
                form.refuse(error)
            else:
                messages.success(request, _("The host is added. Test whether it answers."))
                return redirect("host", made.pk)
    local_host()
    context = {"hosts": host_pages.hosts(), "form": form, "may": may_hosts(request)}
    return render(request, "hosts/hosts.html", context, status=status)


@require_GET
@page
def host(request: PageRequest, pk: UUID) -> HttpResponse:
    """A host. What runs on it is asked for apart, since it may take its time to answer."""
    found = _find(request, pk)
    context = _context(request, found)
    if "list" in request.GET:
        context |= running_on(request, found)
    return render(request, "hosts/host.html", context)


@require_GET
@page
def workloads(request: PageRequest, pk: UUID) -> HttpResponse:
    found = _find(request, pk)
    context = {**_context(request, found), **running_on(request, found)}
    return render(request, "hosts/_workloads.html", context)


@require_POST
@page
def test(request: PageRequest, pk: UUID) -> HttpResponse:
    """Ask the engine who it is, and keep the answer, or why there is none."""
    found = _find(request, pk)
    try:
        answer = wiring.podman_engine(found).info()
    except EngineError as error:
        note_test(actor=actor_of(request), host=found, found=error)
        messages.error(request, _("%(host)s does not answer.") % {"host": found.name})
    else:
        note_test(actor=actor_of(request), host=found, found=answer)
        messages.success(
            request,
            _("%(host)s answers: Podman %(version)s.")
            % {"host": found.name, "version": answer.version},
        )
    return redirect("host", pk)


@require_POST
@page
def edit(request: PageRequest, pk: UUID) -> HttpResponse:
    found = _find(request, pk)
    form = HostChangeForm(request.POST)
    if form.is_valid():
        try:
            change_host(actor=actor_of(request), host=found, **form.cleaned_data)
        except StaleState:
            return _late(request, pk, form)
        except (InvalidInput, Conflict) as error:
            form.refuse(error)
        else:
            messages.success(request, _("The host is changed."))
            return redirect("host", pk)
    context = {**_context(request, found), "form": form}
    return render(request, "hosts/host.html", context, status=422)


@require_POST
@page
def capture(request: PageRequest, pk: UUID) -> HttpResponse:
    """Capture what was ticked into an application; then follow the run."""
    found = _find(request, pk)
    actor = actor_of(request)
    names = request.POST.getlist("name")
    application = (
        host_pages.open_applications(actor).filter(slug=request.POST.get("application", "")).first()
    )
    refused: dict[str, Any] | None = None
    if application is None:
        messages.error(request, _("Choose the application to capture into."))
    else:
        try:
            run = start_capture(actor=actor, application=application, host=found, names=names)
        except (InvalidInput, Conflict) as error:
            refused = refusal(error)
        else:
            return redirect("run", run.pk)
    context = {**_context(request, found), "refusal": refused, "ticked": names}
    context |= running_on(request, found)
    return render(request, "hosts/host.html", context, status=refused["status"] if refused else 422)


def _late(request: PageRequest, pk: UUID, form: HostChangeForm) -> HttpResponse:
    """Somebody changed the host while the form was filled in."""
    found = _find(request, pk)
    theirs = {"url": without_password(found.url), "allow_rehearsal": found.allow_rehearsal}
    context = {
        **_context(request, found),
        "form": HostChangeForm(typed_again(request, found.version)),
        "stale": late(form, theirs, trail.last_change(Tag.HOST_CHANGED, host=found.name)),
    }
    return render(request, "hosts/host.html", context, status=412)


def _find(request: PageRequest, pk: UUID) -> Host:
    _require_some_right(request)
    return get_object_or_404(host_pages.hosts(), pk=pk)


def _require_some_right(request: PageRequest) -> None:
    """Hosts belong to no application: who neither captures nor manages them sees none."""
    if not verbs_anywhere(actor_of(request)) & {Verb.CAPTURE, Verb.MANAGE_HOSTS}:
        raise Http404


def may_hosts(request: PageRequest) -> dict[str, bool]:
    """What whoever asks may do with hosts; capturing is a right in some application."""
    actor = actor_of(request)
    allowed = {verb.value: True for verb in verbs(actor)}
    return {**allowed, "capture": Verb.CAPTURE in verbs_anywhere(actor)}


def _context(request: PageRequest, found: Host) -> dict[str, Any]:
    actor = actor_of(request)
    capturing = [
        application
        for application in host_pages.open_applications(actor)
        if Verb.CAPTURE in verbs(actor, application)
    ]
    return {
        "host": found,
        "applications": capturing,
        "application": request.POST.get("application", request.GET.get("application", "")),
        "captures": host_pages.captures(actor, found.pk)[:10],
        "may": may_hosts(request),
        "form": HostChangeForm(
            initial={
                "url": found.url,
                "allow_rehearsal": found.allow_rehearsal,
                "version": found.version,
            }
        ),
        "crumbs": [(_("Hosts"), reverse("hosts")), (found.name, "")],
    }


def running_on(request: PageRequest, found: Host) -> dict[str, Any]:
    """What runs on a host, or why that is not known."""
    try:
        running = wiring.podman_engine(found).workloads()
    except EngineError as error:
        return {"asked": True, "unreachable": translated(error.message)}
    return {"asked": True, "known": host_pages.known(actor_of(request), running)}

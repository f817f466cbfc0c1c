"""One run: its steps as they happen, its log, and what to do with it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from migrations_app.actions import runs
from migrations_app.actions.retries import retry_run
from migrations_app.models import Run, RunLogLine
from migrations_app.queries import run_pages
from migrations_app.queries.run_pages import Progress
from migrations_app.web.requests import PageRequest, actor_of, page, wants_part
from migrations_app.web.views.service_head import may


@require_GET
@page
def run(request: PageRequest, pk: UUID) -> HttpResponse:
    found = _find(request, pk)
    context = {
        **run_context(request, found),
        "log": run_pages.log(found),
        "crumbs": [*_above(found), (_("Run"), "")],
    }
    return render(request, "runs/run.html", context)


@require_GET
@page
def progress(request: PageRequest, pk: UUID) -> HttpResponse:
    """Only the steps and the result, for a page that is open while the run goes on.

    A page that shows more than the run itself (a rehearsal's) is loaded again when it has ended.
    """
    found = _find(request, pk)
    answer = render(request, "runs/progress.html", run_context(request, found))
    elsewhere = reverse("run", args=[pk]) not in request.headers.get("HX-Current-URL", "")
    if elsewhere and wants_part(request) and not found.is_active:
        answer["HX-Refresh"] = "true"
    return answer


@require_GET
@page
def log(request: PageRequest, pk: UUID) -> HttpResponse:
    """The whole log as plain text; a run's log is bounded, so it is sent in one piece."""
    found = _find(request, pk)
    answer = HttpResponse("".join(_text(found)), content_type="text/plain; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="run-{found.pk}.log"'
    return answer


@require_POST
@page
def cancel(request: PageRequest, pk: UUID) -> HttpResponse:
    found = _find(request, pk)
    cancelled = runs.cancel(run=found, actor=actor_of(request))
    if cancelled.is_active:
        messages.info(request, _("The worker was asked to stop; it cleans up first."))
    else:
        messages.success(request, _("The run is cancelled; it had not begun."))
    return redirect("run", pk)


@require_POST
@page
def retry(request: PageRequest, pk: UUID) -> HttpResponse:
    again = retry_run(actor=actor_of(request), run=_find(request, pk))
    return redirect("run", again.pk)


def run_context(request: PageRequest, found: Run) -> dict[str, Any]:
    """What the progress of a run needs, on its own page and on a rehearsal's."""
    made = run_pages.progress(found)
    return {
        "run": found,
        "progress": made,
        "result": _result(made),
        "may": may(request, found.application),
        "initiator": found.actor.get("name", ""),
    }


def _find(request: PageRequest, pk: UUID) -> Run:
    return get_object_or_404(run_pages.find(actor_of(request), pk))


def _result(made: Progress) -> tuple[str, str]:
    """Where the result is, and what the link says."""
    found = made.run
    if made.rehearsal is not None and found.result_id:
        return reverse("rehearsal", args=[made.rehearsal.pk]), _("Open the verdict")
    if found.result_type == "revision":
        return reverse("revision", args=[found.result_id]), _("Open the manifest")
    if found.result_type == "source":
        return reverse("source", args=[found.result_id]), _("Open the source")
    return "", ""


def _above(found: Run) -> list[tuple[str, str]]:
    crumbs = [(_("Runs"), reverse("runs"))]
    if found.application is not None:
        slug = found.application.slug
        crumbs.append((slug, reverse("application", args=[slug])))
    if found.service is not None:
        crumbs.append((found.service.key, reverse("service", args=[found.service.pk])))
    return crumbs


def _text(found: Run) -> Iterator[str]:
    rows = RunLogLine.objects.filter(run=found).order_by("seq")
    for line in rows.iterator(chunk_size=1000):
        yield f"{line.at:%Y-%m-%dT%H:%M:%S.%fZ} {line.source} {line.text}\n"

"""A rehearsal: its verdict, what that stands on, and what was measured."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from migrations_app.domain.pipeline.phases import Phase
from migrations_app.models import Rehearsal
from migrations_app.queries import rehearsal_pages, run_pages
from migrations_app.queries.facts import gates_before
from migrations_app.web.requests import PageRequest, actor_of, page
from migrations_app.web.views.run import run_context
from migrations_app.web.views.service_head import may

_SHOWN_AT_ONCE = 6


@require_GET
@page
def rehearsal(request: PageRequest, pk: UUID) -> HttpResponse:
    found = get_object_or_404(rehearsal_pages.find(actor_of(request), pk))
    service = found.service
    measured = rehearsal_pages.measured(found, request.GET.get("container", ""))
    earlier = list(rehearsal_pages.listed(service).exclude(pk=found.pk)[:8])
    context: dict[str, Any] = {
        **run_context(request, found.run),
        "rehearsal": found,
        "service": service,
        "may": may(request, service.application),
        "groups": _groups(found),
        "at_once": _SHOWN_AT_ONCE,
        "earlier": sorted([*earlier, found], key=lambda row: row.number),
        "measured": measured,
        "as_table": request.GET.get("view") == "table",
        "preset_text": rehearsal_pages.preset_text(service, measured.advice),
        "gates": gates_before(service, Phase.COMPATIBLE) if found.outcome else (),
        "log": run_pages.log(found.run),
        "real_peers": [peer["service"] for peer in found.peers if peer.get("up")],
        "crumbs": [
            (_("Portfolio"), reverse("portfolio")),
            (service.application.slug, reverse("application", args=[service.application.slug])),
            (service.key, reverse("service-rehearsals", args=[service.pk])),
            (_("Rehearsal %(n)s") % {"n": found.number}, ""),
        ],
    }
    return render(request, "rehearsals/rehearsal.html", context)


def _groups(found: Rehearsal) -> list[dict[str, Any]]:
    """The claims in three groups; what only a cluster can show is never folded below three."""
    rows = (
        ("proven", _("Proven"), _("seen happening, with this very base digest"), found.proven),
        (
            "simulated",
            _("Simulated"),
            _("played in another way than a cluster does"),
            found.simulated,
        ),
        (
            "not-proven",
            _("Not proven"),
            _("only a cluster can show this; staging checks it"),
            found.not_proven,
        ),
    )
    return [
        {"code": code, "name": name, "about": about, "claims": [_claim(c) for c in claims]}
        for code, name, about, claims in rows
    ]


def _claim(record: dict[str, Any]) -> dict[str, Any]:
    kind, _colon, rest = str(record.get("evidence", "")).partition(":")
    return {**record, "kind": kind, "rest": rest}

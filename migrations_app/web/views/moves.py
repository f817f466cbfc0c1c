"""Moving a service: from the board or from its page. The server decides; a refusal is an answer."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from migrations_app.actions import phases
from migrations_app.domain.errors import (
    Conflict,
    GateClosed,
    InvalidInput,
    NotAllowed,
    WorkbenchError,
)
from migrations_app.domain.pipeline.phases import MOVES, Direction, Phase
from migrations_app.models import Service
from migrations_app.queries import visibility
from migrations_app.queries.wording import translated_word
from migrations_app.web.requests import (
    PageRequest,
    actor_of,
    back_address,
    page,
    refusal,
    status_of,
    wants_part,
)
from migrations_app.web.views.portfolio import board_context, columns_context


@require_http_methods(["GET", "POST"])
@page
def move(request: PageRequest, pk: UUID) -> HttpResponse:
    """GET asks for the reason of a move; POST ``to`` and ``reason`` moves."""
    actor = actor_of(request)
    service = get_object_or_404(visibility.services(actor).select_related("application"), pk=pk)
    values = request.POST if request.method == "POST" else request.GET
    to = next((phase for phase in Phase if phase.value == values.get("to")), None)
    if to is None:
        return redirect("service", service.pk)
    if request.method == "GET":
        return _form(request, service, to)
    reason = request.POST.get("reason", "")
    try:
        phases.move_service(actor=actor, service=service, to=to, reason=reason)
    except (Conflict, InvalidInput, NotAllowed) as error:
        return _refused(request, service, to, error)
    text = _("%(service)s moved to %(phase)s.") % {
        "service": service.key,
        "phase": translated_word("phase", to),
    }
    if wants_part(request, "board"):
        return _board(request, {"said": text, "shown_phase": to.value})
    messages.success(request, text)
    return redirect(back_address(request, request.POST.get("next", "")))


def _refused(
    request: PageRequest, service: Service, to: Phase, error: WorkbenchError
) -> HttpResponse:
    back = MOVES.get((Phase(service.phase), to)) is Direction.BACK
    if isinstance(error, InvalidInput) and back and not wants_part(request, "board"):
        return _form(request, service, to, error)
    context: dict[str, Any] = {
        "refusal": refusal(error, title=_title(error, to)),
        "refused": service.pk,
        "refused_to": to.value,
        "shown_phase": service.phase,
        "reason_wanted": isinstance(error, InvalidInput) and back,
    }
    if wants_part(request, "board"):
        return _board(request, context, status_of(error))
    context["service"] = service
    return render(request, "portfolio/move.html", context, status=status_of(error))


def _title(error: WorkbenchError, to: Phase) -> str:
    phase = translated_word("phase", to)
    if isinstance(error, GateClosed):
        return _("Not moved to %(phase)s: %(closed)s of %(all)s gates are closed") % {
            "phase": phase,
            "closed": sum(not gate.open for gate in error.gates),
            "all": len(error.gates),
        }
    return _("Not moved to %(phase)s") % {"phase": phase}


def _board(request: PageRequest, more: dict[str, Any], status: int = 200) -> HttpResponse:
    """The whole board anew, as the address that was looked at asks for it."""
    query = QueryDict(request.POST.get("board", "").lstrip("?"))
    actor = actor_of(request)
    context = {**board_context(actor, query), "aside": True, **more}
    context.update(columns_context(actor, context["found"], query))
    made = render(request, "portfolio/board.html", context, status=status)
    made["HX-Reswap"], made["HX-Retarget"] = "outerHTML", "#board"
    return made


def _form(
    request: PageRequest, service: Service, to: Phase, error: WorkbenchError | None = None
) -> HttpResponse:
    values = request.POST if request.method == "POST" else request.GET
    wish = values.get("next") or request.headers.get("HX-Current-URL", "")
    back = back_address(request, wish or reverse("service", args=[service.pk]))
    context = {
        "service": service,
        "to": to.value,
        "back": MOVES.get((Phase(service.phase), to)) is Direction.BACK,
        "next": back,
        "reason": request.POST.get("reason", ""),
        "refusal": refusal(error) if error else None,
    }
    template = "portfolio/move_form.html" if wants_part(request) else "portfolio/move.html"
    return render(request, template, context, status=status_of(error) if error else 200)

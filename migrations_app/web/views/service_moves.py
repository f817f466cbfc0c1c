"""Moving a service: its gates, and the answer if they are closed."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from migrations_app.actions.phases import move_service
from migrations_app.domain.errors import Conflict, InvalidInput
from migrations_app.domain.pipeline.phases import MOVES, Direction, Phase, next_phase
from migrations_app.models import Service
from migrations_app.queries.facts import gates_before
from migrations_app.web.forms.services import MoveForm, phase_word
from migrations_app.web.requests import PageRequest, actor_of, page, refusal, wants_part
from migrations_app.web.views.service_head import find_service, service_page


@require_http_methods(["GET", "POST"])
@page
def move(request: PageRequest, pk: UUID) -> HttpResponse:
    service = find_service(request, pk)
    if request.method == "GET":
        return _page(request, service, MoveForm(initial={"to": request.GET.get("to", "")}))
    form = MoveForm(request.POST)
    if not form.is_valid():
        return _page(request, service, form, status=422)
    to: Phase = form.cleaned_data["to"]
    try:
        move_service(
            actor=actor_of(request), service=service, to=to, reason=form.cleaned_data["reason"]
        )
    except InvalidInput as error:
        form.add_error("reason", str(refusal(error)["message"]))
        return _page(request, service, form, status=422)
    except Conflict as error:
        refused = refusal(error, title=_refused_title(error, to))
        if wants_part(request):
            context = {"refusal": refused, "service": service}
            return render(request, "parts/refusal.html", context, status=refused["status"])
        return _page(request, service, form, refused=refused, status=refused["status"])
    messages.success(
        request,
        _("%(key)s is in phase %(phase)s now.") % {"key": service.key, "phase": phase_word(to)},
    )
    return redirect("service", pk)


def _refused_title(error: Conflict, to: Phase) -> str:
    gates = getattr(error, "gates", ())
    if not gates:
        return ""
    return _("Not moved to %(phase)s: %(closed)s of %(all)s gates are closed") % {
        "phase": phase_word(to),
        "closed": sum(not gate.open for gate in gates),
        "all": len(gates),
    }


def _page(
    request: PageRequest,
    service: Service,
    form: MoveForm,
    *,
    refused: dict[str, object] | None = None,
    status: int = 200,
) -> HttpResponse:
    now = Phase(service.phase)
    wanted = str(form["to"].value() or "")
    allowed = {to.value: way for (start, to), way in MOVES.items() if start is now}
    ahead = next_phase(now)
    to = Phase(wanted) if wanted in allowed else ahead
    back = to is not None and allowed.get(to.value) is Direction.BACK
    context = {
        "form": form,
        "to": to,
        "back": back,
        "gates": gates_before(service, to) if to is not None and not back else (),
        "refusal": refused,
    }
    return service_page(request, "services/move.html", service, "service", context, status=status)

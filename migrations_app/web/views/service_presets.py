"""The layers of a service's own: pinning versions of presets to it."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from migrations_app import wiring
from migrations_app.actions.presets import Pin, pin_presets
from migrations_app.domain.errors import InvalidInput
from migrations_app.models import PinnedPreset, Service
from migrations_app.queries import layers, visibility
from migrations_app.web.forms.services import PinForm
from migrations_app.web.requests import PageRequest, actor_of, page
from migrations_app.web.views.service_head import find_service, service_page


@require_http_methods(["GET", "POST"])
@page
def presets(request: PageRequest, pk: UUID) -> HttpResponse:
    """Pins in force; POST adds one (``version``) or takes one away (``remove``: its position)."""
    service = find_service(request, pk)
    pins = list(PinnedPreset.objects.filter(service=service).select_related("version__preset"))
    actor = actor_of(request)
    known = [
        preset
        for preset in visibility.presets(actor)
        if preset.application_id in (None, service.application_id)
    ]
    environments = service.application.environments.values_list("name", flat=True)
    form = PinForm(
        request.POST if request.method == "POST" and "remove" not in request.POST else None,
        presets=known,
        environments=environments,
    )
    status = 200
    if request.method == "POST":
        wanted = [
            Pin(pin.version.preset, pin.version.number, pin.environment)
            for pin in pins
            if str(pin.position) != request.POST.get("remove")
        ]
        if "remove" not in request.POST:
            if not form.is_valid():
                return _page(request, service, pins, form, status=422)
            name, _at, number = form.cleaned_data["version"].rpartition("@")
            chosen = next(preset for preset in known if preset.name == name)
            wanted.append(Pin(chosen, int(number), form.cleaned_data["environment"]))
        try:
            pin_presets(actor=actor, service=service, pins=wanted, schemas=wiring.schemas())
        except InvalidInput as error:
            form.refuse(error)
            status = 422
        else:
            messages.success(request, _("The presets of this service are changed."))
            return redirect("service-presets", pk)
    return _page(request, service, pins, form, status=status)


def _page(
    request: PageRequest,
    service: Service,
    pins: list[PinnedPreset],
    form: PinForm,
    *,
    status: int,
) -> HttpResponse:
    context = {"pins": pins, "form": form, "common": layers.layers(service.application)}
    return service_page(
        request, "services/presets.html", service, "service", context, status=status
    )

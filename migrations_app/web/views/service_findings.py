"""The findings of one service, and fixing them: the change is shown before it is made."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from migrations_app import wiring
from migrations_app.actions.assessing import base_options, target_version
from migrations_app.actions.choices import accept_fixes, withdraw_fix
from migrations_app.actions.waivers import LONGEST, grant_waiver, revoke_waiver
from migrations_app.domain.errors import Conflict, InvalidInput
from migrations_app.domain.manifests.lines import lines_of
from migrations_app.domain.messages import msg
from migrations_app.models import Revision, Service
from migrations_app.queries import service_pages, waivers
from migrations_app.queries.fix_previews import FixPreview, fix_preview
from migrations_app.queries.inputs import gather
from migrations_app.queries.known_findings import known_findings
from migrations_app.queries.service_pages import Head, Record
from migrations_app.web.requests import PageRequest, actor_of, page, refusal, wants_part
from migrations_app.web.views.service_head import find_service, may, service_page

TAB = "service-findings"
_UNDONE_FROM = (TAB, "service-manifest", "service-timeline")


@require_GET
@page
def findings(request: PageRequest, pk: UUID) -> HttpResponse:
    return _list(request, find_service(request, pk))


@require_POST
@page
def waive(request: PageRequest, pk: UUID, fingerprint: str) -> HttpResponse:
    """Take a finding as it is, for a reason and until a day."""
    service = find_service(request, pk)
    day = _day(request.POST.get("expires", ""))
    try:
        if day is None:
            raise InvalidInput(msg("Name the last day on which the finding may stay."))
        grant_waiver(
            actor=actor_of(request),
            service=service,
            fingerprint=fingerprint,
            reason=request.POST.get("reason", ""),
            expires=day,
        )
    except (InvalidInput, Conflict) as error:
        return _list(request, service, refused=refusal(error), status=422)
    messages.success(request, _("The finding is waived; its gate no longer minds it."))
    return redirect(TAB, pk)


@require_POST
@page
def revoke(request: PageRequest, pk: UUID, waiver: UUID) -> HttpResponse:
    """End a waiver before its day."""
    service = find_service(request, pk)
    row = waivers.of_service(service).filter(pk=waiver).first()
    if row is None:
        raise Http404
    revoke_waiver(actor=actor_of(request), waiver=row)
    messages.success(request, _("The waiver is revoked; the finding closes its gate again."))
    return redirect(TAB, pk)


def _day(text: str) -> date | None:
    try:
        return parse_date(text)
    except ValueError:
        return None


def _list(
    request: PageRequest,
    service: Service,
    *,
    refused: dict[str, Any] | None = None,
    status: int = 200,
) -> HttpResponse:
    head = service_pages.head(service)
    found = head.findings
    wanted = request.GET.get("severity", "")
    context = {
        "groups": [
            (severity, [f for f in found if f["severity"] == severity])
            for severity in ("blocker", "high", "medium", "low")
            if wanted in ("", severity)
        ],
        "wanted": wanted,
        "found_at": _lines(head),
        "accepted": service_pages.fixes_in_force(service),
        "waivers": waivers.of_service(service)[:50],
        "held": {row.fingerprint: row for row in waivers.in_force(service)},
        "today": waivers.today(),
        "last_day": waivers.today() + LONGEST,
        "refusal": refused,
        "typed": request.POST,
    }
    return service_page(
        request, "services/findings.html", service, TAB, context, head=head, status=status
    )


@require_http_methods(["GET", "POST"])
@page
def fix(request: PageRequest, pk: UUID, fingerprint: str) -> HttpResponse:
    """One fix: GET shows what it would change, POST accepts it."""
    service = find_service(request, pk)
    head = service_pages.head(service)
    if request.method == "POST":
        return _accept(request, service, [fingerprint])
    known = known_findings(service).get(fingerprint)
    if known is None or not known.fixable:
        raise Http404
    return _ask(request, service, head, [known.record], known.revision)


@require_http_methods(["GET", "POST"])
@page
def fix_all(request: PageRequest, pk: UUID) -> HttpResponse:
    """Every fix at once: GET shows what they would change together, POST accepts those chosen."""
    service = find_service(request, pk)
    if request.method == "POST":
        return _accept(request, service, request.POST.getlist("fingerprint"))
    head = service_pages.head(service)
    if not head.fixable:
        return redirect(TAB, pk)
    return _ask(request, service, head, head.fixable)


@require_POST
@page
def undo(request: PageRequest, pk: UUID, fingerprint: str) -> HttpResponse:
    """Take a fix back, then return to the page on which that was asked for."""
    service = find_service(request, pk)
    withdraw_fix(
        actor=actor_of(request),
        service=service,
        fingerprint=fingerprint,
        schemas=wiring.schemas(),
    )
    messages.success(
        request,
        _("The fix is taken back. Revisions that were made with it stay as they are."),
    )
    came_from = request.POST.get("page", "")
    return redirect(came_from if came_from in _UNDONE_FROM else TAB, pk)


def _ask(
    request: PageRequest,
    service: Service,
    head: Head,
    chosen: Sequence[Record],
    revision: Revision | None = None,
) -> HttpResponse:
    context = {
        "chosen": chosen,
        "preview": _preview(service, [finding["fingerprint"] for finding in chosen], revision),
        "may": may(request, service.application),
    }
    if wants_part(request):
        return render(request, "services/_fix.html", {**context, "service": service})
    return service_page(request, "services/fix.html", service, TAB, context, head=head)


def _accept(request: PageRequest, service: Service, fingerprints: Sequence[str]) -> HttpResponse:
    before = {key: known.record["code"] for key, known in known_findings(service).items()}
    accept_fixes(
        actor=actor_of(request),
        service=service,
        fingerprints=fingerprints,
        schemas=wiring.schemas(),
    )
    codes = ", ".join(dict.fromkeys(before.get(key, key) for key in fingerprints))
    text = ngettext("Fixed %(codes)s.", "Fixed %(n)s findings: %(codes)s.", len(fingerprints))
    messages.success(
        request,
        text % {"codes": codes, "n": len(fingerprints)}
        + " "
        + _("The manifest has changed; make a revision of it, then rehearse that."),
    )
    return redirect(TAB, service.pk)


def _preview(
    service: Service, fingerprints: Sequence[str], revision: Revision | None
) -> FixPreview | None:
    """What would change, in the environment of a revision if the finding stands in one."""
    application = service.application
    inputs = gather(application)
    options = (
        base_options(inputs, service, target_version(application))
        if revision is None
        else inputs.options(
            service,
            environment=application.environments.filter(name=revision.environment).first(),
            parameters=revision.parameters,
            images=revision.images,
        )
    )
    return fix_preview(
        inputs=inputs,
        service=service,
        options=options,
        fingerprints=fingerprints,
        schemas=wiring.schemas(),
    )


def _lines(head: Head) -> dict[str, int]:
    """On which line of the present manifest each finding stands."""
    if head.assessment is None:
        return {}
    lines = lines_of(head.assessment.text)
    return {
        finding["fingerprint"]: lines.find(finding["place"]["object"], finding["place"]["path"])
        for finding in head.findings
    }

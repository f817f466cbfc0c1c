"""The palette: pages, services and digests by a few letters."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from migrations_app.models import Revision
from migrations_app.queries import services, visibility
from migrations_app.queries.actors import Actor
from migrations_app.queries.services import Filters
from migrations_app.web.context import Shell
from migrations_app.web.requests import PageRequest, actor_of, page

MOST = 8
_HEX = re.compile(r"(?:sha256:)?([0-9a-f]{4,64})")


@dataclass(frozen=True, slots=True)
class Hit:
    """One line of the palette."""

    icon: str
    text: str
    detail: str
    address: str


@require_GET
@page
def palette(request: PageRequest) -> HttpResponse:
    actor, text = actor_of(request), request.GET.get("q", "").strip()[:200]
    hits = [*_pages(request, text)]
    if text:
        hits += [*_services(actor, text), *_applications(actor, text), *_digests(actor, text)]
    return render(request, "portfolio/palette.html", {"hits": hits})


def _pages(request: PageRequest, text: str) -> Iterator[Hit]:
    for item in Shell(request).navigation:
        if text.casefold() in item.text.casefold():
            yield Hit(item.icon, item.text, "", item.address)


def _services(actor: Actor, text: str) -> Iterator[Hit]:
    for service in services.listed(actor, Filters(q=text))[:MOST]:
        address = reverse("service", args=[service.pk])
        yield Hit("board", service.key, service.application.slug, address)


def _applications(actor: Actor, text: str) -> Iterator[Hit]:
    rows = visibility.applications(actor).filter(archived=None)
    for application in rows.filter(slug__icontains=text)[:MOST]:
        address = reverse("application", args=[application.slug])
        yield Hit("applications", application.slug, application.name, address)


def _digests(actor: Actor, text: str) -> Iterator[Hit]:
    found = _HEX.fullmatch(text)
    if found is None:
        return
    rows: list[Revision] = list(
        visibility.revisions(actor)
        .filter(digest__startswith=found[1])
        .select_related("service")
        .only("digest", "number", "service__key")[:MOST]
    )
    for revision in rows:
        address = reverse("service-manifest", args=[revision.service_id])
        text = f"{revision.service.key} r{revision.number}"
        yield Hit("hash", revision.digest[:12], text, f"{address}?revision={revision.number}")

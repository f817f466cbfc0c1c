"""The manifest of one service: line by line with its origins, or against another one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_GET

from migrations_app.domain.manifests.diff import ObjectDiff, compare
from migrations_app.models import AcceptedFix, Assessment, Revision, Service
from migrations_app.queries import service_pages, source_pages, visibility
from migrations_app.queries.downloads import FORMATS, download
from migrations_app.queries.manifest_pages import Manifest, manifest
from migrations_app.queries.rehearsal_pages import listed as rehearsals_of
from migrations_app.queries.service_pages import Head, Record
from migrations_app.web.requests import PageRequest, actor_of, page
from migrations_app.web.views.service_head import find_service, service_page

NOW = "now"
SOURCE = "source"
BASE = "base"


@dataclass(frozen=True, slots=True)
class Shown:
    """What is looked at: a revision, or (None) what would come of the service now."""

    revision: Revision | None
    content: Assessment | Revision | None
    findings: list[Record]


@dataclass(frozen=True, slots=True)
class DigestCard:
    """A digest and what it was through so far."""

    digest: str
    base: str
    revision: Revision | None
    rehearsed: Any
    changed_since: bool


@require_GET
@page
def manifest_page(request: PageRequest, pk: UUID) -> HttpResponse:
    service = find_service(request, pk)
    head = service_pages.head(service)
    revisions = list(service_pages.revisions(service)[:100])
    shown = _shown(request, head, revisions)
    context: dict[str, Any] = {
        "revisions": revisions,
        "environments": list(dict.fromkeys(r.environment for r in revisions)),
        "shown": shown,
        "explained": "cards" in request.GET,
        "digest_card": _digest_card(head, shown),
        "view": "diff" if request.GET.get("view") == "diff" else "manifest",
        "groups": _groups(shown.findings),
        "formats": FORMATS if shown.revision else (),
    }
    if shown.content is None or not shown.content.text:
        return service_page(
            request, "services/manifest_empty.html", service, "service-manifest", context, head=head
        )
    if context["view"] == "diff":
        context |= _diff(request, service, shown, revisions)
        template = "services/manifest_diff.html"
    else:
        made = manifest(shown.content, shown.findings)
        context |= _table(made, request.GET.get("object", ""))
        context["undoable"] = _by_code(service_pages.accepted_fixes(service))
        template = "services/manifest.html"
    return service_page(request, template, service, "service-manifest", context, head=head)


@require_GET
@page
def revision(request: PageRequest, pk: UUID) -> HttpResponse:
    """A revision by its id leads to its manifest."""
    found = get_object_or_404(visibility.revisions(actor_of(request)), pk=pk)
    address = reverse("service-manifest", args=[found.service_id])
    return redirect(f"{address}?revision={found.number}")


@require_GET
@page
def revision_download(request: PageRequest, pk: UUID, written_as: str) -> HttpResponse:
    """A revision as a file, in one of the formats."""
    found = get_object_or_404(visibility.revisions(actor_of(request)), pk=pk)
    if written_as not in FORMATS:
        raise Http404
    made = download(found, written_as)
    return HttpResponse(
        made.content,
        content_type=made.media_type,
        headers={"Content-Disposition": f'attachment; filename="{made.name}"'},
    )


def _by_code(fixes: Iterable[AcceptedFix]) -> dict[str, list[AcceptedFix]]:
    """The fixes in force by code: a line knows by the code alone what made it."""
    found: dict[str, list[AcceptedFix]] = {}
    for fix in fixes:
        found.setdefault(fix.code, []).append(fix)
    return found


def _shown(request: PageRequest, head: Head, revisions: Sequence[Revision]) -> Shown:
    wanted = request.GET.get("revision", "")
    environment = request.GET.get("environment", "")
    number = None
    if wanted == NOW:
        return Shown(None, head.assessment, head.findings)
    if wanted:
        number = next((r.number for r in revisions if str(r.number) == wanted), None)
        if number is None:
            raise Http404
    elif environment:
        number = next((r.number for r in revisions if r.environment == environment), None)
    elif head.revision is not None and head.current:
        number = head.revision.number
    if number is None:
        return Shown(None, head.assessment, head.findings)
    found = Revision.objects.get(service=head.service, number=number)
    known = sorted(
        (f for f in found.findings if not f["mended"]),
        key=lambda f: (_RANKS.index(f["severity"]), f["code"]),
    )
    return Shown(found, found, known)


_RANKS = ("blocker", "high", "medium", "low")


def _groups(findings: Sequence[Record]) -> list[tuple[str, list[Record]]]:
    """Findings by severity; every severity is named, so that none is missed."""
    return [(rank, [f for f in findings if f["severity"] == rank]) for rank in _RANKS]


def _digest_card(head: Head, shown: Shown) -> DigestCard:
    content = shown.content
    base = ""
    if content is not None:
        base = content.base_digest if isinstance(content, Revision) else content.digest
    found = list(rehearsals_of(head.service).exclude(outcome="")[:30])
    same = next((r for r in found if r.base_digest == base), None)
    return DigestCard(
        digest=content.digest if content else "",
        base=base,
        revision=shown.revision,
        rehearsed=same or (found[0] if found else None),
        changed_since=same is None and bool(found),
    )


def _table(made: Manifest, wanted: str) -> dict[str, Any]:
    """The rows of one object, or of all; line numbers are those of the whole manifest."""
    position = int(wanted) if wanted.isdigit() and int(wanted) < len(made.objects) else None
    rows = [r for r in made.rows if position is None or r.line.document == position]
    shown = {row.card for row in rows}
    return {
        "made": made,
        "rows": rows,
        "cards": [card for card in made.cards if card.id in shown],
        "position": position,
        "found_at": made.found_at,
    }


def _diff(
    request: PageRequest, service: Service, shown: Shown, revisions: Sequence[Revision]
) -> dict[str, Any]:
    """What lies between this manifest and another revision, its own base, or the source."""
    number = shown.revision.number if shown.revision else 10**9
    others = [r for r in revisions if r.number != number]
    earlier = next((r for r in others if r.number < number), None)
    against = request.GET.get("against", "") or (str(earlier.number) if earlier else SOURCE)
    objects = _objects(shown)
    found: Sequence[ObjectDiff] | None = None
    if against == SOURCE:
        row = source_pages.of_service(service).first()
        found = source_pages.against_source(row, objects) if row else None
    elif against == BASE and shown.revision is not None:
        found = compare(shown.revision.base_objects, objects)
    else:
        other = next((r for r in others if str(r.number) == against), None)
        if other is None:
            raise Http404
        content = Revision.objects.get(service=service, number=other.number)
        found = compare(content.objects_json, objects)
    return {"against": against, "others": others, "diffs": found}


def _objects(shown: Shown) -> list[dict[str, Any]]:
    if shown.revision is not None:
        return list(shown.revision.objects_json)
    return source_pages.objects_in(shown.content.text) if shown.content else []

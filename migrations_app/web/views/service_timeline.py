"""Everything that happened to one service."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.views.decorators.http import require_GET

from migrations_app.domain.audit.tags import Tag
from migrations_app.models import AcceptedFix, AuditEvent
from migrations_app.queries import service_pages, trail
from migrations_app.queries.wording import translated_word
from migrations_app.web.requests import PageRequest, page, paged
from migrations_app.web.views.service_head import find_service, service_page

_DIGEST = re.compile(r"[0-9a-f]{64}")
_WORDS = {
    "closed": "gate",
    "from": "phase",
    "kind": "run_kind",
    "outcome": "outcome",
    "peers": "peers",
    "role": "role",
    "state": "run_state",
    "to": "phase",
    "way": "source",
}
"""Under which of an event's parameters codes stand, and which words there are for them."""

_SAID_ELSEWHERE = ("action", "verb", "fingerprint", "move")


@require_GET
@page
def timeline(request: PageRequest, pk: UUID) -> HttpResponse:
    service = find_service(request, pk)
    rows = paged(request, trail.timeline(service), 50)
    in_force = {fix.fingerprint: fix for fix in service_pages.accepted_fixes(service)}
    told = []
    for event in rows:
        data = trail.told(event).get("data", {})
        told.append({"event": event, "data": _data(data), "undo": _undo(event, data, in_force)})
    context = {"rows": rows, "told": told}
    return service_page(request, "services/timeline.html", service, "service-timeline", context)


def _undo(
    event: AuditEvent, data: Mapping[str, Any], in_force: Mapping[str, AcceptedFix]
) -> AcceptedFix | None:
    """The fix that can be taken back beside this event: still in force, and accepted by it.

    A fix that was taken back and accepted again has two such events; the later one counts.
    """
    if event.tag != Tag.FIX_ACCEPTED:
        return None
    fix = in_force.get(str(data.get("fingerprint")))
    return fix if fix and fix.accepted <= event.at else None


def _data(values: Mapping[str, object]) -> dict[str, str]:
    """What an event tells, without what is empty or stands beside it already."""
    plain = {
        key: _plain(value, _WORDS.get(key, ""))
        for key, value in values.items()
        if key not in _SAID_ELSEWHERE
    }
    return {key: text for key, text in plain.items() if text}


def _plain(value: object, words: str) -> str:
    """A value in one line; ``words`` names the table of those that are codes."""
    if isinstance(value, list):
        return ", ".join(_plain(item, words) for item in value)
    if isinstance(value, dict):
        return ", ".join(f"{key}: {item}" for key, item in value.items() if item)
    text = str(value or "")
    if words and text:
        return translated_word(words, text)
    return text[:8] if _DIGEST.fullmatch(text) else text

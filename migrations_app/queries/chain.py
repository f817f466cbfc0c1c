"""The state of the audit chain, as the last check of it left it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

from migrations_app.domain.audit.tags import Tag
from migrations_app.models import AuditEvent, AuditHead

INTACT, BROKEN, UNKNOWN = "intact", "broken", "unknown"


@dataclass(frozen=True, slots=True)
class ChainState:
    """``events`` is the length now; ``verified`` when it was last checked, over ``checked`` links.

    ``first_break`` is the number of the first event that did not hold, 0 if all did.
    """

    state: str
    events: int
    head: str
    verified: datetime | None
    checked: int
    first_break: int


def chain_state() -> ChainState:
    """Two indexed look-ups; nothing is verified here."""
    head = AuditHead.objects.filter(pk=1).values_list("seq", "hash").first() or (0, "")
    last = AuditEvent.objects.filter(tag=Tag.AUDIT_VERIFIED.value).order_by("-seq").first()
    data = json.loads(last.body).get("data", {}) if last else {}
    first_break = int(data.get("first_break") or 0)
    state = UNKNOWN if last is None else BROKEN if first_break else INTACT
    return ChainState(
        state,
        head[0],
        head[1],
        last.at if last else None,
        int(data.get("events") or 0),
        first_break,
    )


def began() -> datetime | None:
    """When the first event of the chain happened."""
    return AuditEvent.objects.filter(seq=1).values_list("at", flat=True).first()

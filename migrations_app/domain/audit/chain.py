"""The hash chain: how links are made, and how the first broken one is found.

A link's hash covers the hash before it and the canonical JSON text (RFC 8785) of its own event.
The text is the truth; the columns beside it only repeat it, and a column that says otherwise is a
break too.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import rfc8785

from migrations_app.domain.messages import Message, msg

GENESIS = "0" * 64
_PREFIX = b"kakehashi-audit-v1\0"
BODY_LIMIT = 16 * 1024


def canonical(event: Mapping[str, Any]) -> str:
    """The one text of an event."""
    return rfc8785.dumps(dict(event)).decode()


def link_hash(prev: str, body: str) -> str:
    """The hash of a link."""
    return hashlib.sha256(_PREFIX + bytes.fromhex(prev) + body.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Link:
    """One stored link; ``columns`` are the index columns by the names the body has them under."""

    seq: int
    prev: str
    hash: str
    body: str
    columns: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Break:
    """Where the chain does not hold, and why."""

    seq: int
    code: str
    why: Message


@dataclass(frozen=True, slots=True)
class Verdict:
    """How many links hold, the hash of the last of them, and the first break if there is one."""

    links: int
    head: str
    broken: Break | None


def verify(links: Iterable[Link], head: tuple[int, str] | None = None) -> Verdict:
    """Walk the links in order of ``seq`` and stop at the first that does not hold.

    ``head`` is what the chain is known to have reached: its last ``seq`` and hash. A chain that
    ends before it was cut.
    """
    prev, count = GENESIS, 0
    for link in links:
        broken = _check(link, count + 1, prev)
        if broken is not None:
            return Verdict(count, prev, broken)
        prev, count = link.hash, count + 1
    if head is not None and (count, prev) != head:
        return Verdict(count, prev, _wrong_head(count, head))
    return Verdict(count, prev, None)


def first_break(links: Iterable[Link], head: tuple[int, str] | None = None) -> Break | None:
    """The first link that does not hold, None if all do."""
    return verify(links, head).broken


def _check(link: Link, expected: int, prev: str) -> Break | None:
    if link.seq != expected:
        why = msg(
            "Event %(expected)s is missing; the next one there is %(seq)s.",
            expected=expected,
            seq=link.seq,
        )
        return Break(expected, "missing", why)
    if link.prev != prev:
        return Break(link.seq, "prev", msg("It does not follow from the event before it."))
    if link.hash != _hash_or_nothing(link):
        return Break(link.seq, "hash", msg("Its text was altered, or its hash was."))
    try:
        event = json.loads(link.body)
    except ValueError:
        return Break(link.seq, "body", msg("Its text is not JSON."))
    if not isinstance(event, dict) or canonical(event) != link.body:
        return Break(link.seq, "body", msg("Its text is not in canonical form."))
    if event.get("seq") != str(link.seq):
        return Break(link.seq, "seq", msg("Its text carries another number."))
    for name, value in link.columns.items():
        if _indexed(event, name) != value:
            return Break(
                link.seq,
                "column",
                msg("Its column %(name)s says otherwise than its text.", name=name),
            )
    return None


def _hash_or_nothing(link: Link) -> str:
    try:
        return link_hash(link.prev, link.body)
    except ValueError:
        return ""


def _wrong_head(count: int, head: tuple[int, str]) -> Break:
    if count < head[0]:
        why = msg(
            "The trail was cut: it ends with event %(last)s, and once reached %(head)s.",
            last=count,
            head=head[0],
        )
        return Break(count + 1, "cut", why)
    return Break(
        head[0] + 1 if count > head[0] else count,
        "head",
        msg("The trail does not end where its head says."),
    )


COLUMNS: Mapping[str, tuple[str, ...]] = {
    "id": ("id",),
    "at": ("at",),
    "tag": ("tag",),
    "outcome": ("outcome",),
    "actor_kind": ("actor", "kind"),
    "actor_name": ("actor", "name"),
    "application_id": ("application", "id"),
    "service_id": ("service", "id"),
    "digest": ("digest",),
}
"""Index column → where the body has the same."""


def _indexed(event: Mapping[str, Any], column: str) -> str:
    value: Any = event
    for key in COLUMNS[column]:
        value = value.get(key) if isinstance(value, dict) else None
    return "" if value is None else str(value)

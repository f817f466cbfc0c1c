"""A finding: one result of a check."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import StrEnum

from migrations_app.domain.messages import UNSAID, Message
from migrations_app.domain.places import Place


class Severity(StrEnum):
    """From worst to least, in this order."""

    BLOCKER = "blocker"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"

    @property
    def rank(self) -> int:
        """0 for the worst."""
        return _RANKS[self]


_RANKS = {severity: rank for rank, severity in enumerate(Severity)}


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check saw, where, why it matters on a cluster, and what to do.

    ``mended`` findings describe what was wrong in the source and is right in what we rendered:
    they close no gate, but somebody who judges the file itself wants to know.
    ``subject`` tells apart two findings of one code at one place (a key, a name, a port).
    """

    code: str
    severity: Severity
    place: Place
    message: Message
    why: Message = UNSAID
    fix: Message = UNSAID
    fixable: bool = False
    waivable: bool = True
    mended: bool = False
    subject: str = ""

    @property
    def fingerprint(self) -> str:
        """Stays the same when lines move: code, object, path and subject, hashed (16 digits)."""
        parts = "\0".join((self.code, self.place.object, self.place.path, self.subject))
        return hashlib.sha256(parts.encode()).hexdigest()[:16]

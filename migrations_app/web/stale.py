"""A form that came late: somebody changed the thing while it was filled in.

What was typed stays in the form, which is shown again at the version of now: sent once more it
keeps mine; loading the page anew takes theirs.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext as _

from migrations_app.models import AuditEvent


@dataclass(frozen=True, slots=True)
class Difference:
    """One field that the two say differently."""

    label: str
    mine: str
    theirs: str


@dataclass(frozen=True, slots=True)
class Stale:
    """Who was faster, and what differs. ``lines`` are of a text: ``(kind, sign, text)``."""

    by: str
    at: datetime | None
    differences: tuple[Difference, ...] = ()
    lines: tuple[tuple[str, str, str], ...] = ()


def typed_again(request: HttpRequest, version: int) -> QueryDict:
    """What was typed, at the version that is there now."""
    data = request.POST.copy()
    data["version"] = str(version)
    return data


def late(form: forms.Form, theirs: Mapping[str, Any], event: AuditEvent | None) -> Stale:
    """What a valid form says otherwise than what is kept; ``event`` tells who kept that."""
    mine = form.cleaned_data
    found = tuple(
        Difference(str(form.fields[name].label), _shown(mine.get(name)), _shown(value))
        for name, value in theirs.items()
        if mine.get(name) != value
    )
    return Stale(event.actor_name if event else "", event.at if event else None, found)


def late_text(mine: str, theirs: str, by: str, at: datetime) -> Stale:
    """The same for a form that is one long text: theirs against mine, line by line."""
    lines = difflib.unified_diff(theirs.splitlines(), mine.splitlines(), lineterm="", n=2)
    kinds = {"+": "add", "-": "remove"}
    found = tuple(
        (kinds.get(line[:1], "same"), line[:1].strip(), line[1:])
        for line in list(lines)[2:]
        if not line.startswith("@@")
    )
    return Stale(by, at, lines=found)


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return str(value or "")

"""The small parts that every page is made of: icons, marks, tags, ages, digests, words."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

from django import template
from django.http import QueryDict
from django.templatetags.static import static
from django.utils import dateformat, timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from migrations_app.domain import words
from migrations_app.domain.messages import Message
from migrations_app.queries.wording import translated, translated_word

register = template.Library()

_STATE_ICONS = {
    "succeeded": "check",
    "passed": "passed",
    "failed": "failed",
    "running": "running",
    "queued": "clock",
    "cancelled": "stop",
    "inconclusive": "unknown",
    "refused": "moved-back",
    "skipped": "minus",
    "waiting": "not-yet",
}


@register.simple_tag
def icon(name: str, size: int = 16, label: str = "", *, spinning: bool = False) -> SafeString:
    """An icon of the sprite; without a label it is decoration."""
    classes = "kh-icon" if size == 16 else f"kh-icon kh-icon--{size}"
    if spinning:
        classes += " kh-spinning"
    role = (
        format_html('role="img" aria-label="{}"', label)
        if label
        else SafeString('aria-hidden="true"')
    )
    return format_html(
        '<svg class="{}" {}><use href="{}#{}"></use></svg>',
        classes,
        role,
        static("icons.svg"),
        name,
    )


@register.filter
def sentence(message: Message | Mapping[str, Any] | None) -> str:
    """A sentence of the core (a message or its record) in the reader's language."""
    return translated(message) if message else ""


@register.filter
def word(code: Any, kind: str) -> str:
    """What a code is called: ``{{ service.phase|word:"phase" }}``. An unknown one stays itself."""
    return translated_word(kind, code)


@register.simple_tag
def severity(code: str, *, text: bool = True) -> SafeString:
    """The mark of a severity: its shape, and its word unless told otherwise."""
    name = word(code, "severity")
    if not text:
        return format_html(
            '<span class="kh-severity--{}">{}</span>', code, icon(code, 16, label=name)
        )
    return format_html('<span class="kh-tag kh-tag--{}">{}{}</span>', code, icon(code, 12), name)


@register.simple_tag
def phase(code: str, *, text: bool = True) -> SafeString:
    """A phase: its number on its colour, and its name."""
    numbers = {"local": 1, "compatible": 2, "staging": 3, "production": 4}
    name = format_html("<span>{}</span>", word(code, "phase")) if text else SafeString("")
    return format_html(
        '<span class="kh-phase kh-phase--{}"><span class="kh-phase__number">{}</span>{}</span>',
        code,
        numbers.get(code, "?"),
        name,
    )


@register.simple_tag
def tag(text: str, tone: str = "plain", icon_name: str = "") -> SafeString:
    """A tag of any tone (a severity, proven, passed, failed, accent, simulated, not-proven …)."""
    drawing = icon(icon_name, 12) if icon_name else SafeString("")
    return format_html('<span class="kh-tag kh-tag--{}">{}{}</span>', tone, drawing, text)


@register.simple_tag
def state(code: str) -> SafeString:
    """The state of a run or the outcome of a rehearsal, as a tag."""
    kind = "outcome" if code in words.OUTCOMES and code != "failed" else "run_state"
    drawing = icon(_STATE_ICONS.get(code, "circle"), 12, spinning=code == "running")
    return format_html(
        '<span class="kh-tag kh-tag--{}">{}{}</span>', code, drawing, word(code, kind)
    )


@register.simple_tag
def age(since: datetime | None, limit_days: int = 0) -> SafeString:
    """How long ago, with the full time in the tooltip; stands out when beyond the limit."""
    if since is None:
        return SafeString("")
    seconds = max((timezone.now() - since).total_seconds(), 0)
    over = bool(limit_days) and seconds > limit_days * 86400
    return format_html(
        '<time class="kh-age{}" datetime="{}" title="{}">{}{}</time>',
        " kh-age--over" if over else "",
        since.isoformat(),
        full_time(since),
        icon("clock", 14),
        _span(seconds),
    )


@register.filter
def full_time(at: datetime | None) -> str:
    """A time to the second with its zone, as audits need it."""
    return _written(at, pgettext("date format", "Y-m-d H:i:s T"))


@register.filter
def day(at: datetime | None) -> str:
    """A day of this year or so: ``3 Nov``."""
    return _written(at, pgettext("date format", "j M"))


@register.filter
def day_and_time(at: datetime | None) -> str:
    """A day with hour and minute: ``3 Nov 13:05``."""
    return _written(at, pgettext("date format", "j M H:i"))


@register.filter
def full_day(at: datetime | None) -> str:
    """A day with its year."""
    return _written(at, pgettext("date format", "Y-m-d"))


def _written(at: datetime | None, form: str) -> str:
    return dateformat.format(timezone.localtime(at), form) if at else ""


@register.filter
def clock_time(at: datetime | None) -> str:
    """Hour, minute and second in the reader's zone."""
    return timezone.localtime(at).strftime("%H:%M:%S") if at else ""


@register.filter
def ago(since: datetime | None) -> str:
    """How long ago as bare text: ``9 d``."""
    return _span(max((timezone.now() - since).total_seconds(), 0)) if since else ""


@register.filter
def lasted(start: datetime | None, end: datetime | None = None) -> str:
    """How long something took, or takes until now."""
    if start is None:
        return ""
    seconds = ((end or timezone.now()) - start).total_seconds()
    if seconds < 60:
        return pgettext("seconds", "%(n)s s") % {"n": f"{max(seconds, 0):.1f}"}
    minutes, rest = divmod(int(seconds), 60)
    return pgettext("minutes and seconds", "%(m)s min %(s)s s") % {"m": minutes, "s": rest}


def _span(seconds: float) -> str:
    if seconds < 60:
        return _("now")
    if seconds < 3600:
        return pgettext("age in minutes", "%(n)s min") % {"n": int(seconds // 60)}
    if seconds < 86400:
        return pgettext("age in hours", "%(n)s h") % {"n": int(seconds // 3600)}
    return pgettext("age in days", "%(n)s d") % {"n": int(seconds // 86400)}


@register.inclusion_tag("parts/digest.html")
def digest(value: str, length: int = 6) -> dict[str, Any]:
    """The beginning of a digest with a button that copies the whole."""
    bare = value.removeprefix("sha256:")
    return {"short": bare[:length], "whole": f"sha256:{bare}" if bare else ""}


@register.inclusion_tag("parts/avatar.html")
def avatar(name: str, size: int = 20) -> dict[str, Any]:
    """The first letters of a name in a circle."""
    parts = name.split()
    letters = "".join(part[0] for part in parts[:2]) if name.isascii() else name[:1]
    return {"letters": letters.upper() or "–", "size": size}


@register.simple_tag(takes_context=True)
def query(context: template.Context, **changes: Any) -> str:
    """The address's query with some keys set or (None or empty) taken out; starts with ``?``.

    A part that answers a POST gives the query of the page it stands in as ``address_query``.
    """
    values = _query_of(context)
    for key, value in changes.items():
        if value in (None, ""):
            values.pop(key, None)
        else:
            values[key] = str(value)
    if "page" not in changes:
        values.pop("page", None)
    encoded = values.urlencode()
    return f"?{encoded}" if encoded else "?"


def _query_of(context: template.Context) -> QueryDict:
    given: QueryDict | None = context.get("address_query")
    if given is None and "request" in context:
        given = context["request"].GET
    return given.copy() if given is not None else QueryDict(mutable=True)


@register.simple_tag(takes_context=True)
def with_value(context: template.Context, key: str, value: str) -> str:
    """The address's query with one more value under a key that may have several."""
    values = _query_of(context)
    values.appendlist(key, value)
    values.pop("page", None)
    return f"?{values.urlencode()}"


@register.simple_tag
def bars(shares: Iterable[Any]) -> SafeString:
    """Shares of a whole as rectangles of a 100 units wide drawing, with a gap between them."""
    known = [share for share in shares if share.count]
    whole = sum(share.count for share in known)
    if not whole:
        return SafeString('<rect class="kh-bar" width="100" height="2"></rect>')
    made, left = [], 0.0
    for share in known:
        wide = 100 * share.count / whole
        made.append((share.phase, f"{left:.2f}", f"{max(wide - 0.6, 0.4):.2f}"))
        left += wide
    return format_html_join(
        "",
        '<rect class="kh-bar kh-phase--{}" x="{}" width="{}" height="2"></rect>',
        made,
    )


@register.simple_tag
def chain_links(state: str) -> SafeString:
    """A row of links; where the chain is broken, one of them stands open."""
    gap = 8 if state == "broken" else -1
    links = ((f"{2 + 24 * n}", " kh-links__gap" if n == gap else "") for n in range(11))
    return format_html_join(
        "",
        '<rect class="kh-links__link{1}" x="{0}" y="2" width="20" height="10" rx="5"></rect>',
        links,
    )


@register.filter
def diff_lines(lines: Iterable[str]) -> list[tuple[str, str, str]]:
    """The lines of a unified diff as tone, sign and text; file names are left out."""
    tones = {"+": "add", "-": "remove", "@": "hunk"}
    return [
        (tones.get(line[:1], "same"), line[:1] if line[:1] in "+-" else "", line[1:])
        if line[:1] != "@"
        else ("hunk", "", "⋯")
        for line in lines
        if not line.startswith(("+++", "---"))
    ]


@register.filter
def is_in(value: Any, collection: Collection[Any]) -> bool:
    """Whether a collection holds the value; as a filter, so that a template can keep the answer."""
    return bool(collection) and value in collection


@register.filter
def get(mapping: Mapping[Any, Any], key: Any) -> Any:
    """What a mapping holds under a key that is itself a variable."""
    return mapping.get(key, "")


@register.filter
def language_of(text: str) -> str:
    """``ja`` for text with Japanese letters, else empty: the ``lang`` of a mixed-language name."""
    return "ja" if any("぀" <= letter <= "鿿" for letter in text) else ""

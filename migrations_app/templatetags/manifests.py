"""How lines of manifests, their origins and their differences are written."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from migrations_app.domain.manifests.secret_markers import MARKER, is_marker
from migrations_app.models import FindingWaiver, Run
from migrations_app.queries.manifest_pages import SOURCE, Trail, tokens
from migrations_app.queries.wording import translated, translated_word

register = template.Library()

_ICONS = {
    SOURCE: "source",
    "built": "built",
    "mended": "mended",
    "preset": "preset",
    "environment": "environment",
    "answer": "answer",
    "fix": "fix",
    "edit": "pencil",
    "default": "built",
}
_DIFF_TONES = {"+": "add", "-": "remove", "@": "hunk"}


@register.simple_tag
def yaml_line(line: str) -> SafeString:
    """One line of YAML, its keys and values told apart, secrets as blocks that say so."""
    return painted(tokens(line))


@register.filter
def painted(pieces: Sequence[tuple[str, str]]) -> SafeString:
    """Pieces of a line as the manifest's table shows them."""
    return format_html_join("", "{}", ((_piece(kind, text),) for kind, text in pieces))


def _piece(kind: str, text: str) -> SafeString:
    if MARKER in text:
        before, _marker, after = text.partition(MARKER)
        block = format_html('<span class="kh-redacted">{}</span>', _("redacted"))
        return format_html("{}{}{}", before, block, after)
    return (
        format_html('<span class="kh-y-{}">{}</span>', kind, text)
        if kind
        else format_html("{}", text)
    )


@register.filter
def origin_icon(trail: Trail) -> str:
    """The icon of what decided a value."""
    return _ICONS.get(trail.kind, "built")


@register.filter
def edited_in(finding: Mapping[str, Any]) -> str:
    """The environment whose edit a finding is about; empty for one that holds in all."""
    return str(finding["subject"]).partition("/")[0]


@register.filter
def origin_text(trail: Trail) -> str:
    """What decided a value, in few words: a place in a source, a preset, a fix."""
    word = translated_word("origin", trail.kind)
    if trail.kind == SOURCE:
        place = trail.file.rpartition("/")[2]
        return f"{place}:{trail.line}" if trail.line else place
    if trail.kind in ("preset", "environment"):
        return f"{trail.name} v{trail.version}" if trail.version else trail.name
    if trail.kind == "edit":
        return f"{word}: {trail.by}"
    if trail.kind in ("fix", "mended") and trail.by:
        return f"{word} · {trail.by}"
    return word


@register.filter
def diff_rows(lines: Sequence[str]) -> list[Mapping[str, Any]]:
    """The lines of a unified diff with the numbers of both sides."""
    rows: list[Mapping[str, Any]] = []
    old = new = 0
    for line in lines:
        sign = line[:1]
        if sign == "@":
            old, new = _starts(line)
            rows.append({"sign": "", "tone": "hunk", "old": "", "new": "", "pieces": [("", line)]})
            continue
        row: dict[str, Any] = {
            "sign": sign,
            "tone": _DIFF_TONES.get(sign, ""),
            "pieces": tokens(line[1:]),
        }
        row["old"] = "" if sign == "+" else old
        row["new"] = "" if sign == "-" else new
        old += sign != "+"
        new += sign != "-"
        rows.append(row)
    return rows


def _starts(hunk: str) -> tuple[int, int]:
    """The first lines of both sides: ``@@ -3,7 +3,8 @@``."""
    parts = hunk.split()
    return tuple(int(part[1:].partition(",")[0]) for part in parts[1:3])  # type: ignore[return-value]


@register.filter
def plain_value(value: Any) -> str:
    """A value of a manifest in one line, for before and after."""
    if value is None:
        return _("nothing")
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    text = text.replace(MARKER, _("redacted"))
    return text if len(text) <= 160 else f"{text[:159]}…"


@register.filter
def shown_at(places: Mapping[str, int], fingerprint: str) -> int:
    """The line of a finding, 0 where it stands on none."""
    return places.get(fingerprint, 0)


@register.filter
def waiver_of(held: Mapping[str, FindingWaiver] | str, fingerprint: str) -> FindingWaiver | None:
    """The waiver of a finding that holds today; none where a page knows of no waivers."""
    return held.get(fingerprint) if isinstance(held, Mapping) else None


@register.filter
def short_digest(value: str) -> str:
    return value[:6]


@register.simple_tag
def answer_label(question: Mapping[str, Any]) -> str:
    """The words of the answer that was given."""
    for choice in question["choices"]:
        if choice["value"] == question["answer"]:
            return translated(choice["label"])
    if is_kept_secret(question["answer"]):
        return _("kept secret")
    return str(question["answer"]) or _("nothing")


@register.filter
def is_kept_secret(answer: object) -> bool:
    """Whether an answer is shown to nobody."""
    return is_marker(answer)


@register.simple_tag
def run_error(run: Run) -> str:
    """Why a run failed, and what to do, in the reader's language."""
    return (
        translated({"text": run.error_text, "params": run.error_params}) if run.error_text else ""
    )


@register.filter
def without_password(url: str) -> str:
    """An address as it may be shown."""
    parts = urlsplit(url)
    if not parts.password:
        return url
    return parts._replace(netloc=parts.netloc.replace(f":{parts.password}@", ":***@")).geturl()


@register.filter
def breakable(path: str) -> SafeString:
    """A path that may be broken after each of its slashes, and nowhere within a word."""
    head, *rest = path.split("/")
    return format_html("{}{}", head, format_html_join("", "/<wbr>{}", ((part,) for part in rest)))

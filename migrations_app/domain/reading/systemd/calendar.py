"""Times of a timer (``OnCalendar=``) as a cron line of five fields.

Source: systemd's manual, ``systemd.time``, "Calendar events". What has no counterpart in cron
(seconds, years, the last days of a month) yields None.
"""

from __future__ import annotations

import re

_SHORTHANDS = {
    "minutely": "* * * * *",
    "hourly": "0 * * * *",
    "daily": "0 0 * * *",
    "weekly": "0 0 * * 1",
    "monthly": "0 0 1 * *",
    "quarterly": "0 0 1 1,4,7,10 *",
    "semiannually": "0 0 1 1,7 *",
    "yearly": "0 0 1 1 *",
    "annually": "0 0 1 1 *",
}
_DAYS = {name: str(i) for i, name in enumerate(("sun", "mon", "tue", "wed", "thu", "fri", "sat"))}
_FIELD = re.compile(r"[0-9*,/.]+")


def cron_line(text: str) -> str | None:
    """``Mon..Fri *-*-* 02:30:00`` as ``30 2 * * 1-5``; None where cron has no words for it."""
    text = text.strip()
    if text.lower() in _SHORTHANDS:
        return _SHORTHANDS[text.lower()]
    parts = text.split()
    day_of_week, date, time = "*", "*-*-*", "00:00:00"
    for part in parts:
        if ":" in part:
            time = part
        elif part[:1].isalpha():
            found = _days(part)
            if found is None:
                return None
            day_of_week = found
        else:
            date = part
    hours, minutes, seconds = [*time.split(":"), "00"][:3]
    day_parts = ["*", *date.split("-")][-3:]
    if len(day_parts) != 3 or day_parts[0] != "*" or seconds not in ("0", "00"):
        return None
    fields = [_field(minutes), _field(hours), _field(day_parts[2]), _field(day_parts[1])]
    if any(item is None for item in fields) or not parts:
        return None
    return " ".join([*(item or "*" for item in fields), day_of_week])


def _days(text: str) -> str | None:
    items: list[str] = []
    for item in text.rstrip(",").split(","):
        first, dots, last = item.partition("..")
        numbers = [_DAYS.get(name[:3].lower()) for name in ((first, last) if dots else (first,))]
        if any(number is None for number in numbers):
            return None
        items.append("-".join(number or "" for number in numbers))
    return ",".join(items)


def _field(text: str) -> str | None:
    """``0/15`` is ``*/15``, ``1..5`` is ``1-5``; leading zeros go."""
    if not _FIELD.fullmatch(text):
        return None
    start, slash, step = text.partition("/")
    start = start.replace("..", "-")
    if "." in start:
        return None
    start = re.sub(r"\b0+(\d)", r"\1", start)
    if not slash:
        return start
    return f"*/{step}" if start in ("0", "*") else f"{start}-59/{step}"

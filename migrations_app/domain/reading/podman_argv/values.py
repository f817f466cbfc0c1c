"""Values of options as Podman writes them: sizes, times, numbers, lists."""

from __future__ import annotations

import csv
import json
import re
from decimal import Decimal, InvalidOperation

_SIZE = re.compile(r"(\d+(?:\.\d+)?|\.\d+) ?([kmgtp]?)(?:i?b)?", re.IGNORECASE)
_UNITS = {"": 1, "k": 2**10, "m": 2**20, "g": 2**30, "t": 2**40, "p": 2**50}
_DURATION = re.compile(r"([+-]?)((?:\d+(?:\.\d*)?|\.\d+)(?:ns|us|µs|ms|s|m|h))+|0")
_DURATION_PART = re.compile(r"(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|ms|s|m|h)")
_SECONDS = {
    "ns": Decimal("1e-9"),
    "us": Decimal("1e-6"),
    "µs": Decimal("1e-6"),
    "ms": Decimal("1e-3"),
    "s": Decimal(1),
    "m": Decimal(60),
    "h": Decimal(3600),
}


def listed(text: str) -> tuple[str, ...]:
    """The items of a comma-separated value; quotes keep a comma, as in a line of CSV."""
    try:
        rows = list(csv.reader([text], strict=True))
    except csv.Error:
        return tuple(text.split(","))
    return tuple(rows[0]) if rows else ()


def size(text: str) -> int | None:
    """``64m``, ``1.5g``, ``512MiB`` in bytes (units are powers of 1024); None for no size."""
    match = _SIZE.fullmatch(text.strip())
    return int(Decimal(match[1]) * _UNITS[match[2].lower()]) if match else None


def seconds(text: str) -> float | None:
    """A duration as Go writes it (``1m30s``) in seconds; None if it is none."""
    if not _DURATION.fullmatch(text.strip()):
        return None
    parts = _DURATION_PART.findall(text)
    total = sum((Decimal(number) * _SECONDS[unit] for number, unit in parts), Decimal())
    return -float(total) if text.strip().startswith("-") else float(total)


def number(text: str) -> int | None:
    """A whole number in decimal digits; None if it is none."""
    return int(text) if re.fullmatch(r"[+-]?\d{1,18}", text.strip()) else None


def decimal(text: str) -> Decimal | None:
    """A finite decimal number; None if it is none."""
    try:
        value = Decimal(text.strip())
    except InvalidOperation:
        return None
    return value if value.is_finite() else None


def octal(text: str) -> int | None:
    """A file mode in octal digits; None if it is none."""
    return int(text, 8) if re.fullmatch("(?:0o?)?[0-7]{1,5}", text) else None


def cpus(value: Decimal) -> str:
    """CPUs to a thousandth, the finest a cluster knows, rounded up."""
    return format(value.quantize(Decimal("0.001"), rounding="ROUND_UP").normalize(), "f")


def words_of_json(text: str) -> tuple[str, ...] | None:
    """The words of a JSON array of texts; None for all else."""
    if not text.lstrip().startswith("["):
        return None
    try:
        value = json.loads(text)
    except ValueError:
        return None
    if isinstance(value, list) and all(isinstance(word, str) for word in value):
        return tuple(value)
    return None

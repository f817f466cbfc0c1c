"""Log records as one line of JSON each: nothing in a message can forge a second line.

Secrets do not belong into logs; where one comes along all the same (a URL with a password, an
``extra`` with a telling name), it is taken out here, at the last door.
"""

from __future__ import annotations

import json
import logging
import re
from datetime import UTC, datetime

HIDDEN = "(hidden)"

_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
_TELLING = re.compile(r"passw|secret|token|authorization|cookie|api_?key|credential", re.IGNORECASE)
_IN_URL = re.compile(r"(?<=://)[^/@\s]*:[^/@\s]+(?=@)")
_BEARER = re.compile(r"(?i)\b(bearer)\s+\S+")


class JsonFormatter(logging.Formatter):
    """Time, level, logger, message, whatever was given as ``extra``, and a traceback."""

    def format(self, record: logging.LogRecord) -> str:
        entry: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": without_secrets(record.getMessage()),
        }
        entry.update(
            (key, _extra(key, value)) for key, value in vars(record).items() if key not in _STANDARD
        )
        if record.exc_info:
            entry["traceback"] = without_secrets(self.formatException(record.exc_info))
        return json.dumps(entry, ensure_ascii=False)


def without_secrets(text: str) -> str:
    """The text without passwords in URLs and without bearer tokens."""
    return _BEARER.sub(rf"\1 {HIDDEN}", _IN_URL.sub(HIDDEN, text))


def _extra(key: str, value: object) -> object:
    if _TELLING.search(key):
        return HIDDEN
    return value if isinstance(value, int | float | bool) else without_secrets(str(value))

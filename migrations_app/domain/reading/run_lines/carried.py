"""What a script writes and a page shows beside its commands: units, manifests, other scripts.

None of it is read as if it were here; each is said to be lost, so that its author gives it as the
file that it is meant to be.
"""

from __future__ import annotations

import re

from migrations_app.domain.bundle import SourceKind
from migrations_app.domain.loss import Outcome
from migrations_app.domain.messages import msg
from migrations_app.domain.places import Place
from migrations_app.domain.reading.detect import by_text, is_run_line
from migrations_app.domain.reading.run_lines.script import Script
from migrations_app.domain.words import word

_FILES = frozenset(
    {SourceKind.QUADLET, SourceKind.SYSTEMD, SourceKind.COMPOSE, SourceKind.CONTAINERFILE}
)
_OBJECT = re.compile(r"^apiVersion:[^\n]*$", re.MULTILINE)
_NOT_READ = msg(
    "These commands stand in no block of shell commands and are not read. Give them as a script."
)


def note_carried(script: Script, text: str, first_line: int, *, in_page: bool) -> None:
    """Say what is lost with a here-document of a script, or with a part of a page."""
    kind = SourceKind.KUBERNETES if _OBJECT.search(text) else by_text(text)
    what = "block" if in_page else "here-document"
    if kind in _FILES or kind is SourceKind.KUBERNETES:
        reason = msg(
            "What stands here within a text is not read: %(kind)s. Give it as a file of its own.",
            kind=word("source", kind),
        )
        script.settle(Place(script.file, first_line, 1), what, Outcome.DROPPED, reason)
    elif kind is SourceKind.RUN_LINES:
        for number, line in enumerate(text.splitlines(), first_line):
            if is_run_line(line):
                script.settle(Place(script.file, number, 1), what, Outcome.DROPPED, _NOT_READ)

"""Which rows of a loss report are about settings, and which about all else an inspection says.

An inspection lists far more than anybody set: runtime state, repeats, what the image says. Such a
field is accounted for like any other, but nothing is lost with it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from migrations_app.domain.loss import Outcome
from migrations_app.domain.messages import msg
from migrations_app.domain.reading import inspect_rules as rules

NO_SETTINGS = frozenset(
    {
        rules.RUNTIME.text,
        rules.IDENTITY.text,
        rules.REPEATS.text,
        rules.HOST.text,
        rules.COMMAND.text,
        rules.IMAGE.text,
        rules.IMAGE_SAYS.text,
        msg("The image says the same; a cluster reads it from the image.").text,
        msg("Set by Podman itself, not by anyone; a cluster sets its own.").text,
        msg("A default of this host's configuration; nobody asked for it.").text,
        msg("Podman's notes to itself; it refuses to meet them again.").text,
        msg("A local ID; a rehearsal uses it, a cluster pulls by name.").text,
        msg("Known to presets that pin images; a tag stays as it is written.").text,
        msg("Podman's own choice; a pod is called by its own name.").text,
        msg("The container's own ID, not a chosen name.").text,
        msg("Written by a container tool for itself.").text,
        msg("Tells services apart; it is kept with the service.").text,
    }
)
"""The reasons, in English, of fields that nobody set for the service's sake."""


def is_setting(row: Mapping[str, Any]) -> bool:
    """Whether the record of a row is about something that somebody chose."""
    return row["outcome"] != Outcome.DROPPED.value or row["reason"]["text"] not in NO_SETTINGS

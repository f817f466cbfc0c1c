"""What is called differently than in the source, as people are told of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from migrations_app.domain.manifests.resources import CONTAINER_LISTS
from migrations_app.domain.mends.naming import CODE
from migrations_app.domain.places import Path
from migrations_app.domain.transforms.base import Recorded


def renames(record: Iterable[Recorded]) -> tuple[Mapping[str, str], ...]:
    """``{"kind", "from", "to", "object"}`` for each thing that got another name, each once.

    What merely refers to a renamed thing is not listed.
    """
    found: dict[tuple[str, str, str, str], Mapping[str, str]] = {}
    for item in record:
        change = item.change
        kind = _kind(change.path, item.label)
        if change.step.by != CODE or not kind or change.before == change.after:
            continue
        if isinstance(change.before, str) and isinstance(change.after, str):
            owner = "" if change.path == ("metadata", "name") else item.label
            found.setdefault(
                (kind, change.before, change.after, owner),
                {"kind": kind, "from": change.before, "to": change.after, "object": owner},
            )
    return tuple(found.values())


def _kind(path: Path, label: str) -> str:
    """What the name at this path names, "" for a mere reference."""
    if path == ("metadata", "name"):
        return label.partition("/")[0]
    if path and path[-1] == "hostname":
        return "hostname"
    if len(path) < 3 or path[-1] != "name" or not isinstance(path[-2], int):
        return ""
    if path[-3] in CONTAINER_LISTS:
        return "container"
    return "volume" if path[-3] == "volumes" else ""

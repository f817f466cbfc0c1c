"""What ``<<`` brings into a mapping, as the reader of Kubernetes takes it."""

from __future__ import annotations

from typing import Any

from migrations_app.domain.messages import msg
from migrations_app.domain.places import Place
from migrations_app.domain.provenance import Origin
from migrations_app.domain.reading.decoding import refuse

Merge = tuple[dict[str, Any], Origin]


def merge_parts(value: Any, origin: Origin) -> list[Merge]:
    """The mappings that a merge key names, each with its place."""
    if isinstance(value, list) and isinstance(origin.children, list):
        parts = list(zip(value, origin.children, strict=True))
    else:
        parts = [(value, origin)]
    for part, place in parts:
        if not isinstance(part, dict):
            refuse(
                "yaml_syntax",
                msg("<< takes a mapping or a list of mappings."),
                Place(origin.file, place.line, place.column),
            )
    return parts


def merge(merges: list[Merge], into: dict[str, Any], children: dict[str, Origin]) -> None:
    """Add what the merges bring; Kubernetes' reader refuses a merged key that is set again."""
    for part, origin in merges:
        known = origin.children if isinstance(origin.children, dict) else {}
        for key, value in part.items():
            if key in into:
                first = children[key]
                refuse(
                    "yaml_duplicate_key",
                    msg(
                        "The key %(key)s comes with << and is set again; Kubernetes takes that "
                        "for a duplicate. Keep one.",
                        key=key,
                    ),
                    Place(first.file, first.line, first.column),
                )
            into[key] = value
            children[key] = known.get(key, origin)


def merge_beneath(merges: list[Merge], into: dict[str, Any], children: dict[str, Origin]) -> None:
    """Add what the merges bring and nobody has set: a key that stands there wins, then the first.

    This is what YAML 1.1 says of merge keys, and how compose reads them.
    """
    for part, origin in merges:
        known = origin.children if isinstance(origin.children, dict) else {}
        for key, value in part.items():
            if key not in into:
                into[key] = value
                children[key] = known.get(key, origin)

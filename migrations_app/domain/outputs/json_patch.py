"""The difference of two values as operations of a JSON patch (RFC 6902)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from migrations_app.domain.places import Path, pointer
from migrations_app.domain.same import same

Operation = dict[str, Any]


def json_patch(before: Any, after: Any, path: Path = ()) -> Iterator[Operation]:
    """Operations that make ``after`` of ``before``, in the order of the document.

    Of lists whose elements kept their places only what changed is named, and what was appended;
    any other list is replaced whole, since later operations would count from moved places.
    """
    if same(before, after):
        return
    if isinstance(before, dict) and isinstance(after, dict):
        yield from _of_mappings(before, after, path)
    elif isinstance(before, list) and isinstance(after, list) and _keep_places(before, after):
        for index, (old, new) in enumerate(zip(before, after, strict=False)):
            yield from json_patch(old, new, (*path, index))
        for new in after[len(before) :]:
            yield {"op": "add", "path": pointer((*path, "-")), "value": new}
    else:
        yield {"op": "replace", "path": pointer(path), "value": after}


def _of_mappings(before: dict[str, Any], after: dict[str, Any], path: Path) -> Iterator[Operation]:
    for key in sorted(before.keys() | after.keys()):
        here = (*path, key)
        if key not in after:
            yield {"op": "remove", "path": pointer(here)}
        elif key not in before:
            yield {"op": "add", "path": pointer(here), "value": after[key]}
        else:
            yield from json_patch(before[key], after[key], here)


def _keep_places(before: list[Any], after: list[Any]) -> bool:
    """Whether each element of ``before`` goes on in its place."""
    if len(after) < len(before):
        return False
    pairs = zip(before, after, strict=False)
    return all(
        same(old, new)
        or (isinstance(old, dict) and isinstance(new, dict) and old.get("name") == new.get("name"))
        for old, new in pairs
    )

"""Kubernetes documents to objects: lists unpacked, everything else as it was written."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from migrations_app.domain.bundle import SourceObject
from migrations_app.domain.errors import Problem
from migrations_app.domain.messages import msg
from migrations_app.domain.places import Place
from migrations_app.domain.provenance import Origin
from migrations_app.domain.reading.documents import Document

LIST_DEPTH = 2


def is_kubernetes(value: Any) -> bool:
    """A mapping that says what it is, as every Kubernetes object does."""
    return isinstance(value, dict) and "kind" in value and "apiVersion" in value


def read_objects(document: Document, problems: list[Problem]) -> Iterator[SourceObject]:
    """The objects of one document; what cannot be one becomes a problem."""
    yield from _objects(document, document.value, document.origin, 0, problems)


_WITHOUT = {
    ("apiVersion", "kind"): msg(
        "Document %(number)s has no apiVersion and no kind, so it is no Kubernetes object."
    ),
    ("apiVersion",): msg("Document %(number)s has no apiVersion, so it is no Kubernetes object."),
    ("kind",): msg("Document %(number)s has no kind, so it is no Kubernetes object."),
}


def _objects(
    document: Document, value: Any, origin: Origin, depth: int, problems: list[Problem]
) -> Iterator[SourceObject]:
    if value == []:
        nothing = msg("The list is empty: podman inspect prints that for a name that is not there.")
        problems.append(_problem(document, origin, "not_a_mapping", nothing))
        return
    if not isinstance(value, dict):
        problems.append(
            _problem(
                document,
                origin,
                "not_a_mapping",
                msg(
                    "Document %(number)s is not a Kubernetes object but a %(what)s.",
                    number=document.number,
                    what=msg("list") if isinstance(value, list) else msg("single value"),
                ),
            )
        )
        return
    missing = [key for key in ("apiVersion", "kind") if not isinstance(value.get(key), str)]
    if missing:
        problems.append(
            _problem(
                document,
                origin,
                "not_kubernetes",
                _WITHOUT[tuple(missing)].about(number=document.number),
            )
        )
        return
    if "$patch" in value:
        problems.append(
            _problem(
                document,
                origin.at(("$patch",)),
                "kustomize_patch",
                msg(
                    "Document %(number)s is a patch for kustomize, not an object. Give what "
                    "kubectl kustomize prints for the folder.",
                    number=document.number,
                ),
            )
        )
        return
    items = value.get("items")
    if value["kind"].endswith("List") and isinstance(items, list):
        yield from _items(document, items, origin, depth, problems)
        return
    if not isinstance(value.get("metadata"), dict | None):
        problems.append(
            _problem(
                document,
                origin.at(("metadata",)),
                "not_a_mapping",
                msg("metadata of a %(kind)s must be a mapping.", kind=value["kind"]),
            )
        )
        return
    yield SourceObject(value, origin, document.file, document.number)


def _items(
    document: Document, items: list[Any], origin: Origin, depth: int, problems: list[Problem]
) -> Iterator[SourceObject]:
    if depth >= LIST_DEPTH:
        problems.append(
            _problem(
                document,
                origin,
                "list_too_deep",
                msg("Lists stand in lists more than %(limit)s deep.", limit=LIST_DEPTH),
            )
        )
        return
    for index, item in enumerate(items):
        yield from _objects(document, item, origin.at(("items", index)), depth + 1, problems)


def _problem(document: Document, origin: Origin, code: str, message: Any) -> Problem:
    return Problem(code, message, Place(document.file, origin.line, origin.column))

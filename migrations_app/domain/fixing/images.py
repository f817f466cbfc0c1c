"""Fixes of images that take more than the manifest: what is known of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from migrations_app.domain.bundle import Object, Objects
from migrations_app.domain.fixing.base import Change, changed
from migrations_app.domain.known_images import KnownImages
from migrations_app.domain.manifests.resources import get, replace_at
from migrations_app.domain.places import Path


def pinned(known: KnownImages) -> Change:
    """IMG-02: the tag stays to be read, and the digest says which image is meant."""
    return _renamed(known.pinned)


def at_home(known: KnownImages) -> Change:
    """IMG-03: the image in the house's one registry, under the path that it has elsewhere."""
    return _renamed(known.at_home)


def fit_for_the_edge(known: KnownImages) -> Change:
    """EDG-01: an image by its digest, or one that is pulled only when it is missing."""

    def change(objects: Objects, index: int, path: Path) -> Sequence[Object | None]:
        if path[-1] == "image":
            return pinned(known)(objects, index, path)
        if path[-1] == "imagePullPolicy":
            return changed(objects, index, replace_at(objects[index], path, "IfNotPresent"))
        return objects

    return change


def _renamed(better: Callable[[str], str]) -> Change:
    def change(objects: Objects, index: int, path: Path) -> Sequence[Object | None]:
        name = better(str(get(objects[index], path)))
        return changed(objects, index, replace_at(objects[index], path, name)) if name else objects

    return change

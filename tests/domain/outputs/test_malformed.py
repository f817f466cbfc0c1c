"""Whatever stands in an object, a writer writes something or says why not: it never breaks."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest
import yaml

from migrations_app.domain.errors import InvalidInput
from migrations_app.domain.manifests.resources import replace_at
from migrations_app.domain.outputs.base import Manifests
from migrations_app.domain.outputs.formats import WRITERS

EVERYTHING = Path(__file__).parents[2] / "live" / "podman_variant.yaml"
SOUND = tuple(yaml.safe_load_all(EVERYTHING.read_text(encoding="utf-8")))
ODD: tuple[Any, ...] = (None, "", "x", 7, -1, 1.5, True, [], [None], [7], {}, {"a": None}, [[{}]])


@pytest.mark.parametrize("seed", range(60))
@pytest.mark.parametrize("written_as", WRITERS)
def test_no_writer_breaks(written_as: str, seed: int) -> None:
    chance = random.Random(seed)
    objects = tuple(_spoilt(body, chance) for body in SOUND)
    try:
        written = WRITERS[written_as](Manifests("shop", SOUND, {"staging": objects}))
    except InvalidInput:
        return
    assert all(isinstance(text, str) for text in written.files.values())


def _spoilt(body: dict[str, Any], chance: random.Random) -> dict[str, Any]:
    """The object with a few values that cannot be."""
    if body["kind"] == "Namespace":
        return body
    for _ in range(chance.randrange(4)):
        places = [path for path in _places(body) if path[0] not in ("apiVersion", "kind")]
        places = [path for path in places if path not in (("metadata",), ("metadata", "name"))]
        body = dict(replace_at(body, chance.choice(places), chance.choice(ODD)))
    return body


def _places(value: Any, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    items: Any = ()
    if isinstance(value, dict):
        items = value.items()
    elif isinstance(value, list):
        items = enumerate(value)
    found: list[tuple[str | int, ...]] = []
    for key, item in items:
        found += [(*path, key), *_places(item, (*path, key))]
    return found

"""Objects that strangers broke: rendering answers, or refuses in words; it never falls over."""

from __future__ import annotations

import copy
import random
from collections.abc import Iterator
from pathlib import Path as File
from typing import Any

import pytest
import yaml

from migrations_app.adapters.schemas import BundledSchemas
from migrations_app.domain.bundle import MemoryFiles
from migrations_app.domain.engine import Options, SecretsMode, render, services_of
from migrations_app.domain.errors import WorkbenchError
from migrations_app.domain.places import Path, pointer
from migrations_app.domain.presets.schema import Preset
from migrations_app.domain.provenance import leaves
from migrations_app.domain.reading.limits import STRICT
from migrations_app.domain.reading.read import read_bundle

GOLDEN = File(__file__).parent / "golden"
SOURCES = [
    path
    for path in sorted(GOLDEN.glob("*/source*.yaml"))
    if "apiVersion:" in path.read_text("utf-8")
]
PRESET = Preset.from_text((GOLDEN / "bank-preset" / "preset.yaml").read_bytes())
SCHEMAS = BundledSchemas()
ROUNDS = 12
JUNK: tuple[Any, ...] = (
    *(None, [], {}, 0, -1, True, 1.5, "", "x y/z", "A_B", [None], [[]], {"a": None}),
    *({"name": 1}, {"": ""}, "日本", "x" * 300, [1, "a"], {"name": ["a"]}, {"name": {}}),
)


def nodes(value: Any, path: Path = ()) -> Iterator[Path]:
    if path and path[0] not in ("apiVersion", "kind"):
        yield path
    if isinstance(value, dict):
        for key, item in value.items():
            yield from nodes(item, (*path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from nodes(item, (*path, index))


def broken(body: dict[str, Any], chance: random.Random) -> dict[str, Any]:
    result = copy.deepcopy(body)
    for _ in range(chance.choice((1, 1, 2, 4))):
        *parents, last = chance.choice([*nodes(result)])
        holder: Any = result
        for step in parents:
            holder = holder[step]
        if chance.random() < 0.8:
            holder[last] = copy.deepcopy(chance.choice(JUNK))
        else:
            del holder[last]
        if not [*nodes(result)]:
            break
    return result


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.parent.name)
def test_broken_objects_are_rendered_or_refused(source: File) -> None:
    bodies = [body for body in yaml.safe_load_all(source.read_text("utf-8")) if body]
    chance = random.Random(source.parent.name)
    for _ in range(ROUNDS):
        text = yaml.safe_dump_all([broken(body, chance) for body in bodies], allow_unicode=True)
        try:
            bundle = read_bundle(MemoryFiles({"source.yaml": text.encode()}), STRICT)
        except WorkbenchError:
            continue
        options = Options(
            layers=(PRESET,),
            parameters={"GIT_COMMIT": "4f2c9d1"},
            namespace=chance.choice((None, "elsewhere")),
            secrets=chance.choice([*SecretsMode]),
        )
        made = render(bundle, options, SCHEMAS)
        services_of(made)
        assert [row.path for row in made.loss] == [
            item.label + pointer(path)
            for item in bundle.objects
            for path, _value in leaves(item.body)
        ]

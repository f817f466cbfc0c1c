"""Every transform, over every golden source: inputs stay as they are, a second run does nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NoReturn

import pytest

from migrations_app.adapters.schemas import BundledSchemas
from migrations_app.domain.bundle import Facts, MemoryFiles, Objects
from migrations_app.domain.mends import mends
from migrations_app.domain.presets.layering import settle
from migrations_app.domain.presets.schema import Preset
from migrations_app.domain.reading.limits import STRICT
from migrations_app.domain.reading.read import read_bundle
from migrations_app.domain.transforms.base import Transform
from migrations_app.domain.transforms.overrides import SetImages, SetNamespace
from migrations_app.domain.transforms.presets import first_for, transforms_for

GOLDEN = Path(__file__).parent.parent / "golden"
CASES = sorted(path for path in GOLDEN.iterdir() if path.is_dir())
SCHEMAS = BundledSchemas()


class _Frozen:
    def _refuse(self, *_args: Any, **_kwargs: Any) -> NoReturn:
        raise AssertionError("a transform changed its input")

    __setitem__ = __delitem__ = _refuse
    clear = pop = update = setdefault = popitem = _refuse
    append = extend = insert = remove = sort = reverse = __iadd__ = __ior__ = _refuse


class _FrozenMapping(_Frozen, dict[str, Any]):
    pass


class _FrozenList(_Frozen, list[Any]):
    pass


def frozen(value: Any) -> Any:
    if isinstance(value, dict):
        return _FrozenMapping({key: frozen(item) for key, item in value.items()})
    if isinstance(value, list):
        return _FrozenList([frozen(item) for item in value])
    return value


def transforms(case: Path) -> list[Transform]:
    """Those of a preset that asks for much, and of the case's own."""
    files = {GOLDEN / "bank-preset" / "preset.yaml": None, **dict.fromkeys(case.glob("preset*"))}
    presets = [Preset.from_text(path.read_bytes(), path.name) for path in files]
    settings = settle(presets, {"GIT_COMMIT": "4f2c9d1"})
    return [
        *mends(SCHEMAS, SCHEMAS.versions()[-1]),
        *first_for(settings, Facts(), {}),
        *transforms_for(settings, Facts(), {}),
        SetImages({"web": "registry.example.com/other:2"}),
        SetNamespace("elsewhere"),
    ]


def objects_of(case: Path) -> Objects:
    files = {path.name: path.read_bytes() for path in sorted(case.glob("source*"))}
    return tuple(item.body for item in read_bundle(MemoryFiles(files), STRICT).objects)


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.name)
def test_no_transform_changes_its_input(case: Path) -> None:
    objects: Objects = objects_of(case)
    for transform in transforms(case):
        results = transform(tuple(frozen(body) for body in objects))
        assert len(results) >= len(objects)
        objects = tuple(body for body in results if body is not None)


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.name)
def test_a_second_run_returns_the_very_same_objects(case: Path) -> None:
    objects: Objects = objects_of(case)
    for transform in transforms(case):
        objects = tuple(body for body in transform(objects) if body is not None)
        again = transform(objects)
        assert all(new is old for new, old in zip(again, objects, strict=True)), transform

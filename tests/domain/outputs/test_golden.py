"""Every format of one application, kept for review.

``golden/NAME/written/FORMAT`` holds the files that come of ``source.yaml`` in staging and, with
``production.yaml``, in production; ``--update-golden`` writes them anew.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from migrations_app.adapters.schemas import BundledSchemas
from migrations_app.domain.bundle import MemoryFiles, Objects
from migrations_app.domain.engine import Made, Options, base, render
from migrations_app.domain.outputs.base import Manifests
from migrations_app.domain.outputs.formats import WRITERS
from migrations_app.domain.presets.schema import Preset
from migrations_app.domain.reading.limits import STRICT
from migrations_app.domain.reading.read import read_bundle

CASES = sorted(path for path in (Path(__file__).parent / "golden").iterdir() if path.is_dir())
SCHEMAS = BundledSchemas()


@pytest.mark.parametrize("written_as", WRITERS)
@pytest.mark.parametrize("case", CASES, ids=lambda path: path.name)
def test_golden(case: Path, written_as: str, update_golden: bool) -> None:
    written = WRITERS[written_as](_manifests(case))
    rows = [f"{r.path} {r.outcome.value} {r.target or '-'}: {r.reason}" for r in written.loss]
    files = {**written.files, "loss.txt": "\n".join([*rows, ""])} if rows else dict(written.files)
    folder = case / "written" / written_as
    if update_golden:
        shutil.rmtree(folder, ignore_errors=True)
        for name, text in files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text, encoding="utf-8")
    kept = {
        str(path.relative_to(folder)): path.read_text(encoding="utf-8")
        for path in folder.rglob("*")
        if path.is_file()
    }
    assert files == kept


def _manifests(case: Path) -> Manifests:
    bundle = read_bundle(MemoryFiles({"source.yaml": (case / "source.yaml").read_bytes()}), STRICT)
    layer = Preset.from_text((case / "production.yaml").read_bytes(), "production.yaml")
    common = Options(kubernetes_version="1.34")
    production = Options(
        kubernetes_version="1.34",
        environment="production",
        namespace="shop-production",
        layers=(layer,),
    )
    bottom = _bodies(base(bundle, production, SCHEMAS))
    wishes = {"staging": common, "production": production}
    return Manifests(
        "shop", bottom, {n: _bodies(render(bundle, wish, SCHEMAS)) for n, wish in wishes.items()}
    )


def _bodies(made: Made) -> Objects:
    return tuple(item.body for item in made.objects)

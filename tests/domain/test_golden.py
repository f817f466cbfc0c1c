"""Whole files in, whole files out: what rendering makes of a source, kept for review.

Each folder in ``golden`` is a case: ``source.*`` (one or more), and where wanted ``preset.yaml``
and ``options.yaml`` (fields of ``Options``). ``manifest.yaml`` and ``report.txt`` are what came of
them; ``--update-golden`` writes them anew, and the difference is for a person to read.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from migrations_app.adapters.schemas import BundledSchemas
from migrations_app.domain.bundle import MemoryFiles
from migrations_app.domain.engine import Made, Options, SecretsMode, render
from migrations_app.domain.loss import Outcome
from migrations_app.domain.presets.schema import Preset
from migrations_app.domain.reading.limits import STRICT
from migrations_app.domain.reading.read import read_bundle

CASES = sorted(path for path in (Path(__file__).parent / "golden").iterdir() if path.is_dir())
VERSION = "1.34"
SCHEMAS = BundledSchemas()


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.name)
def test_golden(case: Path, update_golden: bool) -> None:
    made = _render(case)
    results = {"manifest.yaml": made.text, "report.txt": _report(made)}
    if update_golden:
        for name, text in results.items():
            (case / name).write_text(text, encoding="utf-8")
    for name, text in results.items():
        assert text == (case / name).read_text(encoding="utf-8"), name


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.name)
def test_what_was_rendered_renders_to_itself(case: Path) -> None:
    made = _render(case)
    if made.text:
        again = render(
            read_bundle(MemoryFiles({"manifest.yaml": made.text.encode()}), STRICT),
            Options(kubernetes_version=VERSION),
            SCHEMAS,
        )
        assert again.text == made.text
        assert again.digest == made.digest


def _render(case: Path) -> Made:
    files = {path.name: path.read_bytes() for path in sorted(case.glob("source*"))}
    given: dict[str, Any] = {}
    if (case / "options.yaml").exists():
        given = yaml.safe_load((case / "options.yaml").read_text(encoding="utf-8"))
    if "secrets" in given:
        given["secrets"] = SecretsMode(given["secrets"])
    if "accepted_fixes" in given:
        given["accepted_fixes"] = frozenset(given["accepted_fixes"])
    layers = tuple(
        Preset.from_text(path.read_bytes(), path.name) for path in sorted(case.glob("preset*"))
    )
    options = Options(**{"kubernetes_version": VERSION, "layers": layers, **given})
    return render(read_bundle(MemoryFiles(files), STRICT), options, SCHEMAS)


def _report(made: Made) -> str:
    """What a person is told, one line each; the values that were simply kept are left out."""
    lines = [f"digest {made.digest}"]
    lines += [f"rename {item['kind']} {item['from']} -> {item['to']}" for item in made.renames]
    lines += [
        f"finding {item.code} {item.severity.value}{' mended' if item.mended else ''} "
        f"{item.fingerprint} {item.place}: {item.message}"
        for item in made.findings
    ]
    lines += [f"question {item.id} ({item.in_force}): {item.text}" for item in made.questions]
    lines += [
        f"loss {row.path} {row.outcome.value} {row.target or '-'}: {row.reason}"
        for row in made.loss
        if row.outcome is not Outcome.KEPT
    ]
    return "\n".join(lines) + "\n"

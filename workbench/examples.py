"""The examples of the documents: small sources, and what rendering makes of them.

``docs/examples/checks/CODE`` holds ``before*`` (the source, one file or more), where it is wanted
``options.yaml`` (``environment``, ``answers``) and ``preset*.yaml``; and ``after*`` only where a
person has to change the source by hand. ``docs/examples/transforms/SECTION`` holds ``before*`` and
``preset.yaml``. Whatever else a page shows is made by the engine, here and now.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from migrations_app import wiring
from migrations_app.domain.bundle import MemoryFiles
from migrations_app.domain.checks.pages import Example, Way
from migrations_app.domain.engine import Made, Options, render
from migrations_app.domain.pipeline.phases import Phase
from migrations_app.domain.presets.schema import Preset
from migrations_app.domain.reading.limits import STRICT
from migrations_app.domain.reading.read import read_bundle

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "examples"
CHECKS, TRANSFORMS = FOLDER / "checks", FOLDER / "transforms"
VERSION = "1.34"


class ExampleFails(Exception):
    """An example does not show what it is there for."""


@dataclass(frozen=True, slots=True)
class Case:
    """One folder: its files by what they are for."""

    name: str
    before: Mapping[str, str]
    after: Mapping[str, str]
    presets: Mapping[str, str]
    options: Mapping[str, Any]

    def made(self, files: Mapping[str, str], **more: Any) -> Made:
        """What rendering makes of some files under the folder's options."""
        layers = tuple(Preset.from_text(text.encode(), name) for name, text in self.presets.items())
        settings = {"kubernetes_version": VERSION, "phase": Phase.PRODUCTION, "layers": layers}
        options = Options(**{**settings, **self.options, **more})
        encoded = {name: text.encode() for name, text in files.items()}
        return render(read_bundle(MemoryFiles(encoded), STRICT), options, wiring.schemas())


def cases(folder: Path) -> dict[str, Case]:
    """Every example of a kind, by name."""
    return {path.name: _case(path) for path in sorted(folder.iterdir()) if path.is_dir()}


def _case(path: Path) -> Case:
    def named(prefix: str) -> dict[str, str]:
        found = sorted(path.glob(f"{prefix}*"))
        return {
            file.name.replace("before-", "").replace("after-", ""): file.read_text(encoding="utf-8")
            for file in found
        }

    options: dict[str, Any] = {}
    if (path / "options.yaml").exists():
        options = yaml.safe_load((path / "options.yaml").read_text(encoding="utf-8"))
    return Case(path.name, named("before"), named("after"), named("preset"), options)


def check_examples() -> dict[str, Example]:
    """Every example of a check, proven: the before has the finding, the after has it not."""
    return {code: proven(case) for code, case in cases(CHECKS).items()}


def proven(case: Case) -> Example:
    """The example of one check, after both of its sides were looked at."""
    code = case.name
    made = case.made(case.before)
    found = [finding for finding in made.findings if finding.code == code]
    if not found:
        raise ExampleFails(f"{code}: the example has no such finding.")
    if case.after:
        _expect_none(code, case.made(case.after))
        return Example(case.before, case.after, Way.BY_HAND)
    if all(finding.mended for finding in found):
        return Example(case.before, _shown(made), Way.RENDERED)
    fixes = frozenset(finding.fingerprint for finding in found if finding.fixable)
    if not fixes:
        return Example(case.before)
    fixed = case.made(case.before, accepted_fixes=fixes)
    _expect_none(code, fixed)
    return Example(case.before, _shown(fixed), Way.FIXED)


def _expect_none(code: str, made: Made) -> None:
    left = [finding for finding in made.findings if finding.code == code and not finding.mended]
    if left:
        raise ExampleFails(f"{code}: the example still has it afterwards: {left[0].message}")


def _shown(made: Made) -> dict[str, str]:
    return {"manifests.yaml": made.text} if made.text else {}


def transform_examples() -> dict[str, tuple[Case, str]]:
    """Every example of a preset section, with the manifest that comes of it."""
    found: dict[str, tuple[Case, str]] = {}
    for name, case in cases(TRANSFORMS).items():
        plain, shaped = case.made(case.before, layers=()), case.made(case.before)
        if plain.text == shaped.text and plain.questions == shaped.questions:
            raise ExampleFails(f"{name}: the preset changes nothing.")
        found[name] = (case, shaped.text)
    return found

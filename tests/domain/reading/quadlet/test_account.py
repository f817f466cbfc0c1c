"""Every line of every unit is accounted for, once, with its place."""

from __future__ import annotations

from pathlib import Path

import pytest

from migrations_app.domain.reading.quadlet.kinds import KEYS, UnitKind
from tests.corpus.quadlet_judged import lines_of_units, unaccounted

CASES = Path(__file__).parents[3] / "corpus" / "quadlet_cases"
ELSEWHERE = {"Pod", "ReloadSignal", "RemapGid", "RemapUid", "RemapUidSize", "RemapUsers", "Rootfs"}
"""Keys that exclude others, or need another unit: in other cases."""
RENDERED = sorted(path.name for path in CASES.iterdir() if path.name != "refused-lines")


@pytest.mark.parametrize("case", RENDERED)
def test_every_line_of_every_unit_is_in_the_loss_report_once(case: str):
    files = {
        str(path.relative_to(CASES / case)): path.read_bytes()
        for path in sorted((CASES / case).rglob("*"))
        if path.is_file()
    }
    assert unaccounted(files) == []
    assert len(lines_of_units(files)) >= 8


@pytest.mark.parametrize("kind", UnitKind)
def test_the_units_of_every_key_have_every_key(kind: UnitKind):
    name = f"all{kind.ending}"
    lines = lines_of_units({name: (CASES / "every-key" / name).read_bytes()})
    assert {setting.key for setting in lines} == KEYS[kind] - ELSEWHERE

"""The reasons that tell settings from everything else are those the readers really give."""

from __future__ import annotations

import ast
from pathlib import Path

import migrations_app.domain
from migrations_app.domain import records
from migrations_app.domain.loss import LossRow, Outcome
from migrations_app.domain.loss_kinds import NO_SETTINGS, is_setting
from migrations_app.domain.messages import msg
from migrations_app.domain.reading.inspect_rules import NO_PART, RUNTIME


def test_every_reason_is_given_by_some_reader() -> None:
    root = Path(migrations_app.domain.__file__).parent
    files = [*root.glob("reading/*.py"), *root.glob("manifests/*.py")]
    said = {
        node.value
        for file in files
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    assert said >= NO_SETTINGS


def test_a_setting_without_a_counterpart_is_lost_and_runtime_state_is_not() -> None:
    def row(outcome: Outcome, reason: object) -> dict[str, object]:
        return records.loss_row(LossRow("Container/a/State", outcome, reason=reason))  # type: ignore[arg-type]

    assert is_setting(row(Outcome.DROPPED, NO_PART))
    assert not is_setting(row(Outcome.DROPPED, RUNTIME))
    assert is_setting(row(Outcome.QUESTION, RUNTIME))
    assert is_setting(row(Outcome.KEPT, msg("")))

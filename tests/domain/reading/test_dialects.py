"""Compose's dialect of YAML, where it differs from that of Kubernetes."""

from __future__ import annotations

import math
from typing import Any

import pytest

from migrations_app.domain.errors import UnreadableSource
from migrations_app.domain.reading.dialects import COMPOSE, KUBERNETES, OVERRIDE, RESET, Tagged
from migrations_app.domain.reading.limits import STRICT
from migrations_app.domain.reading.yaml_reader import read_yaml


def read(text: str) -> Any:
    documents, findings = read_yaml(text, "compose.yaml", STRICT, COMPOSE)
    assert findings == []
    return documents[0].value


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        *(("NO", "NO"), ("on", "on"), ("y", "y"), ("Yes", "Yes"), ("TRUE", True), ("False", False)),
        *(("~", None), ("null", None), ("", None), ("0644", 420), ("0o17", 15), ("0x1F", 31)),
        *(("1_000", 1000), ("08", 8.0), ("1e3", 1000.0), ("1.0", 1.0), (".inf", ".inf")),
        *(("2020-01-01", "2020-01-01"), ("12:30:45", "12:30:45"), ("'1'", "1"), ("!!str 1", "1")),
    ],
)
def test_scalars(text: str, expected: Any) -> None:
    value = read(f"a: {text}\n")["a"]
    assert value == expected
    assert type(value) is type(expected)


def test_a_negative_zero_keeps_its_sign() -> None:
    assert math.copysign(1, read("a: -0")["a"]) == -1


def test_keys_are_what_is_written() -> None:
    assert read("{yes: 1, 0644: 2, null: 3, 1.50: 4}") == {
        "yes": 1,
        "0644": 2,
        "null": 3,
        "1.50": 4,
    }


def test_what_stands_in_a_mapping_wins_over_what_is_merged_into_it() -> None:
    text = "a: &a {x: 1, y: 1}\nb: &b {y: 2, z: 2}\nc: {<<: [*a, *b], x: 3}\nd:\n  y: 4\n  <<: *a\n"
    value = read(text)
    assert value["c"] == {"x": 3, "y": 1, "z": 2}
    assert value["d"] == {"y": 4, "x": 1}
    with pytest.raises(UnreadableSource):
        read_yaml(text, "a", STRICT, KUBERNETES)


def test_its_two_tags_are_kept_and_others_refused() -> None:
    value = read("a: !reset null\nb: !override [1]\nc: !reset {}\n")
    assert value == {"a": Tagged(RESET, "null"), "b": Tagged(OVERRIDE, [1]), "c": Tagged(RESET, {})}
    with pytest.raises(UnreadableSource) as told:
        read("a: !other b")
    assert "compose" in str(told.value.problems[0].message)
    with pytest.raises(UnreadableSource):
        read_yaml("a: !reset null", "a", STRICT, KUBERNETES)

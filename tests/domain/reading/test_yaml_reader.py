"""YAML becomes what Kubernetes' own reader makes of it, and every value knows its place."""

from __future__ import annotations

from typing import Any

import pytest

from migrations_app.domain.errors import UnreadableSource
from migrations_app.domain.reading.limits import STRICT
from migrations_app.domain.reading.yaml_reader import read_yaml


def value(text: str) -> Any:
    documents, _findings = read_yaml(text, "file.yaml", STRICT)
    return documents[0].value


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: !!str 5", {"a": "5"}),
        ("a: ! 5", {"a": "5"}),
        ('a: !!int "5"', {"a": 5}),
        ("a: !!float 5", {"a": 5}),
        ("a: !!map {b: c}", {"a": {"b": "c"}}),
        ("a: '5'", {"a": "5"}),
        ('"\\x1b": "\\u001b[0m"', {"\x1b": "\x1b[0m"}),
        ("1.5: a\n1e9: b\ntrue: c\n0x10: d\n", {"1.5": "a", "1e+09": "b", "true": "c", "16": "d"}),
        ("a: =\nb: <<\n", {"a": "=", "b": "<<"}),
        ("a: &x {k: 1}\nb: *x", {"a": {"k": 1}, "b": {"k": 1}}),
        ("a: &x {k: 1}\nb: {<<: *x, l: 2}", {"a": {"k": 1}, "b": {"k": 1, "l": 2}}),
        ("b: {<<: [{k: 1}, {l: 2}]}", {"b": {"k": 1, "l": 2}}),
        ("b: {'<<': {k: 1}}", {"b": {"<<": {"k": 1}}}),
        ("\ufeffa: b", {"a": "b"}),
        ("a: |\n  one\n  two\n", {"a": "one\ntwo\n"}),
        ("a: >-\n  one\n  two\n", {"a": "one two"}),
    ],
)
def test_values(text: str, expected: Any) -> None:
    assert value(text) == expected


@pytest.mark.parametrize(
    ("text", "code", "line", "column"),
    [
        ("a: &x {k: 1}\nb: {<<: *x, k: 2}", "yaml_duplicate_key", 2, 16),
        ("b: {<<: [{k: 1}, {k: 2}]}", "yaml_duplicate_key", 1, 14),
        ("b: {<<: 5}", "yaml_syntax", 1, 9),
        ("yes: 1\ntrue: 2", "yaml_duplicate_key", 2, 1),
        ('1: a\n"1": b', "yaml_duplicate_key", 2, 1),
    ],
)
def test_what_is_refused(text: str, code: str, line: int, column: int) -> None:
    with pytest.raises(UnreadableSource) as caught:
        value(text)
    [problem] = caught.value.problems
    assert (problem.code, problem.place.line, problem.place.column) == (code, line, column)


def test_every_value_knows_its_place() -> None:
    [document], _findings = read_yaml("---\na:\n  - b: 1\n    c: [x, y]\n", "f.yaml", STRICT)
    places = {
        path: (found.line, found.column)
        for path in [("a",), ("a", 0), ("a", 0, "b"), ("a", 0, "c", 1)]
        if (found := document.origin.at(path))
    }
    assert places == {
        ("a",): (3, 3),
        ("a", 0): (3, 5),
        ("a", 0, "b"): (3, 8),
        ("a", 0, "c", 1): (4, 12),
    }


def test_documents_are_counted_and_empty_ones_left_out() -> None:
    documents, _findings = read_yaml("a: 1\n---\n---\n~\n---\nb: 2\n", "f.yaml", STRICT)
    assert [(item.number, item.value) for item in documents] == [(1, {"a": 1}), (4, {"b": 2})]


@pytest.mark.parametrize(
    "text", ["NO", "on", "y", "0644", "08", "1_000", "0o17", "1e3", "22:22", "2026-01-31", "0b11"]
)
def test_what_other_readers_see_differently_is_a_finding(text: str) -> None:
    _documents, findings = read_yaml(f"a:\n  b: {text}", "f.yaml", STRICT)
    [finding] = findings
    assert (finding.code, finding.place.line, finding.place.column) == ("YML-01", 2, 6)
    assert text in str(finding.message)


def test_what_all_readers_see_alike_is_none() -> None:
    _documents, findings = read_yaml("a: [true, 1, 1.5, x, '0644', \"NO\"]", "f.yaml", STRICT)
    assert findings == []


def test_a_key_that_others_read_differently_is_a_finding_too() -> None:
    [document], findings = read_yaml("on: push", "f.yaml", STRICT)
    assert document.value == {"true": "push"}
    assert [item.code for item in findings] == ["YML-01"]

"""Plain scalars by dialect: the whole table is held against the reference reader elsewhere."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrations_app.domain.reading import scalars
from tests.domain.manifests.nasty_values import NASTY


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        *(("", None), ("~", None), ("NULL", None), ("nil", "nil")),
        *(("y", True), ("NO", False), ("on", True), ("Off", False), ("yES", "yES")),
        *(("0644", 420), ("0o17", 15), ("0x1F", 31), ("0b101", 5), ("08", 8), ("-0", 0)),
        *(("1_000", 1000), ("+12", 12), ("1e3", 1000), ("1.0", 1), ("1.5", 1.5), (".5", 0.5)),
        *(("22:22", "22:22"), ("190:20:30", "190:20:30"), ("2024-13-45", "2024-13-45")),
        *(("18446744073709551615", 2**64 - 1), ("18446744073709551616", 18446744073709552000)),
        *(("0.1e400", "0.1e400"), ("1.2.3", "1.2.3"), ("1,000", "1,000"), ("_1", "_1")),
    ],
)
def test_values(text: str, expected: Any) -> None:
    value = scalars.resolve(text)
    assert value == expected
    assert isinstance(value, bool) == isinstance(expected, bool)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        *(("yes", "true"), ("0x10", "16"), ("1.50", "1.5"), ("1e9", "1e+09"), ("a", "a")),
        *(("+.inf", ".inf"), ("-.INF", "-.inf"), (".nan", ".nan"), ("100000.0", "100000")),
    ],
)
def test_keys(text: str, key: str) -> None:
    assert scalars.resolve_key(text) == key


@pytest.mark.parametrize("text", ["~", "", "null", "9223372036854775808"])
def test_what_can_be_no_key(text: str) -> None:
    with pytest.raises(scalars.NotAKey):
        scalars.resolve_key(text)


@given(st.one_of(st.text(), st.from_regex(r"[-+.0-9_eExXoO:]{0,12}", fullmatch=True)))
def test_any_text_is_a_value_or_refused_in_words(text: str) -> None:
    for read in (scalars.resolve, scalars.resolve_key, scalars.other_reading):
        try:
            read(text)
        except (scalars.NumberTooLarge, scalars.NotFinite, scalars.NotAKey):
            assert read is not scalars.other_reading


@pytest.mark.parametrize("text", NASTY)
def test_nasty_texts_are_never_an_error(text: str) -> None:
    scalars.other_reading(text)

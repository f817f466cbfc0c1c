"""Quantities: the grammar of the API, exact amounts, whole units."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrations_app.domain.errors import InvalidInput
from migrations_app.domain.quantities import Quantity


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("100m", "0.1"), ("1", "1"), ("1.", "1"), (".5", "0.5"), ("1.5Gi", str(3 * 2**29)),
        ("2e3", "2000"), ("1E-3", "0.001"), ("1E", "1000000000000000000"), ("5k", "5000"),
        ("1n", "0.000000001"), ("7u", "0.000007"), ("-1Ki", "-1024"), ("+1Mi", "1048576"),
    ],
)  # fmt: skip
def test_it_reads_the_grammar_of_the_api(text: str, amount: str) -> None:
    assert Quantity.parse(text).amount == Decimal(amount)


@pytest.mark.parametrize(
    "text", ["", "1 Gi", "1K", "1_000", "Gi", "0x10", "1GiB", "1gi", "nan", "inf", "1e", "١"]
)
def test_it_refuses_everything_else(text: str) -> None:
    with pytest.raises(InvalidInput):
        Quantity.parse(text)


def test_equal_amounts_are_equal_however_they_are_written() -> None:
    assert Quantity.parse("1Gi") == Quantity.parse("1024Mi")
    assert Quantity.parse("1000m") == Quantity.parse("1")
    assert Quantity.parse("1G") < Quantity.parse("1Gi")


@pytest.mark.parametrize(
    ("text", "whole"), [("1.5Gi", "1536Mi"), ("0.1Ki", "103"), ("1.5G", "1500000000")]
)
def test_whole_binary_units(text: str, whole: str) -> None:
    assert Quantity.parse(text).whole_binary() == whole


@pytest.mark.parametrize(
    ("text", "canonical"),
    [("0.5", "500m"), ("1.0", "1"), ("2", "2"), ("100m", "100m"), (".25", "250m")],
)
def test_processors_without_a_fraction(text: str, canonical: str) -> None:
    assert Quantity.parse(text).canonical() == canonical


@given(st.integers(0, 2**62))
def test_bytes_in_whole_units_are_the_same_amount(count: int) -> None:
    assert Quantity.parse(str(Quantity.of_bytes(count))).to_bytes() == count

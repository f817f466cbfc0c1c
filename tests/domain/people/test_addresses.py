"""Where a client is, behind proxies of ours."""

from __future__ import annotations

import pytest

from migrations_app.domain.people.addresses import client_address


@pytest.mark.parametrize(
    ("forwarded", "hops", "expected"),
    [
        ("", 0, "192.0.2.1"),
        ("198.51.100.1", 0, "192.0.2.1"),
        ("198.51.100.1", 1, "198.51.100.1"),
        ("203.0.113.9, 198.51.100.1", 1, "198.51.100.1"),
        ("203.0.113.9, 198.51.100.1, 10.0.0.1", 2, "198.51.100.1"),
        ("198.51.100.1", 2, "192.0.2.1"),
        ("", 1, "192.0.2.1"),
        (" , ", 1, "192.0.2.1"),
        ("x" * 100, 1, "x" * 45),
    ],
)
def test_only_our_own_proxies_are_believed(forwarded: str, hops: int, expected: str) -> None:
    assert client_address("192.0.2.1", forwarded, hops) == expected

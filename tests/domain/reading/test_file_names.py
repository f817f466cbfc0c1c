"""Names of files as strangers send them."""

from __future__ import annotations

import pytest

from migrations_app.domain.reading.file_names import LONGEST, member_name


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        ("web.yaml", "web.yaml"),
        ("bank/web.yaml", "bank/web.yaml"),
        ("../../etc/passwd", "etc/passwd"),
        ("/etc/passwd", "etc/passwd"),
        ("C:\\files\\..\\web.yaml", "files/web.yaml"),
        ("a//./b", "a/b"),
        ("we\0b\n.yaml", "web.yaml"),
        ("\u202eweb.yaml", "web.yaml"),
        (" web.yaml ", "web.yaml"),
        ("..", "upload.yaml"),
        ("", "upload.yaml"),
        ("架け橋.yaml", "架け橋.yaml"),
    ],
)
def test_a_name_leads_nowhere_else(raw: str, name: str) -> None:
    assert member_name(raw) == name


def test_a_taken_name_gets_a_number() -> None:
    assert member_name("web.yaml", {"web.yaml"}) == "web-2.yaml"
    assert member_name("web.yaml", {"web.yaml", "web-2.yaml"}) == "web-3.yaml"
    assert member_name("a.d/web", {"a.d/web"}) == "a.d/web-2"


def test_a_long_name_keeps_its_end() -> None:
    name = member_name("a/" * 400 + "web.yaml")
    assert len(name) <= LONGEST
    assert name.endswith("a/web.yaml")
    assert not name.startswith("/")

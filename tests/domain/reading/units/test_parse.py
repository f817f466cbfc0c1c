"""Unit files, read as systemd and as Podman's Quadlet read them."""

from __future__ import annotations

import pytest

from migrations_app.domain.errors import UnreadableSource
from migrations_app.domain.reading.units.parse import Dialect, read_unit_file
from migrations_app.domain.reading.units.unit_file import UnitFile


def _read(text: str, dialect: Dialect = Dialect.QUADLET, first_line: int = 1) -> UnitFile:
    return read_unit_file(
        text, file="units/web.container", name="web.container", dialect=dialect,
        first_line=first_line,
    )  # fmt: skip


def _values(unit: UnitFile, key: str) -> list[str]:
    return [setting.value for setting in unit.all("Container", key)]


def test_a_key_given_again_adds_and_an_empty_one_takes_back():
    unit = _read("[Container]\nVolume=a:/a\nVolume=\nVolume=b:/b\n[Container]\nVolume=c:/c\n")
    assert _values(unit, "Volume") == ["b:/b", "c:/c"]
    assert [s.path for s in unit.all("Container", "Volume")] == [
        "/Container/Volume/2",
        "/Container/Volume/3",
    ]


def test_the_last_one_counts_even_if_it_is_empty():
    last = _read("[Container]\nImage=a\nImage=\n").last("Container", "Image")
    assert last is not None
    assert last.value == ""


def test_spaces_around_key_and_value_are_no_part_of_them():
    unit = _read("[Container]\n  Image =  a b \t\n")
    (image,) = unit.settings
    assert (image.key, image.value) == ("Image", "a b")
    assert str(image.place) == "units/web.container:2:3 web.container /Container/Image"
    assert str(image.place_at(2)) == "units/web.container:2:14 web.container /Container/Image"


@pytest.mark.parametrize(
    ("dialect", "value"),
    [(Dialect.QUADLET, "sh-c  'echo'"), (Dialect.SYSTEMD, "sh -c   'echo'")],
)
def test_continued_lines_are_joined_as_each_dialect_does(dialect: Dialect, value: str):
    unit = _read("[Container]\nExec=sh\\\n  -c  \\\n# why\n  'echo'\nImage=a\n", dialect)
    assert _values(unit, "Exec") == [value]
    assert _values(unit, "Image") == ["a"]


def test_an_empty_line_ends_a_continued_line_for_systemd_only():
    text = "[Container]\nExec=sh \\\n\nImage=a\n"
    assert _values(_read(text), "Exec") == ["sh Image=a"]
    assert _values(_read(text, Dialect.SYSTEMD), "Image") == ["a"]


def test_a_line_that_never_ends_is_lost_to_quadlet_and_remembered():
    unit = _read("[Container]\nImage=a\nExec=sh \\\n# the end\n")
    assert _values(unit, "Exec") == []
    assert [setting.value for setting in unit.unread] == ["sh "]


def test_every_line_that_is_nothing_is_a_problem_with_its_place():
    with pytest.raises(UnreadableSource) as caught:
        _read("Key=early\n[Container]\nnonsense\n[]\n=x\nImage=a\n", first_line=11)
    assert [(p.place.line, p.place.column) for p in caught.value.problems] == [
        (11, 1), (13, 1), (14, 1), (15, 1),
    ]  # fmt: skip


def test_settings_of_a_drop_in_come_after_its_own_and_keep_their_file():
    drop_in = read_unit_file(
        "[Container]\nVolume=\nVolume=b:/b\n[Service]\nRestart=always\n",
        file="units/web.container.d/10.conf",
        name="10.conf",
        dialect=Dialect.QUADLET,
    )
    unit = _read("[Container]\nImage=x\nVolume=a:/a\n").merged_with(drop_in)
    (volume,) = unit.all("Container", "Volume")
    assert (volume.value, volume.number, volume.place.object) == ("b:/b", 2, "web.container")
    assert str(volume.place).startswith("units/web.container.d/10.conf:3:1 ")
    assert unit.sections == ("Container", "Service")

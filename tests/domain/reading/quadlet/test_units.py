"""Units of a bundle: what each is, how it is called, what is added to it."""

from __future__ import annotations

from migrations_app.domain.bundle import MemoryFiles, SourceKind
from migrations_app.domain.reading.limits import STRICT
from migrations_app.domain.reading.quadlet.gather import Gathered, gather
from migrations_app.domain.reading.quadlet.kinds import UnitKind, nearest_key
from migrations_app.domain.reading.reading import Desk, TextMember


def _gather(**files: str) -> tuple[Gathered, Desk]:
    named = {name.replace("__", "/").replace("_DOT_", "."): text for name, text in files.items()}
    desk = Desk(MemoryFiles({name: text.encode() for name, text in named.items()}), STRICT)
    members = [TextMember(name, text, SourceKind.QUADLET) for name, text in named.items()]
    return gather(members, desk), desk


def _names(**files: str) -> list[str]:
    return [unit.name for unit in _gather(**files)[0].units]


def test_a_unit_is_called_as_its_file():
    assert _names(units__web_DOT_container="[Container]\nImage=a\n") == ["web.container"]


def test_what_a_unit_is_says_its_content():
    assert _names(web_DOT_txt="[Pod]\nPodName=a\n") == ["web.pod"]
    assert _names(stdin="[Volume]\n") == ["stdin.volume"]


def test_the_ending_decides_between_several_sections():
    gathered, _desk = _gather(web_DOT_volume="[Container]\nImage=a\n[Volume]\nDriver=local\n")
    assert gathered.units[0].kind is UnitKind.VOLUME


def test_several_units_of_one_text_have_the_names_that_stand_there():
    text = (
        "# web.container\n[Container]\nImage=a\n---\n# FileName=my.app\n[Pod]\n\n"
        "---\n[Volume]\n---\n[Network]\n"
    )
    assert _names(all_DOT_quadlets=text) == [
        "web.container",
        "my.app.pod",
        "all-3.volume",
        "all-4.network",
    ]


def test_places_count_from_the_top_of_the_file():
    gathered, _desk = _gather(all_DOT_txt="[Pod]\n---\n# b.container\n[Container]\nImage=a\n")
    (image,) = gathered.units[1].unit.settings
    assert str(image.place) == "all.txt:5:1 b.container /Container/Image"


def test_drop_ins_add_to_their_unit_and_are_read_once():
    gathered, desk = _gather(
        u__web_DOT_container="[Container]\nImage=a\nVolume=a:/a\n",
        u__web_DOT_container_DOT_d__10_DOT_conf="[Container]\nVolume=\nVolume=b:/b\n",
        u__container_DOT_d__99_DOT_conf="[Container]\nUser=1\n",
        u__other_DOT_container_DOT_d__10_DOT_conf="[Container]\nUser=2\n",
    )
    (unit,) = gathered.units
    assert [value.text for value in unit.all("Volume")] == ["b:/b"]
    user = unit.text("User")
    assert user is not None
    assert user.text == "1"
    assert desk.drawn == {
        "u/web.container.d/10.conf",
        "u/container.d/99.conf",
        "u/other.container.d/10.conf",
    }


def test_units_of_one_name_in_two_folders_are_told_apart_by_their_places():
    unit = "[Container]\nImage=a\n"
    gathered, _desk = _gather(a__web_DOT_container=unit, b__web_DOT_container=unit)
    places = [unit.unit.settings[0].place for unit in gathered.units]
    assert [place.object for place in places] == ["web.container", "b/web.container:web.container"]
    assert [unit.name for unit in gathered.units] == ["web.container", "web.container"]


def test_a_line_that_is_nothing_is_a_problem_of_its_file():
    gathered, _desk = _gather(web_DOT_container="[Container]\nImage\n")
    assert gathered.units == []
    assert [str(problem.place) for problem in gathered.problems] == ["web.container:2:1"]


def test_the_nearest_key_is_the_one_that_was_meant():
    known = {"PublishPort", "Volume", "EnvironmentFile"}
    assert nearest_key("PublishPorts", known) == "PublishPort"
    assert nearest_key("environmentfile", known) == "EnvironmentFile"
    assert nearest_key("Xyz", known) == ""

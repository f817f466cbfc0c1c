"""Files named on the command line, and how far what they refer to may lie."""

from __future__ import annotations

from pathlib import Path

import pytest

from migrations_app.adapters.folders import FolderFiles
from migrations_app.domain.bundle import Missing


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    for name, text in {
        "app/web.yaml": "web",
        "app/sub/db.yml": "db",
        "app/notes.md": "no source",
        "app/.hidden/x.yaml": "hidden",
        "app/.env": "A=1",
        "other/secret.env": "S=1",
    }.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    (tmp_path / "app" / "out.yaml").symlink_to(tmp_path / "other" / "secret.env")
    (tmp_path / "app" / "linked.env").symlink_to(tmp_path / "other" / "secret.env")
    return tmp_path


def test_a_folder_gives_its_sources_in_order(tree: Path) -> None:
    files = FolderFiles.of([str(tree / "app")])
    assert files.names() == (str(tree / "app/sub/db.yml"), str(tree / "app/web.yaml"))
    assert files.read(str(tree / "app/web.yaml")) == b"web"


def test_a_file_is_read_whatever_its_name(tree: Path) -> None:
    files = FolderFiles.of([str(tree / "app/notes.md"), str(tree / "app/out.yaml")])
    assert [files.read(name) for name in files.names()] == [b"no source", b"S=1"]


def test_standard_input_is_a_member(tree: Path) -> None:
    files = FolderFiles.of(["-", str(tree / "app/web.yaml")], stdin=b"piped")
    assert files.names() == ("-", str(tree / "app/web.yaml"))
    assert files.read("-") == b"piped"


def test_neighbours_can_be_read(tree: Path) -> None:
    files = FolderFiles.of([str(tree / "app/web.yaml")])
    assert files.read(str(tree / "app/.env")) == b"A=1"


@pytest.mark.parametrize(
    "wanted",
    ["other/secret.env", "app/../other/secret.env", "app/linked.env", "app/nothing", "app/sub"],
)
def test_nothing_else_can(tree: Path, wanted: str) -> None:
    files = FolderFiles.of([str(tree / "app/web.yaml")])
    with pytest.raises(Missing):
        files.read(str(tree / wanted))


def test_a_root_opens_what_lies_below_it(tree: Path) -> None:
    files = FolderFiles.of([str(tree / "app/web.yaml")], root=tree)
    assert files.read(str(tree / "other/secret.env")) == b"S=1"
    with pytest.raises(Missing):
        files.read("/etc/hostname")


def test_what_is_not_there_is_missing(tree: Path) -> None:
    files = FolderFiles.of([str(tree / "gone.yaml")])
    with pytest.raises(Missing):
        files.read(str(tree / "gone.yaml"))
    with pytest.raises(Missing):
        files.read("a\0b")


def test_drop_ins_come_with_the_folder_and_with_the_unit_that_is_named(tmp_path: Path) -> None:
    for name in ("a.container", "a.container.d/10.conf", "container.d/5.conf", "nginx.conf"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("[Container]\n")
    (tmp_path / "b.container.d").mkdir()
    (tmp_path / "b.container.d/10.conf").write_text("[Container]\n")
    of_the_unit = {
        str(tmp_path / name)
        for name in ("a.container", "a.container.d/10.conf", "container.d/5.conf")
    }

    assert set(FolderFiles.of([str(tmp_path / "a.container")]).names()) == of_the_unit
    assert set(FolderFiles.of([str(tmp_path)]).names()) == of_the_unit | {
        str(tmp_path / "b.container.d/10.conf")
    }


def test_a_folder_gives_the_texts_that_images_are_built_from(tmp_path: Path) -> None:
    (tmp_path / "Containerfile").write_text("FROM scratch\n")

    assert FolderFiles.of([str(tmp_path)]).names() == (str(tmp_path / "Containerfile"),)


def test_the_folder_of_the_results_is_no_source(tree: Path) -> None:
    files = FolderFiles.of([str(tree / "app")], apart_from=tree / "app/sub")
    assert files.names() == (str(tree / "app/web.yaml"),)

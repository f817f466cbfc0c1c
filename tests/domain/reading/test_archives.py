"""Archives are unpacked in memory and within bounds, or refused with the entry to blame."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import random
import stat
import tarfile
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import replace

import pytest

from migrations_app.domain.bundle import MemoryFiles, SourceKind
from migrations_app.domain.errors import UnreadableSource
from migrations_app.domain.reading.archives import expand, is_archive
from migrations_app.domain.reading.limits import STRICT
from migrations_app.domain.reading.read import read_bundle

COMPOSE = b"""services:
  web:
    image: nginx:1.27
    env_file: web.env
    volumes: ["./conf/nginx.conf:/etc/nginx/nginx.conf:ro"]
"""
FILES = {
    "compose.yaml": COMPOSE,
    "web.env": b"A=1\n",
    "conf/nginx.conf": b"events {}\n",
    "README.md": b"# Page\n\n```sh\npodman run --name other nginx\n```\n",
    "src/main.py": b'print("it\'s: {")\n',
    "logo.png": b"\x89PNG\x00\xff",
    "chart/templates/x.yaml": b"a: {{ .Values.a }}\n",
    "mkdocs.yml": b"site_name: x\n",
}


def zipped(files: Mapping[str, bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return made.getvalue()


def tarred(files: Mapping[str, bytes]) -> bytes:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as archive:
        for name, data in files.items():
            archive.addfile(entry(name, size=len(data)), io.BytesIO(data))
    return made.getvalue()


def entry(
    name: str, *, size: int = 0, kind: bytes = tarfile.REGTYPE, link: str = ""
) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.size, info.type, info.linkname = size, kind, link
    return info


def tar_of(*entries: tarfile.TarInfo) -> bytes:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as archive:
        archive.addfile(entry("real.yaml", size=4), io.BytesIO(b"a: 1"))
        for item in entries:
            archive.addfile(item)
    return made.getvalue()


KINDS: Mapping[str, Callable[[Mapping[str, bytes]], bytes]] = {
    "a.zip": zipped,
    "a.tar": tarred,
    "a.tar.gz": lambda files: gzip.compress(tarred(files)),
    "a.tgz": lambda files: gzip.compress(tarred(files)),
    "a.tar.bz2": lambda files: bz2.compress(tarred(files)),
    "a.tar.xz": lambda files: lzma.compress(tarred(files)),
}


def code_of(data: bytes, name: str = "a.zip") -> str:
    with pytest.raises(UnreadableSource) as caught:
        expand({name: data}, STRICT)
    [problem] = caught.value.problems
    assert problem.place.file == name
    return problem.code


@pytest.mark.parametrize("name", KINDS)
def test_every_kind_of_archive_is_told_by_its_content(name: str) -> None:
    data = KINDS[name](FILES)
    assert expand({name: data}, STRICT) == {f"{name}/{path}": text for path, text in FILES.items()}
    assert set(expand({"upload": data}, STRICT)) == {
        f"upload.{'zip' if name == 'a.zip' else 'tar'}/{path}" for path in FILES
    }


@pytest.mark.parametrize("name", KINDS)
def test_what_files_of_an_archive_refer_to_is_found_in_it(name: str) -> None:
    files = MemoryFiles(expand({name: KINDS[name](FILES)}, STRICT))
    bundle = read_bundle(files, STRICT)
    [spec] = bundle.specs
    [container] = spec.containers
    assert container.environment == {"A": "1"}
    assert container.mounts[0].content == "events {}\n"
    assert [problem for member in bundle.members for problem in member.problems] == []


def test_nothing_outside_an_archive_is_reachable() -> None:
    sly = COMPOSE.replace(b"web.env", b"../../secret.env").replace(b"./conf", b"../../conf")
    files = {"a.zip": zipped({"compose.yaml": sly})}
    bundle = read_bundle(MemoryFiles(expand(files, STRICT)), STRICT)
    assert bundle.specs[0].containers[0].environment == {}


def test_pages_with_commands_count_where_nothing_else_does() -> None:
    files = MemoryFiles(expand({"a.zip": zipped({"README.md": FILES["README.md"]})}, STRICT))
    assert [spec.name for spec in read_bundle(files, STRICT).specs] == ["other"]


def test_a_source_of_an_archive_that_cannot_be_read_is_a_problem() -> None:
    broken = {"compose.yaml": COMPOSE, "web.env": b"", "conf/nginx.conf": b"", "k.yaml": b"a: [\n"}
    with pytest.raises(UnreadableSource) as caught:
        read_bundle(MemoryFiles(expand({"a.zip": zipped(broken)}, STRICT)), STRICT)
    assert [problem.place.file for problem in caught.value.problems] == ["a.zip/k.yaml"]


def test_archives_beside_files_keep_their_own_folder() -> None:
    files = {"a.zip": zipped({"x.yaml": b"1"}), "b.zip": zipped({"x.yaml": b"2"}), "x.yaml": b"3"}
    assert list(expand(files, STRICT)) == ["a.zip/x.yaml", "b.zip/x.yaml", "x.yaml"]


def test_one_file_that_is_compressed_is_that_file() -> None:
    assert expand({"x.yaml.gz": gzip.compress(b"a: 1")}, STRICT) == {"x.yaml": b"a: 1"}


def test_files_without_archives_stay_what_they_are() -> None:
    files = {"x.yaml": b"a: 1", "PK.txt": b"PK is no archive"}
    assert expand(files, STRICT) is files
    assert not is_archive(b"")


@pytest.mark.parametrize(
    "path", ["../x.yaml", "/etc/x.yaml", "a/../../x.yaml", "C:\\x.yaml", "a\\..\\..\\x", "a\nb"]
)
def test_paths_that_lead_out_are_refused(path: str) -> None:
    assert code_of(zipped({path: b"a: 1"})) == "archive_path"
    assert code_of(tarred({path: b"a: 1"}), "a.tar") == "archive_path"


def test_links_within_an_archive_are_copies() -> None:
    links = (
        entry("conf/link.yaml", kind=tarfile.SYMTYPE, link="../real.yaml"),
        entry("hard.yaml", kind=tarfile.LNKTYPE, link="real.yaml"),
        entry("twice.yaml", kind=tarfile.SYMTYPE, link="conf/link.yaml"),
    )
    found = expand({"a.tar": tar_of(*links)}, STRICT)
    assert set(found.values()) == {b"a: 1"}
    assert len(found) == 4


@pytest.mark.parametrize("target", ["/etc/passwd", "../../etc/passwd", "nothing", "loop.yaml", "."])
def test_links_to_anything_else_are_refused(target: str) -> None:
    link = entry("loop.yaml", kind=tarfile.SYMTYPE, link=target)
    assert code_of(tar_of(link), "a.tar") == "archive_link"


def test_links_in_zips_are_links() -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        info = zipfile.ZipInfo("link.yaml")
        info.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(info, "/etc/passwd")
    assert code_of(made.getvalue()) == "archive_link"


@pytest.mark.parametrize("kind", [tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.FIFOTYPE])
def test_devices_and_pipes_are_refused(kind: bytes) -> None:
    assert code_of(tar_of(entry("null", kind=kind)), "a.tar") == "archive_special"


def test_two_files_of_one_name_are_refused() -> None:
    assert code_of(tar_of(entry("real.yaml")), "a.tar") == "archive_duplicate"
    with pytest.raises(UnreadableSource):
        expand({"a.zip": zipped({"x.yaml": b"1"}), "a.zip/x.yaml": b"2"}, STRICT)


def test_encrypted_files_are_refused() -> None:
    data = bytearray(zipped({"x.yaml": b"a: 1"}))
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(mark) + offset] |= 1
    assert code_of(bytes(data)) == "archive_encrypted"


@pytest.mark.parametrize(
    ("name", "pack"),
    [
        ("a.zip", lambda data: zipped({"x.yaml": data})),
        ("a.tar.gz", lambda data: gzip.compress(tarred({"x.yaml": data}))),
        ("a.tar.bz2", lambda data: bz2.compress(tarred({"x.yaml": data}))),
        ("a.tar.xz", lambda data: lzma.compress(tarred({"x.yaml": data}))),
        ("x.yaml.gz", gzip.compress),
    ],
)
def test_bombs_are_refused_before_they_are_unpacked(
    name: str, pack: Callable[[bytes], bytes]
) -> None:
    packed = pack(bytes(STRICT.archive_size * 2))
    assert len(packed) < STRICT.archive_size // 50
    assert code_of(packed, name) == "archive_too_large"


def test_all_archives_of_a_bundle_share_one_bound() -> None:
    half = zipped({"x.bin": bytes(STRICT.archive_size // 2 + 1)})
    with pytest.raises(UnreadableSource) as caught:
        expand({"a.zip": half, "b.zip": half}, STRICT)
    assert [problem.place.file for problem in caught.value.problems] == ["b.zip"]


def test_copies_behind_links_count_as_well() -> None:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w:gz") as archive:
        size = STRICT.archive_size // 2
        archive.addfile(entry("real.bin", size=size), io.BytesIO(bytes(size)))
        for number in range(3):
            archive.addfile(entry(f"{number}.bin", kind=tarfile.SYMTYPE, link="real.bin"))
    assert code_of(made.getvalue(), "a.tar.gz") == "archive_too_large"


def test_too_many_files_are_refused() -> None:
    few = replace(STRICT, archive_files=3)
    with pytest.raises(UnreadableSource) as caught:
        expand({"a.zip": zipped({f"{n}.yaml": b"" for n in range(4)})}, few)
    assert caught.value.problems[0].code == "archive_too_many"


def test_what_tools_leave_in_archives_is_left_out() -> None:
    files = {"x.yaml": b"a: 1", ".git/config": b"x", "__MACOSX/._x.yaml": b"x", ".env": b"A=1"}
    assert set(expand({"a.zip": zipped(files)}, STRICT)) == {"a.zip/x.yaml", "a.zip/.env"}


def test_archives_within_archives_stay_closed() -> None:
    inner = zipped({"x.yaml": b"a: 1"})
    assert expand({"a.zip": zipped({"inner.zip": inner})}, STRICT) == {"a.zip/inner.zip": inner}


@pytest.mark.parametrize("name", KINDS)
def test_damaged_archives_are_a_problem_and_never_an_exception(name: str) -> None:
    whole = KINDS[name](FILES)
    chance = random.Random(7)
    for _ in range(60):
        data = bytearray(whole)
        if chance.random() < 0.5:
            del data[chance.randrange(20, len(data)) :]
        for _ in range(chance.randint(0, 5)):
            data[chance.randrange(6, len(data))] = chance.randrange(256)
        try:
            expand({name: bytes(data)}, STRICT)
        except UnreadableSource as error:
            assert error.problems


def test_kinds_of_members_are_those_of_their_content() -> None:
    bundle = read_bundle(MemoryFiles(expand({"a.zip": zipped(FILES)}, STRICT)), STRICT)
    kinds = {member.path: member.kind for member in bundle.members}
    assert kinds["a.zip/compose.yaml"] is SourceKind.COMPOSE
    assert "a.zip/README.md" not in kinds
    assert "a.zip/logo.png" not in kinds


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_what_cannot_be_unpacked_up_to_a_bound_is_refused(method: int) -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", method) as archive:
        archive.writestr("compose.yaml", COMPOSE)
    assert code_of(made.getvalue()) == "archive_method"


def test_a_file_and_a_folder_of_one_name_are_refused() -> None:
    assert code_of(zipped({"a": b"x", "a/b.yaml": b"x"})) == "archive_duplicate"
    assert code_of(tarred({"a/b/c": b"x", "a/b": b"x"}), "a.tar") == "archive_duplicate"


@pytest.mark.parametrize("name", ["a\u202egpj.yaml", "a\u2028b", "a\x85b", "."])
def test_names_that_are_none_or_deceive_are_refused(name: str) -> None:
    assert code_of(zipped({name: b"x"})) == "archive_path"
    assert code_of(tarred({name: b"x"}), "a.tar") == "archive_path"


def test_names_that_are_cut_off_or_no_text_are_refused() -> None:
    assert code_of(zipped({"aXb.yaml": b"x"}).replace(b"aXb", b"a\0b")) == "archive_path"
    assert code_of(tarred({"a\udcffb.yaml": b"x"}), "a.tar") == "archive_path"


def test_long_chains_of_links_are_refused() -> None:
    links = [entry(f"l{n}", kind=tarfile.SYMTYPE, link=f"l{n + 1}") for n in range(50)]
    last = entry("l50", kind=tarfile.SYMTYPE, link="real.yaml")
    assert code_of(tar_of(*links, last), "a.tar") == "archive_link"


def test_streams_one_after_the_other_are_one_and_bounded() -> None:
    parts = [b"a: 1\n" * 30_000, b"", b"b: 2\n"]
    for pack in (gzip.compress, bz2.compress, lzma.compress):
        data = b"".join(map(pack, parts)) + bytes(100)
        assert expand({"a.yaml": data}, STRICT) == {"a.yaml": b"".join(parts)}
        assert code_of(pack(b"") * 10_001, "a.gz") == "archive_broken"

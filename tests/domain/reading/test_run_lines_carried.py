"""Units, manifests and commands within a script or a page are named, and never read as the file."""

from __future__ import annotations

from textwrap import indent

import pytest

from migrations_app.domain.bundle import Bundle, MemoryFiles, SourceKind
from migrations_app.domain.errors import UnreadableSource
from migrations_app.domain.loss import Outcome
from migrations_app.domain.reading.limits import STRICT
from migrations_app.domain.reading.read import read_bundle

UNIT = "[Unit]\nDescription=x\n\n[Service]\nExecStart=/usr/bin/podman run --name web img\n"
QUADLET = "[Container]\nImage=registry.example.com/web:1\n"
OBJECT = "apiVersion: v1\nkind: ConfigMap\n"


def bundle(text: str) -> Bundle:
    return read_bundle(MemoryFiles({"source": text.encode()}), STRICT)


def lost(read: Bundle, word: str) -> list[int]:
    return [
        row.place.line
        for row in read.loss
        if row.outcome is Outcome.DROPPED and row.place and f"/{word}/" in row.place.path
    ]


@pytest.mark.parametrize("content", [UNIT, QUADLET, OBJECT, "podman run img\n"])
@pytest.mark.parametrize("start", ["#!/bin/sh\n", "set -e\n"])
def test_what_a_script_writes_is_named(start: str, content: str) -> None:
    text = f"{start}podman run --name db img\ncat > /etc/x <<EOF\n{content}EOF\necho done\n"
    read = bundle(text)
    assert [member.kind for member in read.members] == [SourceKind.RUN_LINES]
    assert [spec.name for spec in read.specs] == ["db"]
    assert lost(read, "here-document") == [4]


def test_a_script_that_only_writes_units_is_a_script() -> None:
    read = bundle(f"mkdir -p x\ncat << 'EOF' | tee /etc/x\n{UNIT}EOF\n")
    assert [member.kind for member in read.members] == [SourceKind.RUN_LINES]
    assert read.specs == () and lost(read, "here-document") == [3]


@pytest.mark.parametrize("content", [UNIT, QUADLET, OBJECT])
def test_what_a_page_shows_is_named(content: str) -> None:
    read = bundle(f"# Page\n\nWrite this:\n\n```ini\n{content}```\n\n```sh\npodman run img\n```\n")
    assert [spec.name for spec in read.specs] == ["img"]
    assert lost(read, "block") == [6]


def test_commands_outside_of_blocks_are_named_and_prose_is_not() -> None:
    read = bundle(
        "Then podman run does it.\npodman run --name a img\n```yaml\n- run: |\n"
        "    podman run --name b img\n```\n```sh\npodman run --name c img\n```\n"
    )
    assert [spec.name for spec in read.specs] == ["c"]
    assert lost(read, "block") == [2, 5]


@pytest.mark.parametrize(
    "text",
    [
        "```sh\npodman run --name a img\n",
        "````sh\n```\npodman run --name a img\n````\n",
        "```sh\npodman run --name a img\n```\n```ini\nx\n",
    ],
)
def test_blocks_end_as_pages_are_shown(text: str) -> None:
    assert [spec.name for spec in bundle(text).specs] == ["a"]


@pytest.mark.parametrize("start", ["", "# podman run img\n; x\n\n", "---\n", "  \n"])
def test_a_unit_stays_a_unit(start: str) -> None:
    kinds = [bundle(start + text).members[0].kind for text in (UNIT, QUADLET)]
    assert kinds == [SourceKind.SYSTEMD, SourceKind.QUADLET]


def test_a_unit_may_be_indented_as_a_whole() -> None:
    kinds = [bundle(indent(text, "    ")).members[0].kind for text in (UNIT, QUADLET)]
    assert kinds == [SourceKind.SYSTEMD, SourceKind.QUADLET]


def test_a_unit_with_a_line_too_many_is_told_so() -> None:
    with pytest.raises(UnreadableSource) as refused:
        bundle("oops\n" + UNIT)
    assert [problem.place.line for problem in refused.value.problems] == [1]


def test_what_quadlet_copies_into_its_unit_is_no_loss() -> None:
    read = bundle("[X-Container]\nImage=img\n" + UNIT)
    [row] = [row for row in read.loss if "X-Container" in row.path]
    assert row.outcome is Outcome.CONVERTED


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("echo hi | podman run -i img cat\n", [2]),
        ("podman run -i img sh <<EOF\necho x\nEOF\n", [2]),
        ("podman run -i img cat <<< hi\n", [2]),
        ("podman run -i img cat < data.txt\n", [2]),
        ("podman run -i img cat < /dev/null\n", []),
        ("echo hi | podman run img cat\n", []),
        ("podman run -i img cat | grep x\n", []),
        ("echo hi | tee x; podman run -i img cat 2>&1\n", []),
    ],
)
def test_what_a_script_writes_to_standard_input_is_said_to_be_lost(
    line: str, expected: list[int]
) -> None:
    assert lost(bundle("#!/bin/sh\n" + line), "input") == expected

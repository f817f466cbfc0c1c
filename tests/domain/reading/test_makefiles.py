"""Recipes of make are read as the shell gets them from make."""

from __future__ import annotations

import pytest

from migrations_app.domain.bundle import Bundle, MemoryFiles, SourceKind
from migrations_app.domain.loss import Outcome
from migrations_app.domain.reading.limits import STRICT
from migrations_app.domain.reading.read import read_bundle
from migrations_app.domain.reading.reading import Given
from migrations_app.domain.reading.run_lines.makefiles import as_shell


def bundle(text: str, given: Given | None = None) -> Bundle:
    return read_bundle(MemoryFiles({"Makefile": text.encode()}), STRICT, given=given or Given())


@pytest.mark.parametrize(
    ("text", "image"),
    [
        ("run:\n\tpodman run img:1\n", "img:1"),
        ("run: build\n\t@podman run img:1\n", "img:1"),
        ("run:\n\n# why\n\t-@podman run \\\n\t\timg:1\n", "img:1"),
        ("T := 1\nrun:\n\tpodman run img:$(T)\n", "img:1"),
        ("run:\n\tpodman run img:${T}\nT = 1\n", "img:1"),
        ("A = 1\nB = $(A).2\nrun:\n\tpodman run img:$(B)\n", "img:1.2"),
        ("T ?= 1\nrun:\n\tpodman run img:$(T)\n", "img:1"),
        ("I := img\nI += x\nrun:\n\tpodman run $(I)\n", "img"),
        ("O = -e A=1 \\\n  -e B=2\nrun:\n\tpodman run $(O) img:1\n", "img:1"),
        ("ENGINE ?= podman\nrun:\n\t$(ENGINE) run img:1\n", "img:1"),
        ("web db:\n\tpodman run reg/$@\n", "reg/web"),
        ("run: img.tar x\n\tpodman run $<\n", "img.tar"),
        ("run:\n\tfor i in 1; do podman run img:$$i; done\n", "img:1"),
    ],
)
def test_what_make_puts_in(text: str, image: str) -> None:
    read = bundle(text)
    assert [member.kind for member in read.members] == [SourceKind.RUN_LINES]
    assert [item.image for spec in read.specs for item in spec.containers] == [image]
    assert read.questions == ()


def test_what_make_does_not_set_is_asked_and_can_be_given() -> None:
    text = "T ?= 1\nrun:\n\tpodman run -e A=$(shell date) img:$(T)-$(U)\n"
    found = [question.id for question in bundle(text).questions]
    assert found == ["command-output:Makefile:date", "variable:Makefile:U"]
    [spec] = bundle(text, Given(variables={"T": "7", "U": "8"})).specs
    assert spec.containers[0].image == "img:7-8"


def test_each_line_has_a_shell_of_its_own() -> None:
    text = "run:\n\tcd web && true\n\tpodman run -v ./data:/data img:1\n"
    [spec] = bundle(text).specs
    assert spec.containers[0].mounts[0].source == "./data"


def test_every_line_that_says_something_has_a_row() -> None:
    text = (
        "include x.mk\nA = 1\nifdef B\nC = 2\nendif\n\n# no\nrun: a\n"
        "\tpodman run img:$(A)\n\thelm x\n"
    )
    rows = {row.place.line: row.outcome for row in bundle(text).loss if row.place}
    assert sorted(rows) == [1, 2, 3, 4, 5, 8, 10]
    assert {line for line, outcome in rows.items() if outcome is Outcome.DROPPED} == {1, 3, 5, 10}


def test_lines_stay_and_variables_of_variables_end() -> None:
    text = "A = $(A)$(A)$(A)$(A)\n" * 3 + "run:\n\tpodman run $(A)\n"
    made = as_shell(text, ())
    assert made.count("\n") == text.count("\n") and len(made) < 8 * 1024 * 1024


@pytest.mark.parametrize("text", ["#!/bin/sh\nusage:\n\tpodman run img\n", "podman run img\nx:\n"])
def test_a_script_is_no_makefile(text: str) -> None:
    assert [spec.containers[0].image for spec in bundle(text).specs] == ["img"]

"""Files made to break a reader: each is refused at once, with what is wrong and where."""

from __future__ import annotations

import time

import pytest

from migrations_app.domain.bundle import MemoryFiles
from migrations_app.domain.errors import Problem, UnreadableSource
from migrations_app.domain.reading.limits import STRICT, WIDE, Limits
from migrations_app.domain.reading.read import read_bundle

SECONDS = 1.0
BOMB = "\n".join(
    ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    + [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 9)]
)
MERGE_BOMB = "\n".join(
    ["a0: &a0 {k: v}"] + [f"a{n}: &a{n} {{<<: [*a{n - 1}, *a{n - 1}]}}" for n in range(1, 25)]
)
OBJECT = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n"

CATALOGUE: dict[str, tuple[str | bytes, str, int, int]] = {
    # name: (input, code, line, column)
    "alias bomb": (BOMB, "yaml_alias_expansion", 0, 0),
    "merge bomb": (MERGE_BOMB, "", 0, 0),
    "deep flow": ("[" * 25_100, "yaml_too_deep", 1, 0),
    "deep mappings": ("{a: " * 250_000, "yaml_too_deep", 1, 0),
    "deep lists": ("- " * 250_000, "yaml_too_deep", 1, 0),
    "deep keys": ("? " * 250_000, "", 1, 0),
    "one key for ever": ("a: b\n" * 200_000, "yaml_duplicate_key", 2, 1),
    "duplicate key": (f"{OBJECT}data: {{}}\nkind: Pod\n", "yaml_duplicate_key", 5, 1),
    "python tag": ("!!python/object/apply:os.system [id]", "yaml_tag", 1, 1),
    "tag directive": (
        "%TAG ! tag:yaml.org,2002:python/\n---\na: !object/apply:os.system [id]",
        "yaml_tag",
        3,
        4,
    ),
    "recursive alias": ("a: &a [*a]", "yaml_recursive_alias", 1, 8),
    "list as document": (f"{OBJECT}---\n- a\n", "not_a_mapping", 5, 1),
    "scalar as document": (f"{OBJECT}---\nword\n", "not_a_mapping", 5, 1),
    "documents for ever": ("---\n" * 250_000, "too_many_documents", 0, 0),
    "Latin-1": (OBJECT.encode() + b"data: {a: caf\xe9}", "not_utf8", 4, 14),
    "overlong": (b"a: \xc0\xaf", "not_utf8", 1, 4),
    "UTF-16": (OBJECT.encode("utf-16"), "not_utf8", 1, 0),
    "UTF-16 without mark": (OBJECT.encode("utf-16-le"), "control_character", 1, 2),
    "UTF-32": (OBJECT.encode("utf-32"), "not_utf8", 1, 0),
    "tab": ("a:\n\tb: c\n", "yaml_syntax", 2, 1),
    "NUL escape": ('a: "x\\0y"', "control_character", 1, 4),
    "NUL": ("a: x\0y", "control_character", 1, 5),
    "control character": ("a: x\x01y", "control_character", 1, 5),
    "half a surrogate": ('a: "\\ud800"', "yaml_syntax", 1, 7),
    "half a surrogate in JSON": ('{"a": "\\ud800"}', "yaml_syntax", 1, 10),
    "huge number": ("a: " + "9" * 5_000, "number_too_large", 1, 4),
    "huge hexadecimal": ("a: 0x" + "f" * 5_000, "number_too_large", 1, 4),
    "huge number as key": ("9" * 500 + ": a", "number_too_large", 1, 1),
    "infinity": ("a: .inf", "unsupported_type", 1, 4),
    "not a number": ("a: [.nan]", "unsupported_type", 1, 5),
    "binary": ("a: !!binary aGk=", "yaml_tag", 1, 4),
    "set": ("a: !!set {b}", "yaml_tag", 1, 4),
    "tag that does not fit": ("a: !!int b", "yaml_tag", 1, 4),
    "null as key": ("a: b\n? \n: c", "unsupported_type", 2, 0),
    "mapping as key": ("{a: b}: c", "unsupported_type", 1, 1),
    "empty": (b"", "empty", 0, 0),
    "blank": (b" \n\n", "empty", 0, 0),
    "byte order mark alone": (b"\xef\xbb\xbf", "empty", 0, 0),
    "comment only": ("# nothing\n", "empty", 0, 0),
    "template": ("a: {{ .Values.a }}", "yaml_template", 1, 5),
    "template line": ("{{- if .Values.a }}\na: b\n{{- end }}\n", "yaml_template", 1, 0),
    "open quote": ('a: "b\nc: d\n', "yaml_syntax", 3, 1),
    "unknown alias": ("a: *b", "yaml_syntax", 1, 4),
    "Quadlet": ("[Container]\nImage\n", "unit_syntax", 2, 1),
    "no object": ("a: b", "not_kubernetes", 1, 1),
    "patch for kustomize": (f"{OBJECT}---\n$patch: delete\n{OBJECT}", "kustomize_patch", 5, 9),
    "noise": (bytes(range(256)) * 40, "not_utf8", 0, 0),
}


def refused(data: str | bytes, limits: Limits) -> Problem:
    start = time.process_time()
    with pytest.raises(UnreadableSource) as caught:
        content = data.encode() if isinstance(data, str) else data
        read_bundle(MemoryFiles({"bad.yaml": content}), limits)
    assert time.process_time() - start < SECONDS
    return caught.value.problems[0]


@pytest.mark.parametrize("limits", [STRICT, WIDE], ids=["strict", "wide"])
@pytest.mark.parametrize("name", CATALOGUE)
def test_each_is_refused_with_its_place(name: str, limits: Limits) -> None:
    data, code, line, column = CATALOGUE[name]
    problem = refused(data, limits)
    if code:
        assert problem.code == code
    assert problem.place.file == "bad.yaml"
    assert not line or problem.place.line == line
    assert not column or problem.place.column == column
    assert len(str(problem)) < 400 or "9" * 50 in str(problem)


def test_too_many_bytes_are_not_even_decoded() -> None:
    assert refused(b"\xff" * (STRICT.size + 1), STRICT).code == "too_large"


def test_too_many_values_are_counted() -> None:
    assert refused("[" + "a," * STRICT.nodes + "a]", STRICT).code == "too_many_nodes"


def test_too_many_aliases_are_counted() -> None:
    text = "a: &a x\nb: [" + ", ".join(["*a"] * (STRICT.aliases + 1)) + "]"
    assert refused(text, STRICT).code == "yaml_alias_expansion"


def test_every_member_that_is_bad_is_named() -> None:
    files = {"a.yaml": b"a: [", "b.yaml": OBJECT.encode(), "c.yaml": b"k: 1\nk: 2"}
    with pytest.raises(UnreadableSource) as caught:
        read_bundle(MemoryFiles(files), STRICT)
    assert [problem.place.file for problem in caught.value.problems] == ["a.yaml", "c.yaml"]

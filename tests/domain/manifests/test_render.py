"""Canonical YAML: every value is read back as it was, by readers of YAML 1.1 too."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from migrations_app.domain.manifests.render import to_yaml
from migrations_app.domain.reading.limits import WIDE
from migrations_app.domain.reading.yaml_reader import read_yaml
from tests.domain.manifests.nasty_values import NASTY

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(-1e15, 1e15, allow_nan=False)
    | st.text(st.characters(blacklist_categories=("Cs", "Cc")) | st.sampled_from("\n\t")),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text("abcxyzNO019.-_/ ", max_size=12), inner, max_size=4)
    ),
    max_leaves=12,
)


def read_back(text: str) -> list[Any]:
    documents, _findings = read_yaml(text, "written.yaml", WIDE)
    return [document.value for document in documents]


@pytest.mark.parametrize("text", NASTY)
def test_a_string_stays_that_string(text: str) -> None:
    written = to_yaml([{"value": text, "list": [text], "map": {text: "as a key"}}])
    assert read_back(written) == [{"value": text, "list": [text], "map": {text: "as a key"}}]


@pytest.mark.parametrize("text", NASTY)
def test_a_yaml_1_1_reader_agrees(text: str) -> None:
    written = to_yaml([{"value": text}])
    assert yaml.load(written, Loader=yaml.SafeLoader) == {"value": text}


@given(JSON)
def test_any_value_is_read_back(value: Any) -> None:
    (read,) = read_back(to_yaml([{"value": value}]))
    assert read == {"value": value}


@pytest.mark.parametrize("number", [0, -1, 2**63 - 1, 0.5, -0.25, 1e300, 1.5e-7, 1e22])
def test_a_number_stays_that_number(number: float) -> None:
    (read,) = read_back(to_yaml([{"value": number}]))
    assert read["value"] == number
    assert isinstance(read["value"], type(number))


def test_an_object_begins_with_what_it_is() -> None:
    body = {
        "spec": {"b": 1, "a": 2, "name": "x"},
        "metadata": {"labels": {}, "annotations": {"k": "v"}, "name": "it", "namespace": "s"},
        "kind": "Thing",
        "apiVersion": "v1",
    }
    assert to_yaml([body]) == (
        "apiVersion: v1\n"
        "kind: Thing\n"
        "metadata:\n"
        "  name: it\n"
        "  namespace: s\n"
        "  labels: {}\n"
        "  annotations:\n"
        "    k: v\n"
        "spec:\n"
        "  name: x\n"
        "  a: 2\n"
        "  b: 1\n"
    )


def test_documents_stand_in_order_with_a_line_between() -> None:
    assert to_yaml([{"kind": "A"}, {"kind": "B"}]) == "kind: A\n---\nkind: B\n"
    assert to_yaml([]) == ""


def test_a_value_that_is_there_twice_is_written_twice() -> None:
    shared = {"a": [1]}
    assert "&" not in to_yaml([{"one": shared, "two": shared}])


def test_text_of_several_lines_is_a_block_where_that_is_safe() -> None:
    assert to_yaml([{"a": "one\ntwo\n"}]) == "a: |\n  one\n  two\n"
    assert to_yaml([{"a": "one \ntwo"}]) == 'a: "one \\ntwo"\n'


def test_other_scripts_are_written_as_they_are() -> None:
    assert to_yaml([{"名前": "架け橋 é"}]) == "名前: 架け橋 é\n"


def test_spaces_that_tools_trim_are_in_quotes() -> None:
    assert to_yaml([{"a": "\u00a0", "b": "x\u3000"}]).count('"') == 4

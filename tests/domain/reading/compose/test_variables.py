"""Variables in compose files: what is known, what is asked, and what never is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrations_app.domain.reading.compose.dotenv import BadLine, read_env_file
from migrations_app.domain.reading.compose.variables import BadTemplate, names_in, substitute
from migrations_app.domain.reading.reading import Given
from tests.domain.reading.compose.accounted import made_of

KNOWN = {"A": "a", "EMPTY": "", "N": "1"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        *(("$A", "a"), ("${A}", "a"), ("$A$N", "a1"), ("$UNSET", ""), ("x${A}y", "xay")),
        *(("${UNSET:-d}", "d"), ("${EMPTY:-d}", "d"), ("${EMPTY-d}", ""), ("${UNSET-d}", "d")),
        *(("${A:+x}", "x"), ("${EMPTY:+x}", ""), ("${EMPTY+x}", "x"), ("${UNSET+x}", "")),
        *(("${UNSET:-${A}}", "a"), ("${UNSET:-${ALSO:-${A}b}}c", "abc"), ("${A:-${}}", "a")),
        *(("$$A", "$A"), ("$$$A", "$a"), ("$${A}", "${A}"), ("100$", "100$"), ("$1", "$1")),
        *(("$(pwd)", "$(pwd)"), ("${A?gone}", "a"), ("${EMPTY?gone}", ""), ("${UNSET:-}", "")),
    ],
)
def test_substitution(text: str, expected: str) -> None:
    assert substitute(text, KNOWN.get) == expected


def test_required_variables_are_told_of_with_their_reason() -> None:
    told: list[tuple[str, str]] = []

    def missing(name: str, reason: str) -> str:
        told.append((name, reason))
        return "?"

    assert substitute("${UNSET:?set $A} ${EMPTY:?no} ${EMPTY?no}", KNOWN.get, missing) == "? ? "
    assert told == [("UNSET", "set a"), ("EMPTY", "no")]


@pytest.mark.parametrize("text", ["${", "${}", "${A", "${1}", "${A b}", "${A:=x}", "${-x}"])
def test_braces_that_hold_no_variable_are_refused(text: str) -> None:
    with pytest.raises(BadTemplate):
        substitute(text, KNOWN.get)


@given(st.text(alphabet="${}AB:-?+ x", max_size=30))
def test_substitution_ends_with_a_text_or_a_refusal(text: str) -> None:
    try:
        assert isinstance(substitute(text, KNOWN.get), str)
    except BadTemplate as error:
        assert error.message.text


def test_names_with_their_defaults() -> None:
    text = "$A ${B:-1} ${C-two} ${D?x} $$E ${F:-${G:-3}}"
    assert names_in(text) == {"A": None, "B": "1", "C": "two", "D": None, "F": "${G:-3}", "G": "3"}


def test_env_files() -> None:
    text = (
        "# comment\nA=1\nexport B='two $A'\nC=\"x\\ny $A\"\nD=a # no\nE=a#yes\nF: style\n"
        'G="one\ntwo"\n\nINHERITED\nH=${A}-${OUTER}\n'
    )
    outer = {"INHERITED": "from outside", "OUTER": "o"}
    found = read_env_file(text, outer.get)
    assert {name: variable.value for name, variable in found.items()} == {
        "A": "1",
        "B": "two $A",
        "C": "x\ny 1",
        "D": "a",
        "E": "a#yes",
        "F": "style",
        "G": "one\ntwo",
        "INHERITED": "from outside",
        "H": "1-o",
    }
    lines = [variable.line for variable in found.values()]
    assert lines == [2, 3, 4, 5, 6, 7, 8, 11, 12]


@pytest.mark.parametrize(
    ("text", "line"), [("A=1\nnot a name=2\n", 2), ("A='open\n", 1), ("=x\n", 1), ("A B=1", 1)]
)
def test_lines_of_env_files_that_say_nothing_are_named(text: str, line: int) -> None:
    with pytest.raises(BadLine) as told:
        read_env_file(text)
    assert told.value.line == line


FILE = "services: {web: {image: 'web:${TAG}', environment: {LEVEL: '${LEVEL:-info}', PASSED: }}}"


def _seen(text: str, **given: object) -> tuple[str, dict[str, str]]:
    made = made_of({"compose.yaml": text}, Given(**given))  # type: ignore[arg-type]
    container = made.objects[0].body["spec"]["template"]["spec"]["containers"][0]
    return container["image"], {item["name"]: item["value"] for item in container.get("env", ())}


def test_the_environment_of_the_process_is_never_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TAG", "from-the-process")
    monkeypatch.setenv("PASSED", "from-the-process")
    assert _seen(FILE) == ("web:", {"LEVEL": "info"})


def test_given_variables_count_before_dotenv_and_that_before_answers() -> None:
    files = {"compose.yaml": FILE, ".env": "TAG=dotenv\nLEVEL=dotenv\n"}
    answers = {"variable:compose:TAG": "answered", "variable:compose:PASSED": "answered"}
    made = made_of(files, Given(variables={"TAG": "given"}, answers=answers))
    container = made.objects[0].body["spec"]["template"]["spec"]["containers"][0]
    assert container["image"] == "web:given"
    assert {item["name"]: item["value"] for item in container["env"]} == {
        "LEVEL": "dotenv",
        "PASSED": "answered",
    }
    used = {"TAG": "given", "LEVEL": "dotenv", "PASSED": "answered"}
    assert made.facts.variables == used


def test_unset_variables_are_asked_for_and_answers_are_read_in() -> None:
    made = made_of({"compose.yaml": FILE})
    asked = {q.id: q.recommended for q in made.questions if q.code == "variable"}
    assert asked == {
        "variable:compose:TAG": "",
        "variable:compose:LEVEL": "info",
        "variable:compose:PASSED": "",
    }
    answers = {"variable:compose:TAG": "7", "variable:compose:PASSED": "on"}
    assert _seen(FILE, answers=answers) == ("web:7", {"LEVEL": "info", "PASSED": "on"})


def test_a_secret_default_is_used_and_never_shown() -> None:
    text = "services: {db: {image: a, environment: {P: 'p:${DB_PASSWORD:-change-me}'}}}"
    made = made_of({"compose.yaml": text})
    (asked,) = (question for question in made.questions if question.code == "variable")
    assert asked.recommended == ""
    assert "change-me" not in str((asked, made.facts.variables))
    assert "p:change-me" in made.text


def test_a_required_variable_is_a_finding_with_its_reason() -> None:
    made = made_of({"compose.yaml": "services: {web: {image: '${IMAGE:?say which one}'}}"})
    told = [str(f.message) for f in made.findings if f.code == "CAP-07"]
    assert "Variable IMAGE must be set: say which one." in told


def test_defaults_within_defaults_cost_no_more_than_their_length():
    opened = "${A:-" * 20_000
    assert names_in(opened) == {"A": None}
    closed = "".join(f"${{A{i}:-" for i in range(20_000)) + "}" * 20_000
    assert sum(len(default or "") for default in names_in(closed).values()) < 40 * len(closed)

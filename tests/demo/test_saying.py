"""Lines and table: what a terminal shows, and what a file gets."""

from __future__ import annotations

import io

import pytest

from migrations_app.domain.errors import EngineError, GateClosed
from migrations_app.domain.messages import msg
from migrations_app.domain.pipeline.gates import Gate
from workbench.demo.screen import WIDTH, Screen, columns, fitted, wants_colour, words
from workbench.demo.table import table
from workbench.demo.telling import show_error


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def _plain_surroundings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")


def test_a_file_gets_no_colour_and_no_moving_lines() -> None:
    stream = io.StringIO()
    screen = Screen.of(stream)
    with screen.step(msg("Building")) as said:
        screen.moment("half-way")
        screen.note("one of two")
        said.append("two images")
    text = stream.getvalue()
    assert "\x1b" not in text
    assert "\r" not in text
    assert "half-way" not in text
    assert text.splitlines()[0] == "    one of two"
    assert text.splitlines()[1].startswith("  ✓ Building · two images")


def test_a_terminal_gets_both_and_is_left_clean() -> None:
    stream = _Terminal()
    screen = Screen.of(stream)
    with screen.step(msg("Building")):
        screen.moment("half-way")
    text = stream.getvalue()
    assert "\x1b[2m" in text
    assert "half-way" in text
    assert text.endswith("\x1b[0m\n")


def test_nobody_who_minds_gets_colour(monkeypatch: pytest.MonkeyPatch) -> None:
    assert wants_colour(_Terminal())
    monkeypatch.setenv("NO_COLOR", "1")
    assert not wants_colour(_Terminal())
    monkeypatch.delenv("NO_COLOR")
    monkeypatch.setenv("TERM", "dumb")
    assert not wants_colour(_Terminal())


def test_a_step_that_fails_says_so_and_lets_the_error_through() -> None:
    stream = io.StringIO()
    screen = Screen.of(stream)
    with pytest.raises(ValueError, match="no"), screen.step(msg("Building")):
        raise ValueError("no")
    assert stream.getvalue() == "  ✗ Building\n"


def test_no_line_of_a_step_is_too_wide() -> None:
    stream = io.StringIO()
    screen = Screen.of(stream)
    with screen.step(msg("Building")) as said:
        said.append("x" * 200)
    assert len(stream.getvalue().rstrip("\n")) <= WIDTH


def test_a_terminal_that_knows_ascii_only_gets_ascii() -> None:
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding="ascii")
    Screen.of(stream).line("✓ Moving local → compatible · 12 gates …")
    stream.flush()
    assert raw.getvalue() == b"+ Moving local > compatible - 12 gates .\n"


HEAD = ("NAME", "KINDS", "TIME")


def test_columns_line_up_and_cells_have_several_lines() -> None:
    lines = table(HEAD, [[["web", "r1"], ["Deployment"], ["1.0 s"]]], width=40)
    assert lines[0] == "NAME  KINDS       TIME"
    assert set(lines[1]) == {"─"}
    assert lines[2:] == ["web   Deployment  1.0 s", "r1"]


def test_what_is_too_wide_is_wrapped_and_nothing_is_lost() -> None:
    kinds = "Deployment StatefulSet Secret ConfigMap Service PersistentVolumeClaim"
    lines = table(HEAD, [[["web"], [kinds], ["1.0 s"]]], width=40)
    assert max(map(len, lines)) <= 40
    assert [word for word in kinds.split() if word not in " ".join(lines)] == []


def test_characters_of_two_columns_are_counted_as_two() -> None:
    assert columns("橋 bridge") == 9
    assert fitted("架け橋", 5) == "架け "
    lines = table(HEAD, [[["橋橋橋"], ["Pod"], ["1"]], [["abcdef"], ["Pod"], ["2"]]], width=40)
    assert columns(lines[2].partition("Pod")[0]) == columns(lines[3].partition("Pod")[0])


def test_a_sentence_is_said_in_the_language_of_the_terminal(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("WORKBENCH_LANGUAGE", "ja")
    assert words(msg("There is no command %(name)s.", name="x")) != "There is no command x."
    assert words("demo-api r1") == "demo-api r1"


def test_long_sentences_are_wrapped_at_words() -> None:
    stream = io.StringIO()
    Screen.of(stream).note("word " * 50)
    lines = stream.getvalue().splitlines()
    assert len(lines) == 3
    assert max(map(len, lines)) <= WIDTH
    assert " ".join(lines).split() == ["word"] * 50


def test_an_empty_table_is_its_head() -> None:
    assert len(table(HEAD, [], width=40)) == 2


def test_a_host_on_which_containers_cannot_start_gets_the_remedy() -> None:
    said = {}
    for why in ("error setting rlimit type 6: OCI permission denied", "no such image"):
        stream = io.StringIO()
        show_error(Screen(stream), EngineError(msg("Podman refused: %(why)s", why=why)))
        said[why] = stream.getvalue()
    with_remedy, without = said.values()
    assert "docs/operating.md" in with_remedy
    assert "docs/operating.md" not in without


def test_closed_gates_are_named_with_what_closes_them() -> None:
    gate = Gate("rehearsal", open=False, why=msg("Nothing was rehearsed yet."))
    opened = Gate("images", open=True, why=msg("Every image can be pulled."))
    stream = io.StringIO()
    show_error(Screen(stream), GateClosed(msg("1 gate is closed."), [opened, gate]))
    assert "rehearsal: Nothing was rehearsed yet." in stream.getvalue()
    assert "images" not in stream.getvalue()

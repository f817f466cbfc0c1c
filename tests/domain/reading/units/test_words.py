"""The words of a value."""

from __future__ import annotations

import pytest

from migrations_app.domain.reading.units.words import (
    ASSIGNMENTS,
    COMMAND,
    QUADLET_ARGUMENTS,
    QUADLET_LIST,
    Style,
    Word,
    split_words,
)


@pytest.mark.parametrize(
    ("value", "style", "words"),
    [
        (" a  b\tc ", QUADLET_ARGUMENTS, ("a", "b", "c")),
        ("""sh -c 'echo "hi"' x"y z"w""", QUADLET_ARGUMENTS, ("sh", "-c", 'echo "hi"', "xy zw")),
        (r"\x41\u00e9\U0001F600\101 \s\n", QUADLET_ARGUMENTS, ("Aé😀A", " \n")),
        (r"'it\'s'", QUADLET_ARGUMENTS, ("it's",)),
        ("'never closed", QUADLET_ARGUMENTS, ("never closed",)),
        ("end\\", QUADLET_ARGUMENTS, ("end",)),
        (r"C:\dir\new 'a b'", QUADLET_LIST, (r"C:\dir\new", "a b")),
        ('a "" b', COMMAND, ("a", "", "b")),
        (r"grep \d+", COMMAND, ("grep", r"\d+")),
        (r"A='1 2' B=\x33", ASSIGNMENTS, ("A=1 2", "B=3")),
        ("", COMMAND, ()),
    ],
)
def test_words(value: str, style: Style, words: tuple[str, ...]):
    split = split_words(value, style)
    assert split.texts == words
    assert split.error is None


@pytest.mark.parametrize(
    ("value", "style", "offset"),
    [
        (r"grep \d+", QUADLET_ARGUMENTS, 5),
        (r"a \x0g", QUADLET_ARGUMENTS, 2),
        (r"a \000", QUADLET_ARGUMENTS, 2),
        (r"a \777", QUADLET_ARGUMENTS, 2),
        ("a 'b c", QUADLET_LIST, 2),
        ("a 'b c", COMMAND, 2),
    ],
)
def test_a_value_that_cannot_be_split_has_no_words(value: str, style: Style, offset: int):
    split = split_words(value, style)
    assert (split.words, split.error) == ((), offset)


def test_an_empty_word_ends_the_list_for_quadlet():
    split = split_words("A=1 '' B=2", QUADLET_ARGUMENTS)
    assert (split.texts, split.ignored) == (("A=1",), 4)


def test_each_word_knows_where_it_begins():
    assert split_words("ab  'c d'", QUADLET_ARGUMENTS).words == (Word("ab", 0), Word("c d", 4))
